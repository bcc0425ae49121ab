package groups

import (
	"context"
	"fmt"
	"slices"

	"comity"
	"comity/internal/store/db"
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

// graphs are the nestings that a transaction has read, by CO. They are valid until it changes groups or nestings.
type graphs struct {
	read    map[int64][]Nesting
	changes int
}

// readGraphs returns the nestings that the transaction has read and that are valid.
func readGraphs(tx *db.Tx) map[int64][]Nesting {
	g := db.Local[graphs](tx)
	if n := tx.Changes(comity.CoGroup.Resource, comity.CoGroupNesting.Resource); g.read == nil || n != g.changes {
		*g = graphs{map[int64][]Nesting{}, n}
	}
	return g.read
}

// Nestings returns the nestings of a CO, each after those into the groups below it; those of a cycle,
// which the rules forbid, come last. It leaves out nestings that a long change deletes. active is the
// status of a group that passes its members on.
func Nestings(ctx context.Context, tx *db.Tx, coID int64, active string) ([]Nesting, error) {
	read := readGraphs(tx)
	if known, ok := read[coID]; ok {
		return known, nil
	}
	all, err := readNestings(ctx, tx, coID, active, 0)
	if err != nil {
		return nil, err
	}
	read[coID] = fromBelow(all)
	return read[coID], nil
}

// AddNesting adds a nesting that the transaction has inserted to those it has read, so that it need not read
// all of them again.
func AddNesting(ctx context.Context, tx *db.Tx, coID, id int64, active string) error {
	read := readGraphs(tx)
	known, ok := read[coID]
	if !ok {
		return nil
	}
	added, err := readNestings(ctx, tx, coID, active, id)
	if err == nil {
		read[coID] = fromBelow(append(slices.Clone(known), added...))
	}
	return err
}

// readNestings reads the nestings of a CO, or only the one with the id unless that is 0.
func readNestings(ctx context.Context, tx *db.Tx, coID int64, active string, id int64) ([]Nesting, error) {
	one, a := "", db.Args{coID}
	if id != 0 {
		one = " AND n.id = " + a.Put(id)
	}
	sql := fmt.Sprintf(`SELECT n.id, n.co_group_id, n.target_co_group_id, n.negate, g.status, t.nesting_mode_all
		FROM co_group_nestings n JOIN co_groups g ON g.id = n.co_group_id JOIN co_groups t ON t.id = n.target_co_group_id
		WHERE n.co_id = $1%s AND NOT EXISTS (SELECT 1 FROM long_changes l WHERE l.co_id = $1 AND l.task = '%s' AND (
			l.resource = 'CoGroupNesting' AND l.record_id = n.id OR l.resource = 'CoGroup' AND l.record_id IN (g.id, t.id)
			OR l.resource = 'Cou' AND l.record_id IN (g.cou_id, t.cou_id)))
		ORDER BY n.id`, one, TaskDelete)
	return db.Collect(ctx, tx, sql, a, func(r *db.Row) (Nesting, error) {
		return Nesting{r.Int(), r.Int(), r.Int(), r.Bool(), r.Text() == active, r.Bool()}, nil
	})
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
func SyncNested(ctx context.Context, tx *db.Tx, coID int64, nestings []Nesting, people []int64, actor string) error {
	d, err := NestedDifference(ctx, tx, nestings, people)
	if err != nil {
		return err
	}
	return apply(ctx, tx, coID, d, actor)
}

// NestedDifference returns the difference between the derived memberships that people should have and those they have,
// in all groups.
func NestedDifference(ctx context.Context, tx *db.Tx, nestings []Nesting, people []int64) (Difference, error) {
	now := tx.Now()
	should, rows := map[Membership]bool{}, map[int64]Membership{}
	var person int64
	in := map[int64]bool{}
	work := func() {
		derive(nestings, person, in, should)
		clear(in)
	}
	var a db.Args
	sql := fmt.Sprintf(`SELECT m.id, m.co_group_id, m.co_person_id, coalesce(m.co_group_nesting_id, 0), m.member AND %s
		FROM co_group_members m WHERE %s ORDER BY m.co_person_id`, db.ValidAt("m", &a, now), tx.Dialect.Among("m.co_person_id", tx.Dialect.IdsIn(&a, people)))
	err := tx.Query(ctx, sql, a, func(r *db.Row) error {
		id, m, member := r.Int(), Membership{r.Int(), r.Int(), r.Int()}, r.Bool()
		if m.Person != person {
			work()
			person = m.Person
		}
		if m.nesting != 0 {
			rows[id] = m
		} else if member {
			in[m.Group] = true
		}
		return nil
	})
	work()
	return compare(should, rows), err
}

// derive adds to should the memberships that nestings, sorted from below, derive for a person from the groups
// in. It adds the groups of these memberships to in.
func derive(nestings []Nesting, person int64, in map[int64]bool, should map[Membership]bool) {
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
				should[Membership{target, person, n.Id}] = true
			}
		}
	}
}
