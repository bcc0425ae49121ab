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
	prepared
}

func newDeferredMemberships() *deferredMemberships {
	return &deferredMemberships{automatic: map[int64][]int64{}, nested: map[int64][]int64{}}
}

// computedAtOnce is for how many people derived memberships are computed in one step.
const computedAtOnce = 200

// compute updates the computed memberships of the collected people.
func (d *deferredMemberships) compute(ctx context.Context, c *change) error {
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

// distinct returns the ids in order, without duplicates.
func distinct(ids []int64) []int64 { return slices.Compact(slices.Sorted(slices.Values(ids))) }
