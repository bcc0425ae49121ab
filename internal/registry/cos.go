package registry

import (
	"context"

	"comity"
	"comity/internal/store"
)

var coRules = rules{
	exclusive: true,
	alone:     true,
	refuse: func(_ context.Context, c *change) error {
		switch {
		case c.old == nil || c.old.Id != comity.PlatformCO:
			return nil
		case c.new == nil:
			return comity.Refuse(comity.PhrasePlatformDeleted)
		}
		return comity.Refuse(comity.PhrasePlatformEdited)
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
	remove: remove,
}

// deleteCO deletes a CO, its largest tables a portion at a time.
func (c *change) deleteCO(ctx context.Context) (done bool, err error) {
	for n := 1; ; n = min(2*n, maxPortion) {
		more, err := store.DeletePart(ctx, c.tx, c.old.Id, n, c.caller.Username)
		if err != nil {
			return false, err
		}
		if !more {
			return true, store.DeleteCO(ctx, c.tx, c.old.Id, c.caller.Username)
		}
		if c.tx.Spent() {
			return false, nil
		}
	}
}
