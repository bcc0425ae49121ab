package registry

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store"
)

var groupNestingRules = rules{
	exclusive: true,
	alone:     true,
	refuse: func(ctx context.Context, c *change) error {
		f := comity.CoGroupNesting
		if c.new == nil {
			return nil
		}
		nestings, err := c.tx.Nestings(ctx, c.new.CoId)
		if err != nil {
			return err
		}
		others := slices.DeleteFunc(nestings, func(n store.Nesting) bool { return n.Id == c.new.Id })
		if reaches(others, c.new.Int(f.TargetCoGroupId), c.new.Int(f.CoGroupId)) {
			return comity.Refuse("Nesting Would Create Cycle")
		}
		target, err := c.tx.Get(ctx, comity.CoGroup.Resource, c.new.Int(f.TargetCoGroupId))
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
		f := comity.CoGroupNesting.TargetCoGroupId
		// What the nesting made where it was goes before it makes the same elsewhere.
		for _, rec := range []*comity.Record{c.old, c.new} {
			if rec == nil || rec == c.new && !c.changed(f) {
				continue
			}
			if err := c.followNestings(ctx, rec.CoId, 0, nil, []int64{rec.Int(f)}); err != nil {
				return err
			}
		}
		return nil
	},
}
