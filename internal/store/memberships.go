package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"comity"
)

// AutomaticRule is what the registry means by automatic membership: the statuses that count.
type AutomaticRule struct {
	// Never is the status of a person or role that is in no group.
	Never string
	// Active are the statuses that are in the groups of active members.
	Active []string
	// AllGroup and ActiveGroup are the types of the groups of all and of active members.
	AllGroup, ActiveGroup string
}

// Scope is what SyncAutomatic looks at: one of the ids is set, and People, unless nil, narrow it.
type Scope struct {
	CoId, CoGroupId, CoPersonId int64
	People                      []int64
}

// conditions are the scope's conditions on a person p and group g, and on a membership m.
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
		// They are of the CO: with it in the condition all of its memberships would be looked through.
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

// computed is a membership that nobody writes: of a person in a group, by a nesting, 0 for none.
type computed struct{ group, person, nesting int64 }

// difference is what memberships that nobody writes lack and have too many of.
type difference struct {
	missing []computed
	// surplus are by the ids of their rows.
	surplus map[int64]computed
}

// compare finds the difference between what memberships should be and the rows there are.
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

// automatic reads what automatic memberships of a scope should be and what they are.
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

// SyncAutomatic makes the automatic memberships of a scope what the rule says, with their history and
// the marks of the people they change. It returns the groups whose members it changed.
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

// maxSet is how many rows a set operation is told of in one statement.
const maxSet = 5000

// settle makes a difference good: a fixed number of statements for each 5,000 rows of it, which look
// for nothing but ids.
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

// addMissing adds memberships, with ids that are drawn before, so that their history and marks need not
// look for them.
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
	// The group's row is by its key; what is added is in its CO.
	from := fmt.Sprintf("FROM (SELECT %s AS id, %s AS co_group_id, %s AS co_person_id, nullif(%s, 0) AS co_group_nesting_id FROM %s) m JOIN co_groups g ON g.id = m.co_group_id",
		element(0), element(1), element(2), element(3), x)
	sql := fmt.Sprintf(`INSERT INTO co_group_members
		(id, co_id, co_group_id, co_person_id, co_group_nesting_id, member, owner, created, modified, revision, actor)
		SELECT m.id, g.co_id, m.co_group_id, m.co_person_id, m.co_group_nesting_id, true, false, %[1]s, %[1]s, 0, %[2]s %[3]s`, moment, who, from)
	if err := tx.conn.queue(ctx, sql, a); err != nil {
		return err
	}
	// A nesting's are added by themselves, all or none of a set.
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

// markMemberships marks those whose memberships differ, and the groups.
func (tx *Tx) markMemberships(ctx context.Context, memberships, people string, a args, modes []string) error {
	if err := tx.markGroups(ctx, memberships, a, modes, nil); err != nil {
		return err
	}
	return tx.mark(ctx, people, a, modes)
}

// drawIDs takes the next ids of a table.
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

// rowsOf passes rows of numbers as one parameter, so that a statement is the same however many they
// are, and is planned for few that are found by their ids. element reads them.
func (d dialect) rowsOf(a *args, rows [][]int64) string {
	text, _ := json.Marshal(rows) // numbers always have a JSON form
	return fmt.Sprintf(d.elements, a.put(string(text)))
}

// idsIn is a subquery of ids that are one parameter.
func (d dialect) idsIn(a *args, ids []int64) string {
	rows := make([][]int64, len(ids))
	for i, id := range ids {
		rows[i] = []int64{id}
	}
	return "SELECT " + element(0) + " AS id FROM " + d.rowsOf(a, rows)
}

// among is the condition that a column is one of those that a subquery gives. In PostgreSQL it is put so that
// these are found first and looked for one by one: of a subquery that is joined, the statistics may say that it
// is best gone through for each row of the table.
func (d dialect) among(column, ids string) string {
	if d.shared {
		return column + " IN (" + ids + ")"
	}
	return column + " = ANY (ARRAY(" + ids + "))"
}

// element is the number at that place of a row of rowsOf.
func element(i int) string { return castInt(fmt.Sprintf("value ->> %d", i)) }

// PeopleIn returns up to limit people with a row in a group, in order of Id from the one after an id.
func (tx *Tx) PeopleIn(ctx context.Context, group, after int64, limit int) ([]int64, error) {
	sql := `SELECT DISTINCT co_person_id FROM co_group_members WHERE co_group_id = $1 AND co_person_id > $2 ORDER BY co_person_id LIMIT $3`
	return tx.ids(ctx, sql, args{group, after, int64(limit)})
}

// PeopleOf returns up to limit people of a CO, in order of Id from the one after an id.
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

// RemoveMembers takes all rows of people in a group away, with their history and marks.
func (tx *Tx) RemoveMembers(ctx context.Context, group int64, people []int64, actor string, modes []string) error {
	var a args
	rows := map[int64]computed{}
	// By the people, who are few, whatever is known of the group.
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

// sorted are the memberships of the surplus rows.
func (d difference) sorted() (surplus []computed) {
	for _, m := range d.surplus {
		surplus = append(surplus, m)
	}
	slices.SortFunc(surplus, computed.compare)
	return surplus
}
