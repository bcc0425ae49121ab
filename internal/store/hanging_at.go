package store

import (
	"context"
	"time"

	"comity"
)

// HangingAt returns all records of people or org identities as of a time, in order of resource and id: those
// whose history has one of the ids in the column. A resource that is not nil narrows them to its records.
func (tx *Tx) HangingAt(ctx context.Context, column string, ids []int64, r *comity.Resource, at time.Time) ([]*comity.Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var a args
	where := "h." + column + " IN " + list(&a, ids)
	if r != nil {
		where += " AND h.resource = " + a.put(r.Singular)
	}
	return tx.allAt(ctx, where, a, at)
}

// ListAt returns the records with the ids as of a time.
func (tx *Tx) ListAt(ctx context.Context, r *comity.Resource, ids []int64, at time.Time) ([]*comity.Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var a args
	where := "h.resource = " + a.put(r.Singular) + " AND h.record_id IN " + list(&a, ids)
	return tx.allAt(ctx, where, a, at)
}

func (tx *Tx) allAt(ctx context.Context, where string, a args, at time.Time) ([]*comity.Record, error) {
	moment := a.put(at.UnixMicro())
	sql := `SELECT ` + revisionColumns + `, h.resource FROM history h WHERE ` + where + ` AND h.operation IN ('` + comity.OpAdd + `', '` + comity.OpEdit + `')
		AND h.since <= ` + moment + ` AND (h.until IS NULL OR h.until > ` + moment + `) ORDER BY h.resource, +h.record_id`
	var records []*comity.Record
	err := tx.conn.query(ctx, sql, a, func(row Row) error {
		res := comity.ByName(row.Text(8))
		if res == nil {
			return nil // a resource of a newer program
		}
		rec, _, err := scanRevision(res, row)
		records = append(records, rec)
		return err
	})
	return records, err
}
