package registry

import (
	"context"

	"comity"
)

var apiTargetRules = rules{
	after: func(ctx context.Context, c *change) error {
		if c.new == nil {
			return nil
		}
		f := comity.CoApiProvisionerTarget
		targets := []int64{c.new.Int(f.CoProvisioningTargetId)}
		if c.old != nil && c.changed(f.CoProvisioningTargetId) {
			targets = append(targets, c.old.Int(f.CoProvisioningTargetId))
		}
		if c.old != nil && c.changed(f.IdentifierType) {
			if err := c.tx.TakeIn(ctx, targets[0]); err != nil {
				return err
			}
		}
		return c.tx.Edited(ctx, targets...)
	},
}

var targetRules = rules{
	after: func(ctx context.Context, c *change) error {
		if c.old == nil || c.new == nil {
			return nil
		}
		return c.tx.Edited(ctx, c.new.Id)
	},
}

// serverEdited makes pending deliveries of a server's targets due at once, as the new settings may work.
func (c *change) serverEdited(ctx context.Context, server int64) error {
	targets, err := c.tx.TargetsOf(ctx, server)
	if err != nil {
		return err
	}
	return c.tx.Edited(ctx, targets...)
}

// settingsEdited returns a hook that calls serverEdited for the server that the field f of the settings
// names.
func settingsEdited(f *comity.Field) func(context.Context, *change) error {
	return func(ctx context.Context, c *change) error {
		if c.new == nil {
			return nil
		}
		return c.serverEdited(ctx, c.new.Int(f))
	}
}
