package registry

import (
	"context"

	"comity"
	"comity/internal/store"
)

var serverRules = rules{
	exclusiveDelete: true,
	check: func(ctx context.Context, c *change) ([]comity.FieldError, error) {
		f := comity.Server.ServerType
		if c.old == nil || !c.changed(f) {
			return nil, nil
		}
		return c.unconfigured(ctx, f, "server", comity.ServerTables(), (*comity.Resource).ServerId)
	},
	after: func(ctx context.Context, c *change) error {
		if c.old == nil || c.new == nil {
			return nil
		}
		return c.serverEdited(ctx, c.new.Id)
	},
	refuse: func(ctx context.Context, c *change) error {
		if c.new != nil {
			return nil
		}
		for _, settings := range comity.TargetSettings() {
			f := settings.ServerId()
			if f == nil {
				continue
			}
			used, err := store.Any(ctx, c.tx, settings, store.Equal(f.Column, c.old.Id))
			if err != nil {
				return err
			}
			if used {
				return comity.Refuse(comity.PhraseServerInUse)
			}
		}
		return nil
	},
}
