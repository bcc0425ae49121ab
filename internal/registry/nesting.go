package registry

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store"
	"comity/internal/store/groups"
)

// nestings returns the nestings of a CO.
func (c *change) nestings(ctx context.Context, coID int64) ([]groups.Nesting, error) {
	if state := store.StateOf(c.tx, coID); state != nil && !state.Nested {
		return nil, nil
	}
	return groups.Nestings(ctx, c.tx, coID, comity.Active)
}

// syncNested updates the derived memberships of people.
func (c *change) syncNested(ctx context.Context, coID int64, people ...int64) error {
	nestings, err := c.nestings(ctx, coID)
	if err != nil || len(nestings) == 0 {
		return err
	}
	return groups.SyncNested(ctx, c.tx, coID, nestings, people, c.caller.Username)
}

// followPerson is syncNested for one person.
func (c *change) followPerson(ctx context.Context, coID, person int64) error {
	if c.deferred != nil {
		c.deferred.nested[coID] = append(c.deferred.nested[coID], person)
		return nil
	}
	return c.followNested(ctx, coID, person)
}

// followNested is syncNested, but leaves the work for later if the transaction has run for long enough.
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

// followGroups is syncNested for everybody who has a row in some groups.
func (c *change) followGroups(ctx context.Context, coID int64, groups ...int64) error {
	slices.Sort(groups)
	for _, group := range slices.Compact(groups) {
		if err := c.begin(ctx, longChange{task: taskNested, resource: comity.CoGroup.Resource, co: coID, record: group}); err != nil {
			return err
		}
	}
	return nil
}

// nestedIn returns the groups that are nested in a group.
func nestedIn(nestings []groups.Nesting, target int64) (groups []int64) {
	for _, n := range nestings {
		if n.Target == target {
			groups = append(groups, n.Group)
		}
	}
	return groups
}

// reaches says whether members of one group count, at any depth, as members of another. It terminates on any
// graph, so that it finds a cycle that exists in spite of the rules.
func reaches(nestings []groups.Nesting, from, to int64) bool {
	_, found := heights(nestings, from)[to]
	return found
}

// heights returns the groups in which the members of a group count, each with the largest number of nestings
// on the way; 0 for the group itself. On a graph with cycles the numbers mean nothing.
func heights(nestings []groups.Nesting, from int64) map[int64]int {
	heights := map[int64]int{from: 0}
	// Nestings are ordered from below, so the groups that lead to a group come before it. On a cycle there is
	// no such order: repeat until nothing new is found.
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

// refuseGraph refuses a nesting that makes the graph of groups too large or too deep to update on a change.
func refuseGraph(others []groups.Nesting, group, target int64) error {
	if reaches(others, target, group) {
		return comity.Refuse(comity.PhraseNestingCycle)
	}
	if len(others) >= comity.MaxNestings {
		return comity.RefuseBecause(comity.PhraseForbidden, comity.BeyondNestings, len(others), comity.MaxNestings)
	}
	if depth := height(others, target, false) + 1 + height(others, group, true); depth > comity.MaxNestingDepth {
		return comity.RefuseBecause(comity.PhraseForbidden, comity.BeyondNestingDepth, depth, comity.MaxNestingDepth, group)
	}
	return nil
}

// height returns the length of the longest chain of nestings from a group, upwards or downwards.
func height(nestings []groups.Nesting, from int64, down bool) (highest int) {
	if down {
		// In the reversed graph, upwards is downwards.
		turned := make([]groups.Nesting, len(nestings))
		for i, n := range nestings {
			turned[len(turned)-1-i] = groups.Nesting{Group: n.Target, Target: n.Group}
		}
		nestings = turned
	}
	for _, h := range heights(nestings, from) {
		highest = max(highest, h)
	}
	return highest
}
