package store

import (
	"context"
	"fmt"
	"math"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/history"
)

// Get returns the record with the id, or ErrNotFound.
func Get(ctx context.Context, tx *db.Tx, r *comity.Resource, id int64) (*comity.Record, error) {
	there := ""
	if r == comity.Co.Resource {
		there = notDeleted(tx, "t.id")
	}
	return get(ctx, tx, r, id, there)
}

// GetForUpdate is Get, and locks the record against other writers until the transaction ends.
func GetForUpdate(ctx context.Context, tx *db.Tx, r *comity.Resource, id int64) (*comity.Record, error) {
	return get(ctx, tx, r, id, tx.Dialect.ForUpdate)
}

func get(ctx context.Context, tx *db.Tx, r *comity.Resource, id int64, end string) (*comity.Record, error) {
	records, err := records(ctx, tx, r, " WHERE t.id = $1"+end, db.Args{id})
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, db.ErrNotFound
	}
	return records[0], nil
}

// records returns the records of a resource that a statement selects, whose text from WHERE on is rest.
func records(ctx context.Context, tx *db.Tx, r *comity.Resource, rest string, a db.Args) ([]*comity.Record, error) {
	return db.Collect(ctx, tx, "SELECT "+texts[r].columns+" FROM "+texts[r].from+rest, a, texts[r].scan)
}

// Insert stores a new record and its first revision. It sets the record's Id, unless that is given, and
// Created, Modified, Revision and Actor. where is the CO and the person that the record belongs to.
func Insert(ctx context.Context, tx *db.Tx, rec *comity.Record, actor string, where db.Place) error {
	now := tx.Now()
	rec.Created, rec.Modified, rec.Revision, rec.Actor = now, now, 0, actor
	defer keepPrepared(tx, rec)()
	if rec.Resource != comity.CoGroup.Resource && rec.Resource != comity.CoGroupNesting.Resource {
		// A new group nests nothing, and AddNesting adds a new nesting to those that were read.
		tx.CountChange(rec.Resource)
	} else {
		*db.Local[addsToState](tx) = true
	}
	if err := insert(ctx, tx, rec); err != nil {
		return err
	}
	if err := setTargetColumns(ctx, tx, rec); err != nil {
		return err
	}
	if rec.Resource == comity.Co.Resource {
		rec.CoId = rec.Id
	}
	if err := putSecrets(ctx, tx, rec); err != nil {
		return err
	}
	addToChanges(tx, nil, rec, where)
	history.AddRevision(tx, rec, comity.OpAdd, where)
	return nil
}

// Reserve queues a query for the id of a record of the resource that will be inserted, where the database
// generates ids by a query. The id comes with the result of the next statement, and the insert needs no
// round trip of its own.
func Reserve(ctx context.Context, tx *db.Tx, r *comity.Resource) error {
	if !tx.Dialect.DrawsIDs || r.InHistory || tx.HasID(r) {
		return nil
	}
	if r == comity.CoPerson.Resource {
		// A new person is in the CO's two groups with automatic members.
		if err := tx.ReserveIDs(ctx, comity.CoGroupMember.Resource, 2); err != nil {
			return err
		}
	}
	return tx.ReserveIDs(ctx, r, 1)
}

func insert(ctx context.Context, tx *db.Tx, rec *comity.Record) error {
	t := texts[rec.Resource]
	if rec.Id == 0 {
		if id, reserved := tx.TakeID(rec.Resource); reserved {
			rec.Id = id
			tx.Insert(t.into, append(values(rec), id))
			return nil
		}
	}
	sql, a := t.insert, values(rec)
	if rec.Id != 0 {
		sql, a = t.insertID, append(a, rec.Id)
	}
	return tx.Query(ctx, sql, a, func(row *db.Row) error {
		rec.Id = row.Int()
		return nil
	})
}

// Update stores a record as its next revision; was is the record before. where is its place, with the person that it
// belonged to before.
func Update(ctx context.Context, tx *db.Tx, was, rec *comity.Record, actor string, where db.Place) error {
	now := tx.Now()
	if now.After(rec.Modified) {
		rec.Modified = now
	}
	rec.Actor = actor
	rec.Revision++
	tx.CountChange(rec.Resource)
	if err := clearTargetColumns(ctx, tx, rec.Resource, "SELECT CAST($1 AS bigint)", db.Args{rec.Id}); err != nil {
		return err
	}
	if err := tx.Queue(ctx, texts[rec.Resource].update, append(values(rec), rec.Id)); err != nil {
		return err
	}
	if err := setTargetColumns(ctx, tx, rec); err != nil {
		return err
	}
	if err := putSecrets(ctx, tx, rec); err != nil {
		return err
	}
	if err := history.EndRevision(ctx, tx, rec); err != nil {
		return err
	}
	addToChanges(tx, was, rec, where)
	history.AddRevision(tx, rec, comity.OpEdit, where)
	return nil
}

// GroupNames returns the names of a CO's groups, except for one group and the automatic ones.
func GroupNames(ctx context.Context, tx *db.Tx, coID, except int64) ([]string, error) {
	return db.Collect(ctx, tx, `SELECT name FROM co_groups WHERE co_id = $1 AND id <> $2 AND group_type IN ($3, $4)`,
		db.Args{coID, except, comity.GroupStandard, comity.GroupClusters}, func(r *db.Row) (string, error) { return r.Text(), nil })
}

// Any returns whether a record of the resource meets all conditions.
func Any(ctx context.Context, tx *db.Tx, r *comity.Resource, conditions ...db.Condition) (bool, error) {
	var a db.Args
	sql := "SELECT 1 FROM " + r.Table + " t WHERE 1 = 1"
	for _, c := range conditions {
		sql += " AND " + c(tx.Dialect, &a)
	}
	return tx.Exists(ctx, sql, a)
}

// counts are the numbers of records that owners have, as AtMost counted them.
type counts map[string]int64

// countKey is the key in counts of the records whose column has an owner's id.
func countKey(r *comity.Resource, column string, owner int64) string {
	return fmt.Sprint(r.Table, column, owner)
}

// CountOwned queues a query of how many records of the resource the owner of a new record has, up to most, for AtMost.
func CountOwned(ctx context.Context, tx *db.Tx, rec *comity.Record, most int64) error {
	f := rec.Resource.Owner()
	o, ok := f.Owner(rec.Text(f))
	if !ok {
		return nil
	}
	has, key := db.Local[counts](tx), countKey(rec.Resource, o.Column, rec.Int(f))
	if *has == nil {
		*has = counts{}
	}
	if _, known := (*has)[key]; known {
		return nil
	}
	// The limit stops the count at the maximum.
	sql := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s = $1 LIMIT %d) x", rec.Resource.Table, o.Column, most)
	return tx.Later(ctx, sql, db.Args{rec.Int(f)}, func(row *db.Row) error {
		(*has)[key] = row.Int()
		return nil
	})
}

// AtMost fails with the error refusal if the owner of a new record already has the maximum number of records
// of the resource.
func AtMost(ctx context.Context, tx *db.Tx, rec *comity.Record, most int64, refusal error) error {
	f := rec.Resource.Owner()
	o, ok := f.Owner(rec.Text(f))
	if !ok {
		return nil
	}
	has, key := db.Local[counts](tx), countKey(rec.Resource, o.Column, rec.Int(f))
	if _, known := (*has)[key]; !known {
		if err := CountOwned(ctx, tx, rec, most); err != nil {
			return err
		}
		if err := tx.Flush(ctx); err != nil {
			return err
		}
	}
	if (*has)[key] >= most {
		return refusal
	}
	(*has)[key]++
	return nil
}

// NextNumber returns one more than the highest number of a field among the records with the same anchor, at
// most the largest int64.
func NextNumber(ctx context.Context, tx *db.Tx, rec *comity.Record, f *comity.Field) (int64, error) {
	anchor := rec.Resource.Anchor()
	column, id := "co_id", rec.CoId
	if anchor.Kind == comity.Owner {
		o, _ := anchor.Owner(rec.Text(anchor))
		column, id = o.Column, rec.Int(anchor)
	}
	highest := int64(0)
	sql := fmt.Sprintf("SELECT coalesce(max(%s), 0) FROM %s WHERE %s = $1", f.Column, rec.Resource.Table, column)
	err := tx.Query(ctx, sql, db.Args{id}, func(row *db.Row) error {
		highest = row.Int()
		return nil
	})
	return min(highest, math.MaxInt64-1) + 1, err
}

// ListBy returns the records that meet the conditions and whose column has one of the ids, by that id, each
// list in order of Id.
func ListBy(ctx context.Context, tx *db.Tx, r *comity.Resource, column string, ids []int64, conditions ...db.Condition) (map[int64][]*comity.Record, error) {
	found := map[int64][]*comity.Record{}
	if len(ids) == 0 {
		return found, nil
	}
	var a db.Args
	sql := listBy(tx, r, column, ids, &a, conditions...)
	err := tx.Query(ctx, sql, a, func(row *db.Row) error {
		rec, err := texts[r].scan(row)
		id := row.Int()
		found[id] = append(found[id], rec)
		return err
	})
	return found, err
}

// LaterBy is ListBy that is queued: put is called with each record and the id in its column, before any later statement
// returns its result.
func LaterBy(ctx context.Context, tx *db.Tx, r *comity.Resource, column string, ids []int64, put func(id int64, rec *comity.Record)) error {
	if len(ids) == 0 {
		return nil
	}
	var a db.Args
	sql := listBy(tx, r, column, ids, &a)
	return tx.Later(ctx, sql, a, func(row *db.Row) error {
		rec, err := texts[r].scan(row)
		if err == nil {
			put(row.Int(), rec)
		}
		return err
	})
}

// listBy returns the query of ListBy: the columns of the records, and the id.
func listBy(tx *db.Tx, r *comity.Resource, column string, ids []int64, a *db.Args, conditions ...db.Condition) string {
	named := AllOf(append([]db.Condition{In(column, ids)}, conditions...)...)
	return fmt.Sprintf("SELECT %s, t.%s FROM %s WHERE %s ORDER BY t.id", texts[r].columns, column, texts[r].from, named(tx.Dialect, a))
}
