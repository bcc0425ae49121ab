package registry

import (
	"context"
	"maps"
	"slices"

	"comity/internal/store"
)

// batch collects the people whose computed memberships may differ after several records of one
// transaction, so that they are worked out once, for all of them together.
type batch struct {
	// automatic are by their COs those whose automatic memberships may differ, nested those whose
	// derived ones may.
	automatic, nested map[int64][]int64
}

func newBatch() *batch { return &batch{map[int64][]int64{}, map[int64][]int64{}} }

// computedAtOnce is how many people's computed memberships are worked out in one step.
const computedAtOnce = 200

// compute makes the computed memberships right of everybody who was collected.
func (b *batch) compute(ctx context.Context, c *change) error {
	for _, coID := range slices.Sorted(maps.Keys(b.automatic)) {
		for people := range slices.Chunk(distinct(b.automatic[coID]), computedAtOnce) {
			follow, err := c.syncAutomatic(ctx, coID, store.Scope{People: people})
			if err != nil {
				return err
			}
			if follow {
				b.nested[coID] = append(b.nested[coID], people...)
			}
		}
	}
	for _, coID := range slices.Sorted(maps.Keys(b.nested)) {
		// What a graph makes of one person is not known before: few first.
		people := distinct(b.nested[coID])
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
