package store

import (
	"context"
	"fmt"

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

// Scope is what SyncAutomatic looks at; exactly one id is set.
type Scope struct {
	CoId, CoGroupId, CoPersonId int64
}

// people and groups are the scope's conditions on a person p and group g, members that on a membership m.
func (s Scope) conditions(a *args) (entitled, members string) {
	switch {
	case s.CoPersonId != 0:
		p := a.put(s.CoPersonId)
		return "p.id = " + p, "m.co_person_id = " + p
	case s.CoGroupId != 0:
		p := a.put(s.CoGroupId)
		return "g.id = " + p, "m.co_group_id = " + p
	}
	p := a.put(s.CoId)
	return "g.co_id = " + p, "m.co_id = " + p
}

// difference is what memberships that nobody writes should be, against what they are.
type difference struct {
	// should and is give group, person and nesting, 0 for none.
	should, is string
	// scope is the condition on a membership m, which needs only the first args.
	scope     string
	scopeArgs int
	// nested memberships name their nesting.
	nested bool
	// person is the only one whom it is about, 0 where it is about many.
	person int64
	args   args
}

func (d difference) surplus() string { return d.is + " EXCEPT SELECT * FROM (" + d.should + ") s" }
func (d difference) missing() string { return "SELECT * FROM (" + d.should + ") s EXCEPT " + d.is }

func (rule AutomaticRule) difference(s Scope) difference {
	var a args
	entitled, scope := s.conditions(&a)
	never := a.put(rule.Never)
	active := list(&a, rule.Active)
	all, act := a.put(rule.AllGroup), a.put(rule.ActiveGroup)
	should := fmt.Sprintf(`SELECT g.id AS co_group_id, p.id AS co_person_id, 0 AS co_group_nesting_id
		FROM co_people p JOIN co_groups g ON g.co_id = p.co_id
		WHERE g.auto AND g.cou_id IS NULL AND %[1]s AND (
			(g.group_type = %[4]s AND p.status <> %[2]s) OR (g.group_type = %[5]s AND p.status IN %[3]s))
		UNION SELECT g.id, p.id, 0
		FROM co_people p JOIN co_person_roles r ON r.co_person_id = p.id JOIN co_groups g ON g.cou_id = r.cou_id
		WHERE g.auto AND %[1]s AND (
			(g.group_type = %[4]s AND p.status <> %[2]s AND r.status <> %[2]s)
			OR (g.group_type = %[5]s AND p.status IN %[3]s AND r.status IN %[3]s))`, entitled, never, active, all, act)
	is := fmt.Sprintf(`SELECT m.co_group_id, m.co_person_id, 0
		FROM co_group_members m JOIN co_groups g ON g.id = m.co_group_id WHERE g.auto AND %s`, scope)
	return difference{should: should, is: is, scope: scope, scopeArgs: 1, person: s.CoPersonId, args: a}
}

// SyncAutomatic makes the automatic memberships of a scope what the rule says, in a few statements
// whatever their number, with their history and the marks of the people they change.
func (tx *Tx) SyncAutomatic(ctx context.Context, s Scope, rule AutomaticRule, actor string, modes []string) error {
	return tx.settle(ctx, rule.difference(s), actor, modes)
}

// settle makes memberships what they should be.
func (tx *Tx) settle(ctx context.Context, y difference, actor string, modes []string) error {
	var surplus, missing, last int64
	sql := fmt.Sprintf(`SELECT (SELECT count(*) FROM (%s) x), (SELECT count(*) FROM (%s) y),
		(SELECT coalesce(max(id), 0) FROM co_group_members)`, y.surplus(), y.missing())
	err := tx.conn.query(ctx, sql, y.args, func(r Row) error {
		surplus, missing, last = r.Int(0), r.Int(1), r.Int(2)
		return nil
	})
	if err != nil {
		return err
	}
	if surplus > 0 {
		if err := tx.removeSurplus(ctx, y, actor, modes); err != nil {
			return err
		}
	}
	if missing > 0 {
		return tx.addMissing(ctx, y, last, actor, modes)
	}
	return nil
}

func (tx *Tx) removeSurplus(ctx context.Context, y difference, actor string, modes []string) error {
	rows := "FROM co_group_members m WHERE " + y.scope +
		" AND (m.co_group_id, m.co_person_id, coalesce(m.co_group_nesting_id, 0)) IN (" + y.surplus() + ")"
	if err := tx.markOf(ctx, y, rows, y.args, modes); err != nil {
		return err
	}
	return tx.deleteRows(ctx, comity.CoGroupMember.Resource, "SELECT m.id "+rows, actor, y.args)
}

// addMissing adds the memberships that are missing. Their ids come after last, and nobody else can
// add to the same scope meanwhile.
func (tx *Tx) addMissing(ctx context.Context, y difference, last int64, actor string, modes []string) error {
	now, err := tx.Now(ctx)
	if err != nil {
		return err
	}
	a := append(args(nil), y.args...)
	moment, who := castInt(a.put(now.UnixMicro())), castText(a.put(actor))
	sql := fmt.Sprintf(`INSERT INTO co_group_members
		(co_id, co_group_id, co_person_id, co_group_nesting_id, member, owner, created, modified, revision, actor)
		SELECT g.co_id, x.co_group_id, x.co_person_id, nullif(x.co_group_nesting_id, 0), true, false, %[2]s, %[2]s, 0, %[3]s
		FROM (%[1]s) x JOIN co_groups g ON g.id = x.co_group_id ORDER BY x.co_group_id, x.co_person_id`, y.missing(), moment, who)
	if err := tx.conn.queue(ctx, sql, a); err != nil {
		return err
	}
	a = append(args(nil), y.args[:y.scopeArgs]...)
	moment, who = castInt(a.put(now.UnixMicro())), castText(a.put(actor))
	rows := fmt.Sprintf("FROM co_group_members m WHERE m.id > %s AND %s", a.put(last), y.scope)
	nesting := ""
	if y.nested {
		nesting = "'CoGroupNestingId', m.co_group_nesting_id, "
	}
	data := fmt.Sprintf(`%[1]s('CoGroupId', m.co_group_id, 'Member', %[2]s, 'Owner', %[3]s, %[5]s'Person', %[1]s('Type', '%[4]s', 'Id', m.co_person_id))`,
		tx.dialect.jsonObject, tx.dialect.jsonTrue, tx.dialect.jsonFalse, comity.OwnerCO.Word, nesting)
	sql = fmt.Sprintf(`INSERT INTO history (%s)
		SELECT '%s', m.id, 0, '%s', %s, %s, NULL, m.co_id, m.co_person_id, NULL, m.co_group_id, %s %s`,
		historyColumns, comity.CoGroupMember.Singular, comity.OpAdd, who, moment, data, rows)
	if err := tx.conn.queue(ctx, sql, a); err != nil {
		return err
	}
	a = append(args(nil), y.args[:y.scopeArgs]...)
	rows = fmt.Sprintf("FROM co_group_members m WHERE m.id > %s AND %s", a.put(last), y.scope)
	return tx.markOf(ctx, y, rows, a, modes)
}

// markOf marks those whose memberships differ, and the groups: rows is FROM of the memberships m.
func (tx *Tx) markOf(ctx context.Context, y difference, rows string, a args, modes []string) error {
	if err := tx.markGroups(ctx, "SELECT m.co_group_id, m.co_person_id "+rows, a, modes, nil); err != nil {
		return err
	}
	if y.person != 0 {
		return tx.MarkPeople(ctx, modes, y.person)
	}
	return tx.mark(ctx, "SELECT m.co_person_id "+rows, a, modes)
}
