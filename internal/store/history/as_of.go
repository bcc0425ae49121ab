package history

import (
	"context"
	"time"

	"comity"
	"comity/internal/store/db"
)

// DependentsAt returns all records of people or org identities as of a time, in order of resource and id: those
// whose history has one of the ids in the column. A resource that is not nil narrows them to its records.
func DependentsAt(ctx context.Context, tx *db.Tx, column string, ids []int64, r *comity.Resource, at time.Time) ([]*comity.Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var a db.Args
	where := "h." + column + " IN " + db.List(&a, ids)
	if r != nil {
		where += " AND h.resource = " + a.Put(r.Singular)
	}
	return allAt(ctx, tx, where, a, at)
}

// ListAt returns the records with the ids as of a time.
func ListAt(ctx context.Context, tx *db.Tx, r *comity.Resource, ids []int64, at time.Time) ([]*comity.Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var a db.Args
	where := "h.resource = " + a.Put(r.Singular) + " AND h.record_id IN " + db.List(&a, ids)
	return allAt(ctx, tx, where, a, at)
}

func allAt(ctx context.Context, tx *db.Tx, where string, a db.Args, at time.Time) ([]*comity.Record, error) {
	moment := a.Put(at.UnixMicro())
	sql := `SELECT h.resource, ` + revisionColumns + ` FROM history h WHERE ` + where + ` AND h.operation IN ('` + comity.OpAdd + `', '` + comity.OpEdit + `')
		AND h.since <= ` + moment + ` AND (h.until IS NULL OR h.until > ` + moment + `) ORDER BY h.resource, +h.record_id`
	var records []*comity.Record
	err := tx.Query(ctx, sql, a, func(row *db.Row) error {
		res := comity.ByName(row.Text())
		if res == nil {
			return nil // a resource of a newer program
		}
		rec, _, err := scanRevision(res, row)
		records = append(records, rec)
		return err
	})
	return records, err
}
