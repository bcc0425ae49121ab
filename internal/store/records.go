package store

import (
	"context"
	"fmt"
	"math"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/history"
	"comity/internal/store/queue"
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

// Home returns the CO and the person that a record belongs to, or ErrNotFound.
func Home(ctx context.Context, tx *db.Tx, r *comity.Resource, id int64) (db.Place, error) {
	if where, known := placeOf(tx, r, id); known {
		return where, nil
	}
	return home(ctx, tx, r, id, nil)
}

// Enter is Home, and takes the lock of the CO: shared, or exclusive for a change of a graph or of a whole
// group. It locks the record and the person it belongs to against other writers. Every write begins with
// it or with EnterCO.
func Enter(ctx context.Context, tx *db.Tx, r *comity.Resource, id int64, exclusive bool) (db.Place, error) {
	if where, known := enteredPlace(tx, r, id); known {
		return where, nil
	}
	where, err := home(ctx, tx, r, id, func(co string) string {
		return ", " + lock(tx, co, exclusive) + ", " + fmt.Sprintf(targetsOfCO, co)
	})
	if err != nil || tx.Dialect.ForUpdate == "" {
		return where, err
	}
	if where.CoPersonId != 0 {
		if err := lockRecord(ctx, tx, comity.CoPerson.Resource, where.CoPersonId); err != nil {
			return where, err
		}
	}
	if r != comity.CoPerson.Resource {
		err = lockRecord(ctx, tx, r, id)
	}
	return where, err
}

// EnterCO takes the lock of a CO (0: of the list of COs), as Enter does, and returns whether the CO exists.
func EnterCO(ctx context.Context, tx *db.Tx, id int64, exclusive bool) (bool, error) {
	if enteredCO(tx, id) {
		return true, nil
	}
	found := false
	sql := "SELECT " + lock(tx, "CAST($1 AS bigint)", exclusive) + ", (SELECT id FROM cos WHERE id = $1" + notDeleted(tx, "cos.id") + "), " + fmt.Sprintf(targetsOfCO, "$1")
	err := tx.Query(ctx, sql, db.Args{id}, func(row *db.Row) error {
		row.Skip()
		found = row.Int() != 0
		queue.Entered(tx, row.Bool(), row.Bool())
		return nil
	})
	return found, err
}

// targetsOfCO are the SQL conditions that the CO %[1]s has targets, and that it has targets that receive groups. No
// deliveries are enqueued for a CO without targets.
const targetsOfCO = `EXISTS (SELECT 1 FROM co_provisioning_targets s WHERE s.co_id = %[1]s),
	EXISTS (SELECT 1 FROM co_provisioning_targets s WHERE s.co_id = %[1]s AND s.include_groups)`

// lockRecord locks a record against other writers until the transaction ends.
func lockRecord(ctx context.Context, tx *db.Tx, r *comity.Resource, id int64) error {
	if tx.Dialect.ForUpdate == "" {
		return nil
	}
	return tx.Queue(ctx, "SELECT 1 FROM "+r.Table+" WHERE id = $1"+tx.Dialect.ForUpdate, db.Args{id})
}

func lock(tx *db.Tx, co string, exclusive bool) string {
	if exclusive {
		return fmt.Sprintf(tx.Dialect.LockExclusive, co)
	}
	return fmt.Sprintf(tx.Dialect.LockShared, co)
}

// placeColumns returns the SQL expressions of the CO and the person that a record t belongs to.
func placeColumns(r *comity.Resource) (co, person string) {
	co, person = "t.co_id", "NULL"
	if r == comity.Co.Resource {
		co = "t.id"
	}
	if r == comity.CoPerson.Resource {
		person = "t.id"
	}
	if f := r.Field("CoPersonId"); f != nil && f.Required {
		person = f.Column
	}
	if f := r.Owner(); f != nil {
		if _, ok := f.Owner(comity.OwnerCO.Word); ok {
			person = comity.OwnerCO.Column
		}
		if _, ok := f.Owner(comity.OwnerRole.Word); ok {
			person = "(SELECT r.co_person_id FROM co_person_roles r WHERE r.id = t.co_person_role_id)"
		}
	}
	return co, person
}

// home is Home; entering, unless nil, returns further columns of its query, given the column of the CO.
func home(ctx context.Context, tx *db.Tx, r *comity.Resource, id int64, entering func(co string) string) (db.Place, error) {
	co, person := placeColumns(r)
	more := ""
	if entering != nil {
		more = entering(co)
	}
	var where db.Place
	found := false
	sql := fmt.Sprintf("SELECT %s, %s%s FROM %s t WHERE id = $1%s", co, person, more, r.Table, notDeleted(tx, co))
	err := tx.Query(ctx, sql, db.Args{id}, func(row *db.Row) error {
		found = true
		where = db.Place{CoId: row.Int(), CoPersonId: row.Int()}
		if entering != nil {
			row.Skip()
			queue.Entered(tx, row.Bool(), row.Bool())
		}
		return nil
	})
	if err == nil && !found {
		err = db.ErrNotFound
	}
	return where, err
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
	return history.AddRevision(ctx, tx, rec, comity.OpAdd, where)
}

// reserved are the ids of the next records of resources, as Reserve got them.
type reserved map[*comity.Resource]int64

// Reserve queues a query for the id of a record of the resource that will be inserted, where the database
// generates ids by a query. The id comes with the result of the next statement, and the insert needs no
// round trip of its own.
func Reserve(ctx context.Context, tx *db.Tx, r *comity.Resource) error {
	if tx.Dialect.NextID == "" || r.InHistory || len(db.Local[drawnIDs](tx).ids[r]) > 0 {
		return nil
	}
	if next := db.Local[reserved](tx); *next == nil {
		*next = reserved{}
	}
	return tx.Later(ctx, fmt.Sprintf(tx.Dialect.NextID, r.Table), nil, func(row *db.Row) error {
		(*db.Local[reserved](tx))[r] = row.Int()
		return nil
	})
}

func insert(ctx context.Context, tx *db.Tx, rec *comity.Record) error {
	t := texts[rec.Resource]
	if rec.Id == 0 && takeID(tx, rec) {
		return tx.Insert(ctx, t.into, append(values(rec), rec.Id))
	}
	next := *db.Local[reserved](tx)
	id, reserved := next[rec.Resource]
	if rec.Id == 0 && reserved {
		delete(next, rec.Resource)
		rec.Id = id
		return tx.Queue(ctx, t.insertID, append(values(rec), id))
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
	return history.AddRevision(ctx, tx, rec, comity.OpEdit, where)
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

// AtMost fails with the error refusal if the owner of a new record already has the maximum number of records
// of the resource. On PostgreSQL the error may come from a later statement of the transaction.
func AtMost(ctx context.Context, tx *db.Tx, rec *comity.Record, most int64, refusal error) error {
	f := rec.Resource.Owner()
	o, ok := f.Owner(rec.Text(f))
	if !ok {
		return nil
	}
	key := countKey(rec.Resource, o.Column, rec.Int(f))
	has := db.Local[counts](tx)
	if *has == nil {
		*has = counts{}
	}
	note := func(n int64) error {
		if n >= most {
			return refusal
		}
		(*has)[key] = n + 1
		return nil
	}
	if n, known := (*has)[key]; known {
		return note(n)
	}
	// The limit stops the count at the maximum.
	sql := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s = $1 LIMIT %d) x", rec.Resource.Table, o.Column, most)
	return tx.Later(ctx, sql, db.Args{rec.Int(f)}, func(row *db.Row) error { return note(row.Int()) })
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
