package registry

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store"
)

// nestings are those of a CO.
func (c *change) nestings(ctx context.Context, coID int64) ([]store.Nesting, error) {
	return c.tx.Nestings(ctx, coID, comity.Active)
}

// syncNested makes the derived memberships of people what the nestings say.
func (c *change) syncNested(ctx context.Context, coID int64, people ...int64) error {
	nestings, err := c.nestings(ctx, coID)
	if err != nil || len(nestings) == 0 {
		return err
	}
	return c.tx.SyncNested(ctx, nestings, people, c.caller.Username, markedModes)
}

// followPerson is syncNested of one person.
func (c *change) followPerson(ctx context.Context, coID, person int64) error {
	if c.batch != nil {
		c.batch.nested[coID] = append(c.batch.nested[coID], person)
		return nil
	}
	return c.followNested(ctx, coID, person)
}

// followNested is syncNested, which is left for later where the transaction has gone on for long.
func (c *change) followNested(ctx context.Context, coID int64, people ...int64) error {
	nestings, err := c.nestings(ctx, coID)
	if err != nil || len(nestings) == 0 {
		return err
	}
	if !c.tx.Spent() {
		return c.syncNested(ctx, coID, people...)
	}
	for _, person := range people {
		if err := c.leave(ctx, longChange{task: taskNested, resource: comity.CoPerson.Resource, co: coID, record: person}); err != nil {
			return err
		}
	}
	return nil
}

// followGroups is syncNested of everybody who has a row in some groups.
func (c *change) followGroups(ctx context.Context, coID int64, groups ...int64) error {
	slices.Sort(groups)
	for _, group := range slices.Compact(groups) {
		if err := c.begin(ctx, longChange{task: taskNested, resource: comity.CoGroup.Resource, co: coID, record: group}); err != nil {
			return err
		}
	}
	return nil
}

// nestedIn are the groups that are nested in a group.
func nestedIn(nestings []store.Nesting, target int64) (groups []int64) {
	for _, n := range nestings {
		if n.Target == target {
			groups = append(groups, n.Group)
		}
	}
	return groups
}

// reaches says whether members of one group count, at any depth, as members of another. It ends on
// any graph, so that a cycle is found where there is one in spite of the rules.
func reaches(nestings []store.Nesting, from, to int64) bool {
	_, found := heights(nestings, from)[to]
	return found
}

// heights are the groups that the members of a group count in, with by how many nestings at most; the
// group itself with none. On a graph with cycles the heights mean nothing.
func heights(nestings []store.Nesting, from int64) map[int64]int {
	heights := map[int64]int{from: 0}
	// They come from below, so that what leads to a group is known before what it leads to. Those of a
	// cycle do not: until nothing new is found.
	for more := true; more; {
		more = false
		for _, n := range nestings {
			height, reached := heights[n.Group]
			if before, known := heights[n.Target]; reached && (!known || before <= height && n.Target != from) {
				more = more || !known
				heights[n.Target] = height + 1
			}
		}
	}
	return heights
}

// refuseGraph refuses a nesting that makes the graph of groups one that a change would have too much to
// do with.
func refuseGraph(others []store.Nesting, group, target int64) error {
	if reaches(others, target, group) {
		return comity.Refuse("Nesting Would Create Cycle")
	}
	if len(others) >= comity.MaxNestings {
		return comity.RefuseBecause(comity.PhraseForbidden, comity.BeyondNestings, len(others), comity.MaxNestings)
	}
	if depth := height(others, target, false) + 1 + height(others, group, true); depth > comity.MaxNestingDepth {
		return comity.RefuseBecause(comity.PhraseForbidden, comity.BeyondNestingDepth, depth, comity.MaxNestingDepth, group)
	}
	return nil
}

// height is how many nestings at most follow each other from a group upwards, or downwards.
func height(nestings []store.Nesting, from int64, down bool) (highest int) {
	if down {
		// Upside down, from above is from below.
		turned := make([]store.Nesting, len(nestings))
		for i, n := range nestings {
			turned[len(turned)-1-i] = store.Nesting{Group: n.Target, Target: n.Group}
		}
		nestings = turned
	}
	for _, h := range heights(nestings, from) {
		highest = max(highest, h)
	}
	return highest
}
