package registry

import (
	"context"
	"maps"
	"slices"

	"comity/internal/store/groups"
)

// deferredMemberships are the people whose computed memberships may have changed by several records of one
// transaction. They are computed at its end, once for all of these records.
type deferredMemberships struct {
	// automatic has by CO the people whose automatic memberships may have changed, nested those whose derived
	// ones may have.
	automatic, nested map[int64][]int64
	// added has by CO the people who were added.
	added map[int64][]groups.NewPerson
	prepared
}

func newDeferredMemberships() *deferredMemberships {
	return &deferredMemberships{automatic: map[int64][]int64{}, nested: map[int64][]int64{}, added: map[int64][]groups.NewPerson{}}
}

// computedAtOnce is for how many people derived memberships are computed in one step.
const computedAtOnce = 200

// compute updates the computed memberships of the collected people.
func (d *deferredMemberships) compute(ctx context.Context, c *change) error {
	for _, coID := range slices.Sorted(maps.Keys(d.added)) {
		if err := d.computeAdded(ctx, c, coID); err != nil {
			return err
		}
	}
	for _, coID := range slices.Sorted(maps.Keys(d.automatic)) {
		for people := range slices.Chunk(distinct(d.automatic[coID]), maxPortion) {
			follow, err := c.syncAutomatic(ctx, coID, groups.Scope{People: people})
			if err != nil {
				return err
			}
			if follow {
				d.nested[coID] = append(d.nested[coID], people...)
			}
		}
	}
	for _, coID := range slices.Sorted(maps.Keys(d.nested)) {
		// How many memberships derive from one person is unknown: begin with few people.
		people := distinct(d.nested[coID])
		for size := 1; len(people) > 0; size = min(2*size, computedAtOnce) {
			some := people[:min(size, len(people))]
			if err := c.followNested(ctx, coID, some...); err != nil {
				return err
			}
			people = people[len(some):]
		}
	}
	return nil
}

// computeAdded adds the automatic memberships of the people who were added to a CO, except for those whose memberships
// may have changed since.
func (d *deferredMemberships) computeAdded(ctx context.Context, c *change, coID int64) error {
	since := map[int64]bool{}
	for _, id := range d.automatic[coID] {
		since[id] = true
	}
	people := slices.DeleteFunc(d.added[coID], func(p groups.NewPerson) bool { return since[p.Id] })
	if len(people) == 0 {
		return nil
	}
	changed, err := c.addAutomatic(ctx, coID, people...)
	if err != nil {
		return err
	}
	follow, err := c.isNested(ctx, coID, changed)
	if err != nil || !follow {
		return err
	}
	for _, p := range people {
		d.nested[coID] = append(d.nested[coID], p.Id)
	}
	return nil
}

// distinct returns the ids in order, without duplicates.
func distinct(ids []int64) []int64 { return slices.Compact(slices.Sorted(slices.Values(ids))) }
