package registry

import (
	"context"
	"errors"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

var couRules = rules{
	exclusive: true,
	refuse: func(ctx context.Context, c *change) error {
		if c.new == nil {
			return c.refuseUnitDelete(ctx)
		}
		if c.changed(comity.Cou.Name) && comity.IsReservedUnit(c.new.Text(comity.Cou.Name)) {
			return comity.Refuse(comity.PhraseNameReserved)
		}
		return c.refuseParent(ctx)
	},
	alone:  true,
	remove: remove,
	after: func(ctx context.Context, c *change) error {
		switch name := c.record().Text(comity.Cou.Name); {
		case c.old == nil:
			return c.addOwnGroups(ctx, c.new.CoId, c.new.Id, groupPrefix(name), name)
		case c.changed(comity.Cou.Name):
			return c.renameOwnGroups(ctx, c.new.CoId, c.new.Id, groupPrefix(name), name)
		}
		return nil
	},
}

func (c *change) refuseParent(ctx context.Context) error {
	parent := comity.Cou.ParentId
	if !c.new.Has(parent) || !c.changed(parent) {
		return nil
	}
	if c.old != nil {
		cycle, err := store.IsAncestor(ctx, c.tx, c.new.Id, c.new.Int(parent))
		if err != nil {
			return err
		}
		if cycle {
			return comity.Refuse(comity.PhraseParentCycle)
		}
	}
	where, err := store.Home(ctx, c.tx, comity.Cou.Resource, c.new.Int(parent))
	if errors.Is(err, db.ErrNotFound) || err == nil && where.CoId != c.new.CoId {
		return comity.Refuse(comity.PhraseWrongCO)
	}
	return err
}

func (c *change) refuseUnitDelete(ctx context.Context) error {
	for _, blocker := range []struct {
		column *comity.Field
		phrase comity.Phrase
	}{
		{comity.CoPersonRole.CouId, comity.PhraseHasRole},
		{comity.Cou.ParentId, comity.PhraseHasChildUnit},
	} {
		there, err := store.Any(ctx, c.tx, blocker.column.Resource(), store.Equal(blocker.column.Column, c.old.Id))
		if err != nil {
			return err
		}
		if there {
			return comity.Refuse(blocker.phrase)
		}
	}
	groups, err := c.unitGroups(ctx)
	if err != nil {
		return err
	}
	return c.refuseProvisioning(ctx, groups...)
}

// unitGroups returns the groups that belong to the unit.
func (c *change) unitGroups(ctx context.Context) ([]*comity.Record, error) {
	return store.List(ctx, c.tx, comity.CoGroup.Resource, 0, maxLookedAt, store.Equal(comity.CoGroup.CouId.Column, c.old.Id))
}
