package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"comity"
)

// AutomaticRule is the registry's definition of automatic membership.
type AutomaticRule struct {
	// Never is the status of people and roles that give no membership.
	Never string
	// Active are the statuses that give membership of the groups of active members.
	Active []string
	// AllGroup and ActiveGroup are the types of the groups of all and of active members.
	AllGroup, ActiveGroup string
}

// Scope is the set of memberships that SyncAutomatic synchronizes: those of the one id that is set, narrowed
// to People unless that is nil.
type Scope struct {
	CoId, CoGroupId, CoPersonId int64
	People                      []int64
}

// conditions returns the scope's SQL conditions: on a person p and group g, and on a membership m.
func (s Scope) conditions(d dialect, a *args) (entitled, members string) {
	var p string
	switch {
	case s.CoPersonId != 0:
		p = a.put(s.CoPersonId)
		entitled, members = "p.id = "+p, "m.co_person_id = "+p
	case s.CoGroupId != 0:
		p = a.put(s.CoGroupId)
		entitled, members = "g.id = "+p, "m.co_group_id = "+p
	case s.People != nil:
		// The people are of the CO: a condition on it would make the plan read all its memberships.
		in := d.idsIn(a, s.People)
		return d.among("p.id", in), d.among("m.co_person_id", in)
	default:
		p = a.put(s.CoId)
		entitled, members = "g.co_id = "+p, "m.co_id = "+p
	}
	if s.People != nil {
		in := d.idsIn(a, s.People)
		entitled += " AND " + d.among("p.id", in)
		members += " AND " + d.among("m.co_person_id", in)
	}
	return entitled, members
}

// computed is an automatic or derived membership of a person in a group; nesting is the id of the nesting
// that it derives from, 0 for an automatic one.
type computed struct{ group, person, nesting int64 }

// difference is the difference between the computed memberships that should exist and those that do.
type difference struct {
	missing []computed
	// surplus has the memberships that should not exist, by the id of their row.
	surplus map[int64]computed
}

// compare returns the difference between the memberships that should exist and the rows that do. It deletes
// those that exist from should.
func compare(should map[computed]bool, rows map[int64]computed) difference {
	d := difference{surplus: map[int64]computed{}}
	for id, m := range rows {
		if should[m] {
			delete(should, m)
		} else {
			d.surplus[id] = m
		}
	}
	for m := range should {
		d.missing = append(d.missing, m)
	}
	slices.SortFunc(d.missing, computed.compare)
	return d
}

func (m computed) compare(o computed) int {
	return slices.Compare([]int64{m.group, m.person, m.nesting}, []int64{o.group, o.person, o.nesting})
}

// automatic returns the difference between the automatic memberships that a scope should have and those it
// has.
func (tx *Tx) automatic(ctx context.Context, rule AutomaticRule, s Scope) (difference, error) {
	var a args
	entitled, scope := s.conditions(tx.dialect, &a)
	never := a.put(rule.Never)
	active := list(&a, rule.Active)
	all, act := a.put(rule.AllGroup), a.put(rule.ActiveGroup)
	// Of many people these are found first, and then their roles: who began with the groups would go through
	// the whole CO for some of it.
	with, people, roles := "", "co_people p", "co_people p JOIN co_person_roles r ON r.co_person_id = p.id"
	if s.People != nil && s.CoGroupId == 0 {
		with = fmt.Sprintf(`WITH scope AS MATERIALIZED (SELECT p.id, p.co_id, p.status FROM co_people p WHERE %s),
			roles AS MATERIALIZED (SELECT r.co_person_id, r.cou_id, r.status FROM scope p JOIN co_person_roles r ON r.co_person_id = p.id) `, entitled)
		people, roles, entitled = "scope p", "scope p JOIN roles r ON r.co_person_id = p.id", "1 = 1"
	}
	sql := fmt.Sprintf(`%[9]sSELECT 0 AS id, g.id AS co_group_id, p.id AS co_person_id
		FROM %[7]s JOIN co_groups g ON g.co_id = p.co_id
		WHERE g.auto AND g.cou_id IS NULL AND %[1]s AND (
			(g.group_type = %[4]s AND p.status <> %[2]s) OR (g.group_type = %[5]s AND p.status IN %[3]s))
		UNION ALL SELECT 0, g.id, p.id
		FROM %[8]s JOIN co_groups g ON g.cou_id = r.cou_id
		WHERE g.auto AND %[1]s AND (
			(g.group_type = %[4]s AND p.status <> %[2]s AND r.status <> %[2]s)
			OR (g.group_type = %[5]s AND p.status IN %[3]s AND r.status IN %[3]s))
		UNION ALL SELECT m.id, m.co_group_id, m.co_person_id
		FROM co_group_members m WHERE (SELECT g.auto FROM co_groups g WHERE g.id = m.co_group_id) AND %[6]s`,
		entitled, never, active, all, act, scope, people, roles, with)
	should, rows := map[computed]bool{}, map[int64]computed{}
	err := tx.conn.query(ctx, sql, a, func(r Row) error {
		m := computed{group: r.Int(1), person: r.Int(2)}
		if id := r.Int(0); id != 0 {
			rows[id] = m
		} else {
			should[m] = true
		}
		return nil
	})
	return compare(should, rows), err
}

// SyncAutomatic adds and deletes automatic memberships of a scope until they match the rule, with their
// history, and enqueues deliveries of the people and groups they change. It returns the ids of the groups
// whose members it changed.
func (tx *Tx) SyncAutomatic(ctx context.Context, s Scope, rule AutomaticRule, actor string, modes []string) (map[int64]bool, error) {
	d, err := tx.automatic(ctx, rule, s)
	if err != nil {
		return nil, err
	}
	changed := map[int64]bool{}
	for _, m := range slices.Concat(d.missing, d.sorted()) {
		changed[m.group] = true
	}
	return changed, tx.settle(ctx, d, actor, modes)
}

// maxSet is the maximum number of rows that one statement of a set operation handles.
const maxSet = 5000

// settle deletes the surplus memberships of a difference and adds the missing ones: with a fixed number of
// statements for each maxSet rows, which find rows by their ids only.
func (tx *Tx) settle(ctx context.Context, d difference, actor string, modes []string) error {
	if err := tx.removeSurplus(ctx, d.surplus, actor, modes); err != nil {
		return err
	}
	for some := range slices.Chunk(d.missing, maxSet) {
		if err := tx.addMissing(ctx, some, actor, modes); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) removeSurplus(ctx context.Context, surplus map[int64]computed, actor string, modes []string) error {
	rows := make([][]int64, 0, len(surplus))
	for id, m := range surplus {
		rows = append(rows, []int64{id, m.group, m.person})
	}
	slices.SortFunc(rows, slices.Compare)
	for some := range slices.Chunk(rows, maxSet) {
		var a args
		x := tx.dialect.rowsOf(&a, some)
		if err := tx.markMemberships(ctx, "SELECT "+element(1)+", "+element(2)+" FROM "+x, "SELECT "+element(2)+" FROM "+x, a, modes); err != nil {
			return err
		}
		if err := tx.deleteRows(ctx, comity.CoGroupMember.Resource, "SELECT "+element(0)+" FROM "+x, actor, a); err != nil {
			return err
		}
	}
	return nil
}

// addMissing adds memberships. It reserves their ids first, so that their history and deliveries are written
// without reading the new rows.
func (tx *Tx) addMissing(ctx context.Context, missing []computed, actor string, modes []string) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	ids, err := tx.drawIDs(ctx, comity.CoGroupMember.Resource, len(missing))
	if err != nil {
		return err
	}
	rows := make([][]int64, len(missing))
	for i, m := range missing {
		rows[i] = []int64{ids[i], m.group, m.person, m.nesting}
	}
	var a args
	x := tx.dialect.rowsOf(&a, rows)
	moment, who := castInt(a.put(now.UnixMicro())), castText(a.put(actor))
	// The group is found by its primary key; the memberships get its CO.
	from := fmt.Sprintf("FROM (SELECT %s AS id, %s AS co_group_id, %s AS co_person_id, nullif(%s, 0) AS co_group_nesting_id FROM %s) m JOIN co_groups g ON g.id = m.co_group_id",
		element(0), element(1), element(2), element(3), x)
	sql := fmt.Sprintf(`INSERT INTO co_group_members
		(id, co_id, co_group_id, co_person_id, co_group_nesting_id, member, owner, created, modified, revision, actor)
		SELECT m.id, g.co_id, m.co_group_id, m.co_person_id, m.co_group_nesting_id, true, false, %[1]s, %[1]s, 0, %[2]s %[3]s`, moment, who, from)
	if err := tx.conn.queue(ctx, sql, a); err != nil {
		return err
	}
	// Either all memberships of a set derive from nestings or none does.
	nesting := ""
	if missing[0].nesting != 0 {
		nesting = "'CoGroupNestingId', m.co_group_nesting_id, "
	}
	data := fmt.Sprintf(`%[1]s('CoGroupId', m.co_group_id, 'Member', %[2]s, 'Owner', %[3]s, %[5]s'Person', %[1]s('Type', '%[4]s', 'Id', m.co_person_id))`,
		tx.dialect.jsonObject, tx.dialect.jsonTrue, tx.dialect.jsonFalse, comity.OwnerCO.Word, nesting)
	sql = fmt.Sprintf(`INSERT INTO history (%s)
		SELECT '%s', m.id, 0, '%s', %s, %s, NULL, g.co_id, m.co_person_id, NULL, m.co_group_id, %s %s`,
		historyColumns, comity.CoGroupMember.Singular, comity.OpAdd, who, moment, data, from)
	if err := tx.conn.queue(ctx, sql, a); err != nil {
		return err
	}
	a = a[:1]
	return tx.markMemberships(ctx, "SELECT "+element(1)+", "+element(2)+" FROM "+x, "SELECT "+element(2)+" FROM "+x, a, modes)
}

// markMemberships enqueues deliveries of the people whose memberships differ, and of the groups.
func (tx *Tx) markMemberships(ctx context.Context, memberships, people string, a args, modes []string) error {
	if err := tx.markGroups(ctx, memberships, a, modes, nil); err != nil {
		return err
	}
	return tx.mark(ctx, people, a, modes)
}

// drawIDs reserves the next n ids of a table.
func (tx *Tx) drawIDs(ctx context.Context, r *comity.Resource, n int) ([]int64, error) {
	ids := make([]int64, 0, n)
	err := tx.conn.query(ctx, fmt.Sprintf(tx.dialect.nextIDs, r.Table), args{int64(n)}, func(row Row) error {
		ids = append(ids, row.Int(0))
		return nil
	})
	if err == nil && len(ids) != n {
		err = fmt.Errorf("%d ids of %s were drawn, not %d", len(ids), r.Table, n)
	}
	return ids, err
}

// rowsOf adds rows of numbers as one JSON parameter and returns the table expression of these rows; element
// reads their columns. The statement is the same for any number of rows, and is planned for a few rows that
// are found by their ids.
func (d dialect) rowsOf(a *args, rows [][]int64) string {
	text, _ := json.Marshal(rows) // numbers always have a JSON form
	return fmt.Sprintf(d.elements, a.put(string(text)))
}

// idsIn adds ids as one parameter and returns a subquery that selects them.
func (d dialect) idsIn(a *args, ids []int64) string {
	rows := make([][]int64, len(ids))
	for i, id := range ids {
		rows[i] = []int64{id}
	}
	return "SELECT " + element(0) + " AS id FROM " + d.rowsOf(a, rows)
}

// among returns the SQL condition that a column has one of the values that a subquery selects. On PostgreSQL
// it is an array, so that the subquery runs once and each value is looked up by an index: with a join, wrong
// statistics can make the planner run through the subquery's rows for each row of the table.
func (d dialect) among(column, ids string) string {
	if d.shared {
		return column + " IN (" + ids + ")"
	}
	return column + " = ANY (ARRAY(" + ids + "))"
}

// element returns the expression of column i of a row of rowsOf, as a number.
func element(i int) string { return castInt(fmt.Sprintf("value ->> %d", i)) }

// PeopleIn returns the ids of up to limit people with a row in a group, in order, starting after the given
// id.
func (tx *Tx) PeopleIn(ctx context.Context, group, after int64, limit int) ([]int64, error) {
	sql := `SELECT DISTINCT co_person_id FROM co_group_members WHERE co_group_id = $1 AND co_person_id > $2 ORDER BY co_person_id LIMIT $3`
	return tx.ids(ctx, sql, args{group, after, int64(limit)})
}

// PeopleOf returns the ids of up to limit people of a CO, in order, starting after the given id.
func (tx *Tx) PeopleOf(ctx context.Context, coID, after int64, limit int) ([]int64, error) {
	return tx.ids(ctx, `SELECT id FROM co_people WHERE co_id = $1 AND id > $2 ORDER BY id LIMIT $3`, args{coID, after, int64(limit)})
}

func (tx *Tx) ids(ctx context.Context, sql string, a args) ([]int64, error) {
	var ids []int64
	err := tx.inOrder(ctx, sql, a, func(r Row) error {
		ids = append(ids, r.Int(0))
		return nil
	})
	return ids, err
}

// RemoveMembers deletes all rows of people in a group, with their history, and enqueues deliveries of the
// people and the group.
func (tx *Tx) RemoveMembers(ctx context.Context, group int64, people []int64, actor string, modes []string) error {
	var a args
	rows := map[int64]computed{}
	// The plus keeps the group's index from being used: the people are few, the group may be large.
	sql := `SELECT m.id, m.co_person_id FROM co_group_members m WHERE +m.co_group_id = ` + a.put(group) +
		` AND ` + tx.dialect.among("m.co_person_id", tx.dialect.idsIn(&a, people))
	err := tx.conn.query(ctx, sql, a, func(r Row) error {
		rows[r.Int(0)] = computed{group: group, person: r.Int(1)}
		return nil
	})
	if err != nil {
		return err
	}
	return tx.removeSurplus(ctx, rows, actor, modes)
}

// sorted returns the surplus memberships in order.
func (d difference) sorted() (surplus []computed) {
	for _, m := range d.surplus {
		surplus = append(surplus, m)
	}
	slices.SortFunc(surplus, computed.compare)
	return surplus
}
