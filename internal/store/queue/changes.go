package queue

import (
	"context"
	"fmt"
	"slices"

	"comity"
	"comity/internal/store/db"
)

// due says that a transaction may have made deliveries due.
type due bool

// MadeDue returns whether a transaction may have made deliveries due, to be read after its end.
func MadeDue(tx *db.Tx) *bool { return (*bool)(db.Local[due](tx)) }

// changeSet is what a transaction changed that messages may show. The functions that write records add to it, and
// Enqueue resolves it once, at the end of the transaction, into the subjects that each target must learn about.
// Before a record is deleted, the ids of the people and groups that show it are added: afterwards they cannot be
// looked up.
type changeSet struct {
	// entered says that the transaction entered a CO, targets that one of these COs has targets, groupTargets that
	// one has targets that receive groups.
	entered, targets, groupTargets bool
	// read says that queries which add to the set were queued.
	read bool
	// people are those whose message changed.
	people map[subject]bool
	// firstActive are people who are Active for the first time.
	firstActive map[subject]bool
	// memberships are those that changed. One without a person is a group whose own values changed.
	memberships map[membership]bool
	// groupsOf are the people whose memberships show a change, by the type of identifier that targets show them
	// under; those under "" are shown by all targets.
	groupsOf map[string]map[int64]bool
	// dated are the people with memberships that may have begun or ended by their dates.
	dated map[int64]bool
}

type (
	subject    struct{ co, id int64 }
	membership struct{ co, group, person int64 }
)

// add adds a key to a set, which it makes first where it is nil.
func add[K comparable](set *map[K]bool, key K) {
	if *set == nil {
		*set = map[K]bool{}
	}
	(*set)[key] = true
}

// Entered adds a CO that the transaction entered: whether it has targets, and whether it has targets that receive
// groups. Where none of the COs has any, nothing is resolved.
func Entered(tx *db.Tx, targets, groupTargets bool) {
	c := db.Local[changeSet](tx)
	c.entered, c.targets, c.groupTargets = true, c.targets || targets, c.groupTargets || groupTargets
}

// PersonChanged adds a person whose message changed.
func PersonChanged(tx *db.Tx, co, person int64) {
	add(&db.Local[changeSet](tx).people, subject{co, person})
}

// FirstActive adds a person who is Active for the first time, which targets in enrolment mode learn.
func FirstActive(tx *db.Tx, co, person int64) {
	PersonChanged(tx, co, person)
	add(&db.Local[changeSet](tx).firstActive, subject{co, person})
}

// GroupChanged adds a group whose own values changed.
func GroupChanged(tx *db.Tx, co, group int64) { MembershipChanged(tx, co, group, 0) }

// MembershipChanged adds a membership of a group. A target that receives only the members of that group gets all
// groups of the person.
func MembershipChanged(tx *db.Tx, co, group, person int64) {
	add(&db.Local[changeSet](tx).memberships, membership{co, group, person})
}

// ShownPersonChanged adds a person whose memberships show a change: at the targets that identify people by one of
// the types of identifier, or at all targets where no types are given.
func ShownPersonChanged(tx *db.Tx, person int64, types ...string) {
	c := db.Local[changeSet](tx)
	if len(types) == 0 {
		types = []string{""}
	}
	for _, kind := range types {
		if c.groupsOf == nil {
			c.groupsOf = map[string]map[int64]bool{}
		}
		people := c.groupsOf[kind]
		add(&people, person)
		c.groupsOf[kind] = people
	}
}

// DatedMembershipsChanged adds a person with memberships that may have begun or ended by their dates.
func DatedMembershipsChanged(tx *db.Tx, person int64) { add(&db.Local[changeSet](tx).dated, person) }

// PeopleIn adds the people of records whose ids a subquery selects, before these are deleted.
func PeopleIn(ctx context.Context, tx *db.Tx, r *comity.Resource, ids string, a db.Args) error {
	c := db.Local[changeSet](tx)
	if c.entered && !c.targets {
		return nil
	}
	c.read = true
	sql := fmt.Sprintf(`SELECT DISTINCT co_id, co_person_id FROM history
		WHERE resource = '%s' AND until IS NULL AND co_person_id IS NOT NULL AND %s`, r.Singular, tx.Dialect.Among("record_id", ids))
	return tx.Later(ctx, sql, a, func(row *db.Row) error {
		PersonChanged(tx, row.Int(), row.Int())
		return nil
	})
}

// GroupsIn adds the groups that show the records of a resource whose ids a subquery selects, before these change.
func GroupsIn(ctx context.Context, tx *db.Tx, r *comity.Resource, ids string, a db.Args) error {
	c, sql := db.Local[changeSet](tx), ""
	switch r {
	case comity.CoGroup.Resource:
		sql = "SELECT g.co_id, g.id, 0 FROM co_groups g WHERE " + tx.Dialect.Among("g.id", ids)
	case comity.CoGroupMember.Resource:
		sql = "SELECT m.co_id, m.co_group_id, m.co_person_id FROM co_group_members m WHERE " + tx.Dialect.Among("m.id", ids)
	}
	if sql == "" || c.entered && !c.groupTargets {
		return nil
	}
	c.read = true
	return tx.Later(ctx, sql, a, func(row *db.Row) error {
		MembershipChanged(tx, row.Int(), row.Int(), row.Int())
		return nil
	})
}

// isEmpty returns whether nothing that a message may show has changed.
func (c *changeSet) isEmpty() bool {
	return len(c.people)+len(c.memberships)+len(c.groupsOf)+len(c.dated) == 0
}

// clear empties the change set; what is known of the COs entered stays.
func (c *changeSet) clear() {
	*c = changeSet{entered: c.entered, targets: c.targets, groupTargets: c.groupTargets}
}

// rows returns the people as rows of their CO, their id and whether they are Active for the first time, in order.
func (c *changeSet) rows() [][]int64 {
	var rows [][]int64
	for p := range c.people {
		first := int64(0)
		if c.firstActive[p] {
			first = 1
		}
		rows = append(rows, []int64{p.co, p.id, first})
	}
	slices.SortFunc(rows, slices.Compare)
	return rows
}

// membershipRows returns the memberships as rows of CO, group and person, in order.
func (c *changeSet) membershipRows() [][]int64 {
	var rows [][]int64
	for m := range c.memberships {
		rows = append(rows, []int64{m.co, m.group, m.person})
	}
	slices.SortFunc(rows, slices.Compare)
	return rows
}
