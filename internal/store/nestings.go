package store

import (
	"context"
	"fmt"
	"slices"

	"comity"
)

// Nesting is an edge of the graph of groups: members of Group are members of Target, or with Negate are
// excluded from it.
type Nesting struct {
	Id, Group, Target int64
	Negate            bool
	// Passes says that Group is active and so passes its members on, All that a member of Target must be in
	// all groups that are nested in it without Negate.
	Passes, All bool
}

// Nestings returns the nestings of a CO, each after those into the groups below it; those of a cycle,
// which the rules forbid, come last. It leaves out nestings that a long change deletes. active is the
// status of a group that passes its members on.
func (tx *Tx) Nestings(ctx context.Context, coID int64, active string) ([]Nesting, error) {
	if known, ok := tx.nestings[coID]; ok {
		return known, nil
	}
	all, err := tx.readNestings(ctx, coID, active, 0)
	if err != nil {
		return nil, err
	}
	tx.nestings[coID] = fromBelow(all)
	return tx.nestings[coID], nil
}

// Nested adds a nesting that the transaction has inserted to those it has read, so that it need not read
// all of them again.
func (tx *Tx) Nested(ctx context.Context, coID, id int64, active string) error {
	known, ok := tx.nestings[coID]
	if !ok {
		return nil
	}
	added, err := tx.readNestings(ctx, coID, active, id)
	if err == nil {
		tx.nestings[coID] = fromBelow(append(slices.Clone(known), added...))
	}
	return err
}

// readNestings reads the nestings of a CO, or only the one with the id unless that is 0.
func (tx *Tx) readNestings(ctx context.Context, coID int64, active string, id int64) ([]Nesting, error) {
	one, a := "", args{coID}
	if id != 0 {
		one = " AND n.id = " + a.put(id)
	}
	sql := fmt.Sprintf(`SELECT n.id, n.co_group_id, n.target_co_group_id, n.negate, g.status, t.nesting_mode_all
		FROM co_group_nestings n JOIN co_groups g ON g.id = n.co_group_id JOIN co_groups t ON t.id = n.target_co_group_id
		WHERE n.co_id = $1%s AND NOT EXISTS (SELECT 1 FROM long_changes l WHERE l.co_id = $1 AND l.task = '%s' AND (
			l.resource = 'CoGroupNesting' AND l.record_id = n.id OR l.resource = 'CoGroup' AND l.record_id IN (g.id, t.id)
			OR l.resource = 'Cou' AND l.record_id IN (g.cou_id, t.cou_id)))
		ORDER BY n.id`, one, taskDelete)
	return collect(ctx, tx.conn, sql, a, func(r Row) (Nesting, error) {
		return Nesting{r.Int(0), r.Int(1), r.Int(2), r.Bool(3), r.Text(4) == active, r.Bool(5)}, nil
	})
}

// touch registers a change of records of a resource: it drops the nestings that the transaction has read, or
// has the search texts of people updated at its end. Insert does not call it for groups and nestings: a new
// group nests nothing, and Nested adds a new nesting.
func (tx *Tx) touch(r *comity.Resource) {
	switch r {
	case comity.CoGroup.Resource, comity.CoGroupNesting.Resource:
		clear(tx.nestings)
	case comity.Name.Resource, comity.EmailAddress.Resource, comity.Identifier.Resource:
		tx.searched = true
	}
}

// fromBelow sorts nestings topologically: those into one target follow each other and come after those into
// the groups nested in it.
func fromBelow(nestings []Nesting) []Nesting {
	into, above, waits := map[int64][]Nesting{}, map[int64][]int64{}, map[int64]int{}
	var targets []int64
	for _, n := range nestings {
		if into[n.Target] == nil {
			targets = append(targets, n.Target)
		}
		into[n.Target] = append(into[n.Target], n)
		above[n.Group] = append(above[n.Group], n.Target)
	}
	var ready []int64
	for _, t := range targets {
		for _, n := range into[t] {
			if into[n.Group] != nil {
				waits[t]++
			}
		}
		if waits[t] == 0 {
			ready = append(ready, t)
		}
	}
	sorted := make([]Nesting, 0, len(nestings))
	for i := 0; i < len(ready); i++ {
		sorted = append(sorted, into[ready[i]]...)
		delete(into, ready[i])
		for _, t := range above[ready[i]] {
			if waits[t]--; waits[t] == 0 {
				ready = append(ready, t)
			}
		}
	}
	for _, t := range targets {
		sorted = append(sorted, into[t]...)
	}
	return sorted
}

// SyncNested adds and deletes derived memberships of people until they match the nestings of their CO, at
// every level. It reads their rows once, derives the memberships from below, and writes the difference.
func (tx *Tx) SyncNested(ctx context.Context, nestings []Nesting, people []int64, actor string, modes []string) error {
	d, err := tx.nested(ctx, nestings, people)
	if err != nil {
		return err
	}
	return tx.settle(ctx, d, actor, modes)
}

// nested returns the difference between the derived memberships that people should have and those they have,
// in all groups.
func (tx *Tx) nested(ctx context.Context, nestings []Nesting, people []int64) (difference, error) {
	now, err := tx.Now(ctx)
	if err != nil {
		return difference{}, err
	}
	should, rows := map[computed]bool{}, map[int64]computed{}
	var person int64
	in := map[int64]bool{}
	work := func() {
		derive(nestings, person, in, should)
		clear(in)
	}
	var a args
	sql := fmt.Sprintf(`SELECT m.id, m.co_group_id, m.co_person_id, coalesce(m.co_group_nesting_id, 0), m.member AND %s
		FROM co_group_members m WHERE %s ORDER BY m.co_person_id`, validNow("m", &a, now), tx.dialect.among("m.co_person_id", tx.dialect.idsIn(&a, people)))
	err = tx.conn.query(ctx, sql, a, func(r Row) error {
		m := computed{r.Int(1), r.Int(2), r.Int(3)}
		if m.person != person {
			work()
			person = m.person
		}
		if m.nesting != 0 {
			rows[r.Int(0)] = m
		} else if r.Bool(4) {
			in[m.group] = true
		}
		return nil
	})
	work()
	return compare(should, rows), err
}

// derive adds to should the memberships that nestings, sorted from below, derive for a person from the groups
// in. It adds the groups of these memberships to in.
func derive(nestings []Nesting, person int64, in map[int64]bool, should map[computed]bool) {
	if len(in) == 0 {
		return
	}
	for i := 0; i < len(nestings); {
		target, first, out, passes := nestings[i].Target, i, false, false
		for ; i < len(nestings) && nestings[i].Target == target; i++ {
			n := nestings[i]
			counts := n.Passes && in[n.Group]
			switch {
			case n.Negate:
				out = out || counts
			case counts:
				passes = true
			case n.All:
				out = true
			}
		}
		if out || !passes {
			continue
		}
		in[target] = true
		for _, n := range nestings[first:i] {
			if !n.Negate && n.Passes && in[n.Group] {
				should[computed{target, person, n.Id}] = true
			}
		}
	}
}
