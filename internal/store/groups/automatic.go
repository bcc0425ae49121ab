// Package groups computes memberships as set operations: the automatic ones, which follow from the statuses of
// people and roles, and the derived ones, which follow from the nestings of groups. It reads which memberships
// there should be and which there are, and writes the difference with its history. The rules
// come from the registry as values (AutomaticRule, Nesting).
package groups

import (
	"context"
	"fmt"
	"slices"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/history"
	"comity/internal/store/queue"
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

// Scope is the set of memberships of a CO that SyncAutomatic synchronizes: those of the person or group that is set,
// or all, narrowed to People unless that is nil.
type Scope struct {
	CoId, CoGroupId, CoPersonId int64
	People                      []int64
}

// conditions returns the scope's SQL conditions: on a person p and group g, and on a membership m.
func (s Scope) conditions(d db.Dialect, a *db.Args) (entitled, members string) {
	var p string
	switch {
	case s.CoPersonId != 0:
		p = a.Put(s.CoPersonId)
		entitled, members = "p.id = "+p, "m.co_person_id = "+p
	case s.CoGroupId != 0:
		p = a.Put(s.CoGroupId)
		entitled, members = "g.id = "+p, "m.co_group_id = "+p
	case s.People != nil:
		// The people are of the CO: a condition on it would make the plan read all its memberships.
		in := d.IdsIn(a, s.People)
		return d.Among("p.id", in), d.Among("m.co_person_id", in)
	default:
		p = a.Put(s.CoId)
		entitled, members = "g.co_id = "+p, "m.co_id = "+p
	}
	if s.People != nil {
		in := d.IdsIn(a, s.People)
		entitled += " AND " + d.Among("p.id", in)
		members += " AND " + d.Among("m.co_person_id", in)
	}
	return entitled, members
}

// Membership is an automatic or derived membership of a person in a group; nesting is the id of the nesting
// that it derives from, 0 for an automatic one.
type Membership struct{ Group, Person, nesting int64 }

// Difference is the difference between the computed memberships that should exist and those that do.
type Difference struct {
	Missing []Membership
	// surplus has the memberships that should not exist, by the id of their row.
	surplus map[int64]Membership
}

// compare returns the difference between the memberships that should exist and the rows that do. It deletes
// those that exist from should.
func compare(should map[Membership]bool, rows map[int64]Membership) Difference {
	d := Difference{surplus: map[int64]Membership{}}
	for id, m := range rows {
		if should[m] {
			delete(should, m)
		} else {
			d.surplus[id] = m
		}
	}
	for m := range should {
		d.Missing = append(d.Missing, m)
	}
	slices.SortFunc(d.Missing, Membership.compare)
	return d
}

func (m Membership) compare(o Membership) int {
	return slices.Compare([]int64{m.Group, m.Person, m.nesting}, []int64{o.Group, o.Person, o.nesting})
}

// AutomaticDifference returns the difference between the automatic memberships that a scope should have and those it
// has.
func AutomaticDifference(ctx context.Context, tx *db.Tx, rule AutomaticRule, s Scope) (Difference, error) {
	var a db.Args
	entitled, scope := s.conditions(tx.Dialect, &a)
	never := a.Put(rule.Never)
	active := db.List(&a, rule.Active)
	all, act := a.Put(rule.AllGroup), a.Put(rule.ActiveGroup)
	// Of many people these are found first, and then their roles: who began with the groups would go through
	// the whole CO for some of it.
	with, people, roles := "", "co_people p", "co_people p JOIN co_person_roles r ON r.co_person_id = p.id"
	join, where := "JOIN co_groups g ON", "WHERE"
	if s.People != nil && s.CoGroupId == 0 {
		with = fmt.Sprintf(`WITH scope AS MATERIALIZED (SELECT p.id, p.co_id, p.status FROM co_people p WHERE %s),
			roles AS MATERIALIZED (SELECT r.co_person_id, r.cou_id, r.status FROM scope p JOIN co_person_roles r ON r.co_person_id = p.id) `, entitled)
		people, roles, entitled = "scope p", "scope p JOIN roles r ON r.co_person_id = p.id", "1 = 1"
		join, where = "CROSS JOIN co_groups g WHERE", "AND" // SQLite keeps the order of a cross join
	}
	sql := fmt.Sprintf(`%[9]sSELECT 0 AS id, g.id AS co_group_id, p.id AS co_person_id
		FROM %[7]s %[10]s g.co_id = p.co_id
		%[11]s g.auto AND g.cou_id IS NULL AND %[1]s AND (
			(g.group_type = %[4]s AND p.status <> %[2]s) OR (g.group_type = %[5]s AND p.status IN %[3]s))
		UNION ALL SELECT 0, g.id, p.id
		FROM %[8]s %[10]s g.cou_id = r.cou_id
		%[11]s g.auto AND %[1]s AND (
			(g.group_type = %[4]s AND p.status <> %[2]s AND r.status <> %[2]s)
			OR (g.group_type = %[5]s AND p.status IN %[3]s AND r.status IN %[3]s))
		UNION ALL SELECT m.id, m.co_group_id, m.co_person_id
		FROM co_group_members m WHERE (SELECT g.auto FROM co_groups g WHERE g.id = m.co_group_id) AND %[6]s`,
		entitled, never, active, all, act, scope, people, roles, with, join, where)
	should, rows := map[Membership]bool{}, map[int64]Membership{}
	err := tx.Query(ctx, sql, a, func(r *db.Row) error {
		id, m := r.Int(), Membership{Group: r.Int(), Person: r.Int()}
		if id != 0 {
			rows[id] = m
		} else {
			should[m] = true
		}
		return nil
	})
	return compare(should, rows), err
}

// SyncAutomatic adds and deletes automatic memberships of a scope until they match the rule, with their
// history, and adds these people and groups to the change set. It returns the ids of the groups
// whose members it changed.
func SyncAutomatic(ctx context.Context, tx *db.Tx, s Scope, rule AutomaticRule, actor string) (map[int64]bool, error) {
	d, err := AutomaticDifference(ctx, tx, rule, s)
	if err != nil {
		return nil, err
	}
	changed := map[int64]bool{}
	for _, m := range slices.Concat(d.Missing, d.Sorted()) {
		changed[m.Group] = true
	}
	return changed, apply(ctx, tx, s.CoId, d, actor)
}

// NewPerson is a person who was added by the transaction and has neither roles nor memberships.
type NewPerson struct {
	Id     int64
	Status string
}

// OwnGroups returns the ids of a CO's own groups with automatic members, by their types.
func OwnGroups(ctx context.Context, tx *db.Tx, coID int64) (map[string]int64, error) {
	own := map[string]int64{}
	err := tx.Query(ctx, `SELECT g.id, g.group_type FROM co_groups g WHERE g.co_id = $1 AND g.auto AND g.cou_id IS NULL`, db.Args{coID}, func(r *db.Row) error {
		id, groupType := r.Int(), r.Text()
		own[groupType] = id
		return nil
	})
	return own, err
}

// fewMembers is up to how many memberships are added row by row, together with other rows that the transaction adds.
const fewMembers = 4

// AddAutomatic adds the automatic memberships of new people of a CO in its own groups (OwnGroups), as SyncAutomatic does,
// but reads nothing. It returns the ids of the groups whose members it changed.
func AddAutomatic(ctx context.Context, tx *db.Tx, coID int64, own map[string]int64, people []NewPerson, rule AutomaticRule, actor string) (map[int64]bool, error) {
	var missing []Membership
	changed := map[int64]bool{}
	for _, p := range people {
		in := map[string]bool{rule.AllGroup: p.Status != rule.Never, rule.ActiveGroup: slices.Contains(rule.Active, p.Status)}
		for groupType, group := range own {
			if in[groupType] {
				missing = append(missing, Membership{Group: group, Person: p.Id})
				changed[group] = true
			}
		}
	}
	slices.SortFunc(missing, Membership.compare)
	if len(missing) > fewMembers {
		return changed, apply(ctx, tx, coID, Difference{Missing: missing}, actor)
	}
	ids, err := tx.DrawIDs(ctx, comity.CoGroupMember.Resource, len(missing))
	if err != nil {
		return nil, err
	}
	for i, m := range missing {
		addOne(tx, coID, ids[i], m, actor)
	}
	return changed, nil
}

// addOne adds one automatic membership in a group of a CO, with its history.
func addOne(tx *db.Tx, coID, id int64, m Membership, actor string) {
	addToChanges(tx, coID, m)
	f := comity.CoGroupMember
	now := tx.Now()
	rec := comity.NewRecord(f.Resource)
	rec.Id, rec.CoId, rec.Created, rec.Modified, rec.Actor = id, coID, now, now, actor
	rec.SetInt(f.CoGroupId, m.Group)
	rec.SetOwner(f.Person, comity.OwnerCO, m.Person)
	rec.SetBool(f.Member, true)
	rec.SetBool(f.Owner, false)
	tx.Insert(`co_group_members (id, co_id, co_group_id, co_person_id, member, owner, created, modified, revision, actor)`,
		db.Args{id, coID, m.Group, m.Person, true, false, now.UnixMicro(), now.UnixMicro(), int64(0), actor})
	history.AddRevision(tx, rec, comity.OpAdd, db.Place{CoId: coID, CoPersonId: m.Person})
}

// apply deletes the surplus memberships of a difference and adds the missing ones: with a fixed number of
// statements for each db.MaxRows rows, which find rows by their ids only.
func apply(ctx context.Context, tx *db.Tx, coID int64, d Difference, actor string) error {
	if err := removeSurplus(ctx, tx, coID, d.surplus, actor); err != nil {
		return err
	}
	for some := range slices.Chunk(d.Missing, db.MaxRows) {
		if err := addMissing(ctx, tx, coID, some, actor); err != nil {
			return err
		}
	}
	return nil
}

func removeSurplus(ctx context.Context, tx *db.Tx, coID int64, surplus map[int64]Membership, actor string) error {
	rows := make([][]int64, 0, len(surplus))
	for id, m := range surplus {
		addToChanges(tx, coID, m)
		rows = append(rows, []int64{id, m.Group, m.Person})
	}
	slices.SortFunc(rows, slices.Compare)
	for some := range slices.Chunk(rows, db.MaxRows) {
		var a db.Args
		x := tx.Dialect.RowsOf(&a, some)
		if err := history.DeleteRecords(ctx, tx, comity.CoGroupMember.Resource, "SELECT "+db.Element(0)+" FROM "+x, actor, a); err != nil {
			return err
		}
	}
	return nil
}

// addMissing adds memberships. It reserves their ids first, so that their history is written without
// reading the new rows.
func addMissing(ctx context.Context, tx *db.Tx, coID int64, missing []Membership, actor string) error {
	now := tx.Now()
	ids, err := tx.DrawIDs(ctx, comity.CoGroupMember.Resource, len(missing))
	if err != nil {
		return err
	}
	rows := make([][]int64, len(missing))
	for i, m := range missing {
		addToChanges(tx, coID, m)
		rows[i] = []int64{ids[i], m.Group, m.Person, m.nesting}
	}
	var a db.Args
	x := tx.Dialect.RowsOf(&a, rows)
	moment, who := db.Bigint(a.Put(now.UnixMicro())), db.AsText(a.Put(actor))
	// The group is found by its primary key; the memberships get its CO.
	from := fmt.Sprintf("FROM (SELECT %s AS id, %s AS co_group_id, %s AS co_person_id, nullif(%s, 0) AS co_group_nesting_id FROM %s) m JOIN co_groups g ON g.id = m.co_group_id",
		db.Element(0), db.Element(1), db.Element(2), db.Element(3), x)
	sql := fmt.Sprintf(`INSERT INTO co_group_members
		(id, co_id, co_group_id, co_person_id, co_group_nesting_id, member, owner, created, modified, revision, actor)
		SELECT m.id, g.co_id, m.co_group_id, m.co_person_id, m.co_group_nesting_id, true, false, %[1]s, %[1]s, 0, %[2]s %[3]s`, moment, who, from)
	if err := tx.Queue(ctx, sql, a); err != nil {
		return err
	}
	// Either all memberships of a set derive from nestings or none does.
	nesting := ""
	if missing[0].nesting != 0 {
		nesting = "'CoGroupNestingId', m.co_group_nesting_id, "
	}
	data := fmt.Sprintf(`%[1]s('CoGroupId', m.co_group_id, 'Member', %[2]s, 'Owner', %[3]s, %[5]s'Person', %[1]s('Type', '%[4]s', 'Id', m.co_person_id))`,
		tx.Dialect.JsonObject, tx.Dialect.JsonTrue, tx.Dialect.JsonFalse, comity.OwnerCO.Word, nesting)
	sql = fmt.Sprintf(`INSERT INTO history (%s)
		SELECT '%s', m.id, 0, '%s', %s, %s, NULL, g.co_id, m.co_person_id, NULL, m.co_group_id, %s %s`,
		history.Columns, comity.CoGroupMember.Singular, comity.OpAdd, who, moment, data, from)
	return tx.Queue(ctx, sql, a)
}

// addToChanges adds the person and the group of a membership that changed to the transaction's change set.
func addToChanges(tx *db.Tx, coID int64, m Membership) {
	queue.MembershipChanged(tx, coID, m.Group, m.Person)
	queue.PersonChanged(tx, coID, m.Person)
}

// PeopleIn returns the ids of up to limit people with a row in a group, in order, starting after the given
// id.
func PeopleIn(ctx context.Context, tx *db.Tx, group, after int64, limit int) ([]int64, error) {
	sql := `SELECT DISTINCT co_person_id FROM co_group_members WHERE co_group_id = $1 AND co_person_id > $2 ORDER BY co_person_id LIMIT $3`
	return tx.IDs(ctx, sql, db.Args{group, after, int64(limit)})
}

// PeopleOf returns the ids of up to limit people of a CO, in order, starting after the given id.
func PeopleOf(ctx context.Context, tx *db.Tx, coID, after int64, limit int) ([]int64, error) {
	where, order := tx.Dialect.Within("t", "co_id", "$1", "$2")
	return tx.IDs(ctx, "SELECT t.id FROM co_people t WHERE "+where+" ORDER BY "+order+" LIMIT $3", db.Args{coID, after, int64(limit)})
}

// RemoveMembers deletes all rows of people in a group, with their history.
func RemoveMembers(ctx context.Context, tx *db.Tx, coID, group int64, people []int64, actor string) error {
	var a db.Args
	rows := map[int64]Membership{}
	// The plus keeps the group's index from being used: the people are few, the group may be large.
	sql := `SELECT m.id, m.co_person_id FROM co_group_members m WHERE +m.co_group_id = ` + a.Put(group) +
		` AND ` + tx.Dialect.Among("m.co_person_id", tx.Dialect.IdsIn(&a, people))
	err := tx.Query(ctx, sql, a, func(r *db.Row) error {
		rows[r.Int()] = Membership{Group: group, Person: r.Int()}
		return nil
	})
	if err != nil {
		return err
	}
	return removeSurplus(ctx, tx, coID, rows, actor)
}

// Sorted returns the surplus memberships in order.
func (d Difference) Sorted() (surplus []Membership) {
	for _, m := range d.surplus {
		surplus = append(surplus, m)
	}
	slices.SortFunc(surplus, Membership.compare)
	return surplus
}
