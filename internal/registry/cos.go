package registry

import (
	"context"

	"comity"
)

var coRules = rules{
	exclusive: true,
	alone:     true,
	refuse: func(_ context.Context, c *change) error {
		switch {
		case c.old == nil || c.old.Id != comity.PlatformCO:
			return nil
		case c.new == nil:
			return comity.Refuse("Cannot Remove COmanage CO")
		}
		return comity.Refuse("Cannot Edit COmanage CO")
	},
	after: func(ctx context.Context, c *change) error {
		name := c.new.Text(comity.Co.Name)
		switch {
		case c.old == nil:
			if err := c.addDefaultTypes(ctx, c.new.Id); err != nil {
				return err
			}
			return c.addOwnGroups(ctx, c.new.Id, 0, groupPrefix(""), name)
		case c.changed(comity.Co.Name):
			return c.renameOwnGroups(ctx, c.new.Id, 0, groupPrefix(""), name)
		}
		return nil
	},
	remove: func(ctx context.Context, c *change) error {
		return c.tx.DeleteCO(ctx, c.old.Id, c.caller.Username)
	},
}
