package history

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"comity"
	"comity/internal/store/db"
)

const revisionColumns = `record_id, revision, operation, actor, since, co_id, data,
	(SELECT min(f.since) FROM history f WHERE f.resource = h.resource AND f.record_id = h.record_id)`

// scanRevision reads a record as of a revision; gone says that the revision deleted it.
func scanRevision(r *comity.Resource, row *db.Row) (rec *comity.Record, gone bool, err error) {
	rec = comity.NewRecord(r)
	rec.Id, rec.Revision = row.Int(), row.Int()
	gone = row.Text() == comity.OpDelete
	rec.Actor, rec.Modified, rec.CoId = row.Text(), row.Time(), row.Int()
	if _, err := ReadData(rec, row.Text()); err != nil {
		return nil, false, fmt.Errorf("revision %d of %s %d: %w", rec.Revision, r.Singular, rec.Id, err)
	}
	rec.Created = row.Time()
	return rec, gone, nil
}

// ReadRevision returns a record as of the revision that the condition "which" on a row h of its history selects, or
// db.ErrNotFound; also as of its deletion if deletedToo is true.
func ReadRevision(ctx context.Context, tx *db.Tx, r *comity.Resource, which string, a db.Args, deletedToo bool) (found *comity.Record, err error) {
	sql := `SELECT ` + revisionColumns + ` FROM history h WHERE h.resource = $1 AND h.record_id = $2 AND ` + which
	err = tx.Query(ctx, sql, a, func(row *db.Row) error {
		rec, gone, err := scanRevision(r, row)
		if err == nil && (deletedToo || !gone) {
			found = rec
		}
		return err
	})
	if err == nil && found == nil {
		err = db.ErrNotFound
	}
	return found, err
}

// ListGroupAt returns up to limit memberships of a group as of a time, in order of Id, starting after the
// given id.
func ListGroupAt(ctx context.Context, tx *db.Tx, group int64, at time.Time, after int64, limit int) ([]*comity.Record, error) {
	r := comity.CoGroupMember.Resource
	var records []*comity.Record
	sql := `SELECT ` + revisionColumns + ` FROM history h
		WHERE h.co_group_id = $1 AND h.resource = '` + r.Singular + `' AND h.operation <> '` + comity.OpDelete + `'
			AND h.since <= $2 AND (h.until IS NULL OR h.until > $2) AND h.record_id > $3
		ORDER BY h.record_id LIMIT $4`
	err := tx.Query(ctx, sql, db.Args{group, at.UnixMicro(), after, int64(limit)}, func(row *db.Row) error {
		rec, _, err := scanRevision(r, row)
		records = append(records, rec)
		return err
	})
	return records, err
}

// The plus before a column keeps SQLite from using an index for the order, which would read the history of
// all records of the resource.

// ListDeleted returns up to limit records that were deleted at the time since or later, with the values they
// had, in order of Id, starting after the given id. owners are values of columns of the history that they
// must have.
func ListDeleted(ctx context.Context, tx *db.Tx, r *comity.Resource, since time.Time, after int64, limit int, owners map[string]int64) ([]*comity.Record, error) {
	a := db.Args{r.Singular, since.UnixMicro(), after}
	// The owner has few deletes, or all deletes are listed.
	of, plus := "h.resource = $1 AND h.operation = '"+comity.OpDelete+"'", map[string]string{"co_id": "+"}
	if _, ok := owners["co_id"]; ok && len(owners) == 1 {
		// By the index of the CO's edits and deletes: that of deletes has those of all COs. The empty operation, which
		// no row has, keeps PostgreSQL from seeing that these are deletes alone.
		of, plus = "h.resource || '' = $1 AND h.operation IN ('"+comity.OpDelete+"', '') AND h.operation <> '"+comity.OpAdd+"'", nil
	}
	sql := `SELECT ` + revisionColumns + ` FROM history h WHERE ` + of + ` AND h.since >= $2 AND +h.record_id > $3`
	for _, column := range []string{"co_id", "co_person_id", "org_identity_id", "co_group_id"} {
		if id, ok := owners[column]; ok {
			sql += " AND " + plus[column] + "h." + column + " = " + a.Put(id)
		}
	}
	sql += " ORDER BY +h.record_id LIMIT " + a.Put(int64(limit))
	var records []*comity.Record
	err := tx.Query(ctx, sql, a, func(row *db.Row) error {
		rec, _, err := scanRevision(r, row)
		if err == nil {
			rec.Deleted = true
			records = append(records, rec)
		}
		return err
	})
	return records, err
}

// ReadData sets the record's values from the JSON that Data returned, and returns whether they were erased.
// It ignores fields that the resource no longer has.
func ReadData(rec *comity.Record, data string) (erased bool, err error) {
	values := map[string]any{}
	d := json.NewDecoder(strings.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&values); err != nil {
		return false, fmt.Errorf("read history: %w", err)
	}
	for _, f := range rec.Resource.Fields {
		v, there := values[f.Name]
		if !there {
			continue
		}
		cell, err := readCell(f, v)
		if err != nil {
			return false, fmt.Errorf("read history: field %s: %w", f.Name, err)
		}
		rec.Set(f, cell)
	}
	_, erased = values[erasedFlag]
	return erased, nil
}

func readCell(f *comity.Field, v any) (comity.Cell, error) {
	switch v := v.(type) {
	case string:
		if f.Kind != comity.Time {
			return comity.TextCell(v), nil
		}
		t, err := time.Parse(comity.TimeLayout, v)
		return comity.TimeCell(t), err
	case bool:
		return comity.BoolCell(v), nil
	case json.Number:
		n, err := v.Int64()
		return comity.IntCell(n), err
	case map[string]any:
		word, _ := v["Type"].(string)
		id, _ := v["Id"].(json.Number)
		n, err := id.Int64()
		return comity.OwnerCell(word, n), err
	}
	return comity.Cell{}, fmt.Errorf("a %T is no value", v)
}
