package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
	"comity/internal/store/queue"
)

// On a database where all writers wait for each other (SQLite), a change of many rows is carried out in
// portions of whole people: the first one with the change itself, together with a row that records what is
// left. Each portion computes the result anew, so that changes made between two portions are included.

// longChange is a change of many rows, or what is left of it.
type longChange struct {
	id, co int64
	task   task
	// resource and record are the record that is changed.
	resource *comity.Resource
	record   int64
	// after is the id of the last person that is done.
	after int64
}

// task is the kind of a long change.
type task string

const (
	// taskNested updates the derived memberships of a person, or of everybody with a row in a group.
	taskNested task = "nested"
	// taskEnqueue enqueues deliveries for everybody with a row in a group, and for the group.
	taskEnqueue task = "mark"
	// taskReconcile updates all automatic and derived memberships of a CO, or those of one group.
	taskReconcile task = "reconcile"
	// taskDelete deletes a record, its dependents first.
	taskDelete task = "delete"
)

// maxPortion is how many people one step of a long change handles.
const maxPortion = 1000

// begin carries out a long change for as long as the transaction may run, and records the rest.
func (c *change) begin(ctx context.Context, l longChange) error {
	done, err := c.portion(ctx, &l)
	if err != nil || done {
		return err
	}
	return c.leave(ctx, l)
}

func (c *change) leave(ctx context.Context, l longChange) error {
	return groups.StoreLongChange(ctx, c.tx, groups.LongChange{
		Id: l.id, CoId: l.co, Task: string(l.task), Resource: l.resource.Singular, RecordId: l.record, After: l.after, Actor: c.caller.Username,
	})
}

// portion continues a long change until it is done or the transaction has run for long enough.
func (c *change) portion(ctx context.Context, l *longChange) (done bool, err error) {
	switch {
	case l.task == taskNested && l.resource == comity.CoPerson.Resource:
		return true, c.syncNested(ctx, l.co, l.record)
	case l.task == taskNested:
		nestings, err := c.nestings(ctx, l.co)
		if err != nil || len(nestings) == 0 {
			return true, err
		}
		return c.eachPerson(ctx, l, c.peopleIn(l.record), func(people []int64) error { return c.syncNested(ctx, l.co, people...) })
	case l.task == taskEnqueue:
		return c.eachPerson(ctx, l, c.peopleIn(l.record), func(people []int64) error {
			for _, person := range people {
				queue.MembershipChanged(c.tx, l.co, l.record, person)
				queue.PersonChanged(c.tx, l.co, person)
			}
			return nil
		})
	case l.task == taskReconcile:
		scope := groups.Scope{CoId: l.co}
		if l.resource == comity.CoGroup.Resource {
			scope.CoGroupId = l.record
		}
		return c.eachPerson(ctx, l, func(ctx context.Context, after int64, limit int) ([]int64, error) {
			return groups.PeopleOf(ctx, c.tx, l.co, after, limit)
		}, func(people []int64) error {
			scope.People = people
			if _, err := groups.SyncAutomatic(ctx, c.tx, scope, automatic, c.caller.Username); err != nil {
				return err
			}
			return c.syncNested(ctx, l.co, people...)
		})
	case l.task == taskDelete:
		return c.deletePortion(ctx, l)
	}
	return false, fmt.Errorf("long change %d is to %q, which is not known", l.id, l.task)
}

// peopleIn returns a function that reads the people with a row in a group.
func (c *change) peopleIn(group int64) func(context.Context, int64, int) ([]int64, error) {
	return func(ctx context.Context, after int64, limit int) ([]int64, error) {
		return groups.PeopleIn(ctx, c.tx, group, after, limit)
	}
}

// eachPerson calls a function for people in order of Id, with few at first and then more at a time, but with no more
// than the transaction has time for at the same speed.
func (c *change) eachPerson(ctx context.Context, l *longChange, next func(ctx context.Context, after int64, limit int) ([]int64, error), do func([]int64) error) (done bool, err error) {
	for size := 1; ; {
		began := c.tx.Left()
		people, err := next(ctx, l.after, size)
		if err != nil {
			return false, err
		}
		if len(people) > 0 {
			if err := do(people); err != nil {
				return false, err
			}
			l.after = people[len(people)-1]
		}
		switch {
		case len(people) < size:
			return true, nil
		case c.tx.Spent():
			return false, nil
		}
		left := c.tx.Left()
		fits := float64(size) * float64(left) / float64(max(began-left, 1))
		size = max(1, int(min(float64(2*size), maxPortion, fits)))
	}
}

// deletePortion deletes the dependents of a record, the largest tables a portion at a time, and finally the
// record. From the first portion on, its nestings derive no memberships (store.Nestings).
func (c *change) deletePortion(ctx context.Context, l *longChange) (done bool, err error) {
	if c.old.Resource == comity.Co.Resource {
		return c.deleteCO(ctx)
	}
	nestings, err := c.nestings(ctx, l.co)
	if err != nil {
		return false, err
	}
	if c.old.Resource == comity.CoGroupNesting.Resource {
		return c.deleteNesting(ctx, l, nestings)
	}
	deleted := []*comity.Record{c.old}
	if c.old.Resource == comity.Cou.Resource {
		if deleted, err = c.unitGroups(ctx); err != nil {
			return false, err
		}
	}
	for _, g := range deleted {
		nestings = slices.DeleteFunc(slices.Clone(nestings), func(n groups.Nesting) bool { return n.Group == g.Id || n.Target == g.Id })
	}
	for _, g := range deleted {
		if done, err := c.removeMembers(ctx, l, g.Id, nestings); err != nil || !done {
			return false, err
		}
	}
	nested, err := c.nestingsOf(ctx, deleted)
	if err != nil {
		return false, err
	}
	if err := store.Delete(ctx, c.tx, c.old, c.caller.Username); err != nil {
		return false, err
	}
	for _, n := range nested {
		if err := c.followAll(ctx, n); err != nil {
			return false, err
		}
	}
	return true, nil
}

// removeMembers removes everybody from a group, and the memberships that other nestings derive from it.
func (c *change) removeMembers(ctx context.Context, l *longChange, group int64, nestings []groups.Nesting) (done bool, err error) {
	// Those done are not there any more, so starting over finds those who were added meanwhile.
	for people := []int64{0}; len(people) > 0; {
		done, err := c.eachPerson(ctx, l, c.peopleIn(group), func(people []int64) error {
			if err := groups.RemoveMembers(ctx, c.tx, l.co, group, people, c.caller.Username); err != nil {
				return err
			}
			return groups.SyncNested(ctx, c.tx, l.co, nestings, people, c.caller.Username)
		})
		if err != nil || !done {
			return false, err
		}
		l.after = 0
		if people, err = groups.PeopleIn(ctx, c.tx, group, 0, 1); err != nil {
			return false, err
		}
	}
	return true, nil
}

// nestingsOf returns the nestings of some groups in others.
func (c *change) nestingsOf(ctx context.Context, groups []*comity.Record) ([]*comity.Record, error) {
	f := comity.CoGroupNesting
	ids := make([]int64, len(groups))
	for i, g := range groups {
		ids[i] = g.Id
	}
	nestings, err := store.List(ctx, c.tx, f.Resource, 0, comity.MaxNestings, store.In(f.CoGroupId.Column, ids))
	return slices.DeleteFunc(nestings, func(n *comity.Record) bool { return slices.Contains(ids, n.Int(f.TargetCoGroupId)) }), err
}

func (c *change) deleteNesting(ctx context.Context, l *longChange, nestings []groups.Nesting) (done bool, err error) {
	f := comity.CoGroupNesting
	without := slices.DeleteFunc(slices.Clone(nestings), func(n groups.Nesting) bool { return n.Id == c.old.Id })
	done, err = c.eachPerson(ctx, l, c.peopleIn(c.old.Int(f.CoGroupId)), func(people []int64) error {
		return groups.SyncNested(ctx, c.tx, l.co, without, people, c.caller.Username)
	})
	if err != nil || !done {
		return false, err
	}
	if err := store.Delete(ctx, c.tx, c.old, c.caller.Username); err != nil {
		return false, err
	}
	return true, c.followAll(ctx, c.old)
}

// remove deletes a record that may have many dependents.
func remove(ctx context.Context, c *change) error {
	return c.begin(ctx, longChange{task: taskDelete, resource: c.old.Resource, co: c.old.CoId, record: c.old.Id})
}

// CarryOn finishes the long changes of a CO, or all for 0, taking turns with those of other COs.
func (r *Registry) CarryOn(ctx context.Context, coID int64) error {
	for {
		more, err := r.carryRound(ctx, coID)
		if err != nil {
			return fmt.Errorf("carry on with a long change: %w", err)
		}
		if !more {
			return nil
		}
	}
}

// carryRound carries out a portion of each long change, if there is one of the CO among them.
func (r *Registry) carryRound(ctx context.Context, coID int64) (more bool, err error) {
	r.carrying.Lock()
	defer r.carrying.Unlock()
	var all []groups.LongChange
	err = r.store.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = groups.LongChanges(ctx, tx, maxPortion)
		return err
	})
	if err != nil || !slices.ContainsFunc(all, func(l groups.LongChange) bool { return coID == 0 || l.CoId == coID }) {
		return false, err
	}
	for len(all) > 0 {
		n, err := r.carryOn(ctx, all)
		if err != nil {
			return false, err
		}
		all = all[n:]
	}
	return true, nil
}

// carryOn carries out a portion of each of some long changes, and returns how many it advanced.
func (r *Registry) carryOn(ctx context.Context, all []groups.LongChange) (n int, err error) {
	err = r.store.WriteAlone(ctx, func(tx *db.Tx) error {
		n = 0
		for _, l := range all {
			if n > 0 && tx.Spent() {
				return nil
			}
			n++
			c := &change{tx: tx, caller: authz.System(l.Actor)}
			if err := c.carryOn(ctx, l); err != nil {
				return err
			}
		}
		return nil
	})
	r.wake()
	return n, err
}

func (c *change) carryOn(ctx context.Context, noted groups.LongChange) error {
	if _, err := store.EnterCO(ctx, c.tx, noted.CoId, true); err != nil {
		return err
	}
	l := longChange{noted.Id, noted.CoId, task(noted.Task), comity.ByName(noted.Resource), noted.RecordId, noted.After}
	if l.resource == nil {
		return fmt.Errorf("long change %d is about a %q, which is not known", l.id, noted.Resource)
	}
	var err error
	if l.task == taskDelete {
		if c.old, err = store.GetForUpdate(ctx, c.tx, l.resource, l.record); errors.Is(err, db.ErrNotFound) {
			return groups.EndLongChange(ctx, c.tx, l.id)
		}
		if err != nil {
			return err
		}
	}
	c.now = c.tx.Now()
	done, err := c.portion(ctx, &l)
	if err != nil {
		return err
	}
	if done {
		return groups.EndLongChange(ctx, c.tx, l.id)
	}
	return c.leave(ctx, l)
}
