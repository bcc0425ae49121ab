package registry

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store"
	"comity/internal/store/groups"
)

var groupNestingRules = rules{
	exclusive: true,
	alone:     true,
	refuse: func(ctx context.Context, c *change) error {
		f := comity.CoGroupNesting
		if c.new == nil {
			return nil
		}
		nestings, err := c.nestings(ctx, c.new.CoId)
		if err != nil {
			return err
		}
		others := slices.DeleteFunc(nestings, func(n groups.Nesting) bool { return n.Id == c.new.Id })
		if err := refuseGraph(others, c.new.Int(f.CoGroupId), c.new.Int(f.TargetCoGroupId)); err != nil {
			return err
		}
		target, err := store.Get(ctx, c.tx, comity.CoGroup.Resource, c.new.Int(f.TargetCoGroupId))
		if err == nil && target.Bool(comity.CoGroup.Auto) {
			err = comity.Refuse(comity.PhraseForbidden)
		}
		for _, n := range others {
			if err == nil && n.Group == c.new.Int(f.CoGroupId) && n.Target == c.new.Int(f.TargetCoGroupId) {
				err = comity.RefuseBecause(comity.PhraseForbidden, "Nesting %d already has group %d in group %d, where it either counts or is kept out: edit or delete that one",
					n.Id, n.Group, n.Target)
			}
		}
		return err
	},
	after: func(ctx context.Context, c *change) error {
		if c.old == nil {
			if err := groups.AddNesting(ctx, c.tx, c.new.CoId, c.new.Id, comity.Active); err != nil {
				return err
			}
		}
		for _, rec := range []*comity.Record{c.old, c.new} {
			if rec == nil {
				continue
			}
			if err := c.followGroups(ctx, rec.CoId, rec.Int(comity.CoGroupNesting.CoGroupId)); err != nil {
				return err
			}
			if err := c.followAll(ctx, rec); err != nil {
				return err
			}
		}
		return nil
	},
	remove: remove,
}

// followAll handles a change of a nesting into a group whose members must be in all groups nested in it.
func (c *change) followAll(ctx context.Context, nesting *comity.Record) error {
	f := comity.CoGroupNesting
	target, err := store.Get(ctx, c.tx, comity.CoGroup.Resource, nesting.Int(f.TargetCoGroupId))
	if err != nil || !target.Bool(comity.CoGroup.NestingModeAll) {
		return err
	}
	nestings, err := c.nestings(ctx, nesting.CoId)
	if err != nil {
		return err
	}
	return c.followGroups(ctx, nesting.CoId, nestedIn(nestings, target.Id)...)
}
