package registry

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store"
)

// followNestings carries a change of memberships up the graph of groups, level by level: from the
// groups whose members changed, and the targets whose nestings did. person narrows it to one, 0 is
// everybody. Without groups and targets, any group of the CO may have changed.
func (c *change) followNestings(ctx context.Context, coID, person int64, groups, targets []int64) error {
	nestings, err := c.tx.Nestings(ctx, coID)
	if err != nil || len(nestings) == 0 {
		return err
	}
	if len(groups) == 0 && len(targets) == 0 {
		for _, n := range nestings {
			targets = append(targets, n.Target)
		}
	}
	for _, level := range levelsAbove(nestings, groups, targets) {
		err := c.tx.SyncNested(ctx, level, person, comity.Active, c.caller.Username, markedModes)
		if err != nil {
			return err
		}
	}
	return nil
}

// levelsAbove are the targets that a change of groups and targets reaches, in levels of which each
// depends only on those before it. The graph has no cycles.
func levelsAbove(nestings []store.Nesting, groups, targets []int64) [][]int64 {
	level := map[int64]int{}
	var rise func(group int64, at int)
	rise = func(group int64, at int) {
		if known, ok := level[group]; ok && known >= at {
			return
		}
		level[group] = at
		for _, n := range nestings {
			if n.Group == group {
				rise(n.Target, at+1)
			}
		}
	}
	for _, t := range targets {
		rise(t, 1)
	}
	for _, g := range groups {
		// The group itself is as it is, unless it is reached from another.
		for _, n := range nestings {
			if n.Group == g {
				rise(n.Target, 1)
			}
		}
	}
	var levels [][]int64
	for group, at := range level {
		for len(levels) < at {
			levels = append(levels, nil)
		}
		levels[at-1] = append(levels[at-1], group)
	}
	for _, l := range levels {
		slices.Sort(l)
	}
	return levels
}

// reaches says whether members of one group count, at any depth, as members of another. It ends on
// any graph, so that a cycle is found where there is one in spite of the rules.
func reaches(nestings []store.Nesting, from, to int64) bool {
	above := []int64{from}
	for i := 0; i < len(above); i++ {
		if above[i] == to {
			return true
		}
		for _, n := range nestings {
			if n.Group == above[i] && !slices.Contains(above, n.Target) {
				above = append(above, n.Target)
			}
		}
	}
	return false
}
