package store

import (
	"context"
	"fmt"
	"math"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"comity"
)

// Fold returns a text for comparison without regard to case: Unicode case folding over composed characters.
func Fold(s string) string { return norm.NFC.String(cases.Fold().String(norm.NFC.String(s))) }

// Get returns the record with the id, or ErrNotFound.
func (tx *Tx) Get(ctx context.Context, r *comity.Resource, id int64) (*comity.Record, error) {
	there := ""
	if r == comity.Co.Resource {
		there = tx.notDeleted("t.id")
	}
	return tx.get(ctx, r, id, there)
}

// GetForUpdate is Get, and locks the record against other writers until the transaction ends.
func (tx *Tx) GetForUpdate(ctx context.Context, r *comity.Resource, id int64) (*comity.Record, error) {
	return tx.get(ctx, r, id, tx.dialect.forUpdate)
}

func (tx *Tx) get(ctx context.Context, r *comity.Resource, id int64, end string) (*comity.Record, error) {
	records, err := tx.records(ctx, r, " WHERE t.id = $1"+end, args{id})
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, ErrNotFound
	}
	return records[0], nil
}

// records returns the records of a resource that a statement selects, whose text from WHERE on is rest.
func (tx *Tx) records(ctx context.Context, r *comity.Resource, rest string, a args) ([]*comity.Record, error) {
	return collect(ctx, tx.conn, "SELECT "+texts[r].columns+" FROM "+texts[r].from+rest, a, texts[r].scan)
}

// Where is the place of a record: the ids of its CO and of the person it belongs to, 0 for none.
type Where struct {
	CoId, CoPersonId int64
}

// Home returns the CO and the person that a record belongs to, or ErrNotFound.
func (tx *Tx) Home(ctx context.Context, r *comity.Resource, id int64) (Where, error) {
	return tx.home(ctx, r, id, nil)
}

// Enter is Home, and takes the lock of the CO: shared, or exclusive for a change of a graph or of a whole
// group. It locks the record and the person it belongs to against other writers. Every write begins with
// it or with EnterCO.
func (tx *Tx) Enter(ctx context.Context, r *comity.Resource, id int64, exclusive bool) (Where, error) {
	where, err := tx.home(ctx, r, id, func(co string) string {
		return ", " + tx.lock(co, exclusive) + ", " + fmt.Sprintf(coIncludesGroups, co)
	})
	if err != nil || tx.dialect.forUpdate == "" {
		return where, err
	}
	if where.CoPersonId != 0 {
		if err := tx.keep(ctx, comity.CoPerson.Resource, where.CoPersonId); err != nil {
			return where, err
		}
	}
	if r != comity.CoPerson.Resource {
		err = tx.keep(ctx, r, id)
	}
	return where, err
}

// EnterCO takes the lock of a CO (0: of the list of COs), as Enter does, and returns whether the CO exists.
func (tx *Tx) EnterCO(ctx context.Context, id int64, exclusive bool) (bool, error) {
	found := false
	sql := "SELECT " + tx.lock("CAST($1 AS bigint)", exclusive) + ", (SELECT id FROM cos WHERE id = $1" + tx.notDeleted("cos.id") + "), " + fmt.Sprintf(coIncludesGroups, "$1")
	err := tx.conn.query(ctx, sql, args{id}, func(row Row) error {
		found = !row.Null(1)
		tx.includesGroups = tx.includesGroups || row.Bool(2)
		return nil
	})
	return found, err
}

// coIncludesGroups is the SQL condition that a target of the CO %s receives groups: where none does, no
// deliveries of groups are enqueued.
const coIncludesGroups = `EXISTS (SELECT 1 FROM co_provisioning_targets s WHERE s.co_id = %s AND s.include_groups)`

// KeepPerson locks a person against other writers until the transaction ends.
func (tx *Tx) KeepPerson(ctx context.Context, id int64) error {
	return tx.keep(ctx, comity.CoPerson.Resource, id)
}

func (tx *Tx) keep(ctx context.Context, r *comity.Resource, id int64) error {
	if tx.dialect.forUpdate == "" {
		return nil
	}
	return tx.conn.queue(ctx, "SELECT 1 FROM "+r.Table+" WHERE id = $1"+tx.dialect.forUpdate, args{id})
}

func (tx *Tx) lock(co string, exclusive bool) string {
	if exclusive {
		return fmt.Sprintf(tx.dialect.lockExclusive, co)
	}
	return fmt.Sprintf(tx.dialect.lockShared, co)
}

// home is Home; entering, unless nil, returns further columns of its query, given the column of the CO.
func (tx *Tx) home(ctx context.Context, r *comity.Resource, id int64, entering func(co string) string) (Where, error) {
	co, person := "t.co_id", "NULL"
	if r == comity.Co.Resource {
		co = "t.id"
	}
	more := ""
	if entering != nil {
		more = entering(co)
	}
	if r == comity.CoPerson.Resource {
		person = "id"
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
	var where Where
	found := false
	sql := fmt.Sprintf("SELECT %s, %s%s FROM %s t WHERE id = $1%s", co, person, more, r.Table, tx.notDeleted(co))
	err := tx.conn.query(ctx, sql, args{id}, func(row Row) error {
		found = true
		where = Where{CoId: row.Int(0)}
		if !row.Null(1) {
			where.CoPersonId = row.Int(1)
		}
		if entering != nil {
			tx.includesGroups = tx.includesGroups || row.Bool(3)
		}
		return nil
	})
	if err == nil && !found {
		err = ErrNotFound
	}
	return where, err
}

// Insert stores a new record and its first revision. It sets the record's Id, unless that is given, and
// Created, Modified, Revision and Actor. where is the CO and the person that the record belongs to.
func (tx *Tx) Insert(ctx context.Context, rec *comity.Record, actor string, where Where) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	rec.Created, rec.Modified, rec.Revision, rec.Actor = now, now, 0, actor
	if rec.Resource != comity.CoGroup.Resource && rec.Resource != comity.CoGroupNesting.Resource {
		tx.touch(rec.Resource)
	}
	if err := tx.insert(ctx, rec); err != nil {
		return err
	}
	if err := tx.setTargetColumns(ctx, rec); err != nil {
		return err
	}
	if rec.Resource == comity.Co.Resource {
		rec.CoId = rec.Id
	}
	if err := tx.putSecrets(ctx, rec); err != nil {
		return err
	}
	return tx.addRevision(ctx, rec, comity.OpAdd, where)
}

// Reserve queues a query for the id of a record of the resource that will be inserted, where the database
// generates ids by a query. The id comes with the result of the next statement, and the insert needs no
// round trip of its own.
func (tx *Tx) Reserve(ctx context.Context, r *comity.Resource) error {
	if tx.dialect.nextID == "" || r.InHistory {
		return nil
	}
	return tx.conn.later(ctx, fmt.Sprintf(tx.dialect.nextID, r.Table), nil, func(row Row) error {
		tx.reserved[r] = row.Int(0)
		return nil
	})
}

func (tx *Tx) insert(ctx context.Context, rec *comity.Record) error {
	t := texts[rec.Resource]
	id, reserved := tx.reserved[rec.Resource]
	if rec.Id == 0 && reserved {
		delete(tx.reserved, rec.Resource)
		rec.Id = id
		return tx.conn.queue(ctx, t.insertID, append(values(rec), id))
	}
	sql, a := t.insert, values(rec)
	if rec.Id != 0 {
		sql, a = t.insertID, append(a, rec.Id)
	}
	return tx.conn.query(ctx, sql, a, func(row Row) error {
		rec.Id = row.Int(0)
		return nil
	})
}

// Update stores a record as its next revision.
func (tx *Tx) Update(ctx context.Context, rec *comity.Record, actor string, where Where) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	if now.After(rec.Modified) {
		rec.Modified = now
	}
	rec.Actor = actor
	rec.Revision++
	tx.touch(rec.Resource)
	if err := tx.clearTargetColumns(ctx, rec.Resource, "SELECT CAST($1 AS bigint)", args{rec.Id}); err != nil {
		return err
	}
	if err := tx.conn.queue(ctx, texts[rec.Resource].update, append(values(rec), rec.Id)); err != nil {
		return err
	}
	if err := tx.setTargetColumns(ctx, rec); err != nil {
		return err
	}
	if err := tx.putSecrets(ctx, rec); err != nil {
		return err
	}
	if err := tx.endRevision(ctx, rec); err != nil {
		return err
	}
	return tx.addRevision(ctx, rec, comity.OpEdit, where)
}

// Condition is a condition on a resource's records, as a function that returns its SQL and adds its
// parameters. The SQL refers to the table as t.
type Condition func(d dialect, a *args) string

// Equal returns the condition that a column has a value.
func Equal(column string, v any) Condition {
	return func(_ dialect, a *args) string { return "t." + column + " = " + a.put(v) }
}

// NoRecord returns the condition that no record meets.
func NoRecord() Condition { return func(dialect, *args) string { return "1 = 0" } }

// List returns up to limit records that meet all conditions, in order of Id, starting after the given id.
func (tx *Tx) List(ctx context.Context, r *comity.Resource, after int64, limit int, conditions ...Condition) ([]*comity.Record, error) {
	a := args{after}
	where := " WHERE t.id > $1"
	if r == comity.Co.Resource {
		where += tx.notDeleted("t.id")
	}
	for _, c := range conditions {
		where += " AND " + c(tx.dialect, &a)
	}
	where += " ORDER BY t.id LIMIT " + a.put(int64(limit))
	return tx.records(ctx, r, where, a)
}

// Taken returns whether another record has the same values in the fields of a unique.
func (tx *Tx) Taken(ctx context.Context, rec *comity.Record, u comity.Unique) (bool, error) {
	a := args{rec.Id}
	sql := "SELECT 1 FROM " + rec.Resource.Table + " WHERE id <> $1"
	if u.PerCO {
		sql += " AND co_id = " + a.put(rec.CoId)
	}
	for _, f := range u.Fields {
		cell := rec.Get(f)
		switch f.Kind {
		case comity.Owner:
			o, ok := f.Owner(cell.Text())
			if !ok {
				return false, nil
			}
			sql += " AND " + o.Column + " = " + a.put(cell.Int())
		case comity.Reference, comity.Integer, comity.Time:
			sql += " AND " + f.Column + " = " + a.put(cell.Int())
		case comity.Boolean:
			sql += " AND " + f.Column + " = " + a.put(cell.Bool())
		case comity.Text, comity.Code, comity.Date, comity.Secret:
			sql += " AND " + f.Column + " = " + a.put(cell.Text())
		}
	}
	if u.Unset != nil {
		if rec.Has(u.Unset) {
			return false, nil
		}
		sql += " AND " + u.Unset.Column + " IS NULL"
	}
	if u.NotOwned != "" {
		if f := rec.Resource.Owner(); rec.Text(f) == u.NotOwned {
			return false, nil
		} else if o, ok := f.Owner(u.NotOwned); ok {
			sql += " AND " + o.Column + " IS NULL"
		}
	}
	return tx.exists(ctx, sql, a)
}

// GroupNames returns the names of a CO's groups, except for one group and the automatic ones.
func (tx *Tx) GroupNames(ctx context.Context, coID, except int64) ([]string, error) {
	return collect(ctx, tx.conn, `SELECT name FROM co_groups WHERE co_id = $1 AND id <> $2 AND group_type IN ($3, $4)`,
		args{coID, except, comity.GroupStandard, comity.GroupClusters}, func(r Row) (string, error) { return r.Text(0), nil })
}

// Any returns whether a record of the resource meets all conditions.
func (tx *Tx) Any(ctx context.Context, r *comity.Resource, conditions ...Condition) (bool, error) {
	var a args
	sql := "SELECT 1 FROM " + r.Table + " t WHERE 1 = 1"
	for _, c := range conditions {
		sql += " AND " + c(tx.dialect, &a)
	}
	return tx.exists(ctx, sql, a)
}

func (tx *Tx) exists(ctx context.Context, sql string, a args) (bool, error) {
	found := false
	err := tx.conn.query(ctx, sql+" LIMIT 1", a, func(Row) error {
		found = true
		return nil
	})
	return found, err
}

// AtMost fails with the error refusal if the owner of a new record already has the maximum number of records
// of the resource. On PostgreSQL the error may come from a later statement of the transaction.
func (tx *Tx) AtMost(ctx context.Context, rec *comity.Record, most int64, refusal error) error {
	f := rec.Resource.Owner()
	o, ok := f.Owner(rec.Text(f))
	if !ok {
		return nil
	}
	key := fmt.Sprint(rec.Resource.Table, o.Column, rec.Int(f))
	note := func(n int64) error {
		if n >= most {
			return refusal
		}
		tx.rows[key] = n + 1
		return nil
	}
	if n, known := tx.rows[key]; known {
		return note(n)
	}
	// The limit stops the count at the maximum.
	sql := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s = $1 LIMIT %d) x", rec.Resource.Table, o.Column, most)
	return tx.conn.later(ctx, sql, args{rec.Int(f)}, func(row Row) error { return note(row.Int(0)) })
}

// NextNumber returns one more than the highest number of a field among the records with the same anchor, at
// most the largest int64.
func (tx *Tx) NextNumber(ctx context.Context, rec *comity.Record, f *comity.Field) (int64, error) {
	anchor := rec.Resource.Anchor()
	column, id := "co_id", rec.CoId
	if anchor.Kind == comity.Owner {
		o, _ := anchor.Owner(rec.Text(anchor))
		column, id = o.Column, rec.Int(anchor)
	}
	highest := int64(0)
	sql := fmt.Sprintf("SELECT coalesce(max(%s), 0) FROM %s WHERE %s = $1", f.Column, rec.Resource.Table, column)
	err := tx.conn.query(ctx, sql, args{id}, func(row Row) error {
		highest = row.Int(0)
		return nil
	})
	return min(highest, math.MaxInt64-1) + 1, err
}

// ListBy returns the records that meet the conditions and whose column has one of the ids, by that id, each
// list in order of Id.
func (tx *Tx) ListBy(ctx context.Context, r *comity.Resource, column string, ids []int64, conditions ...Condition) (map[int64][]*comity.Record, error) {
	found := map[int64][]*comity.Record{}
	if len(ids) == 0 {
		return found, nil
	}
	var a args
	named := AllOf(append([]Condition{In(column, ids)}, conditions...)...)
	sql := fmt.Sprintf("SELECT %s, t.%s FROM %s WHERE %s ORDER BY t.id", texts[r].columns, column, texts[r].from, named(tx.dialect, &a))
	err := tx.conn.query(ctx, sql, a, func(row Row) error {
		rec, err := texts[r].scan(row)
		id := row.Int(texts[r].width)
		found[id] = append(found[id], rec)
		return err
	})
	return found, err
}
