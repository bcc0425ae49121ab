package registry

import (
	"context"

	"comity"
	"comity/internal/store"
)

var serverRules = rules{
	exclusiveDelete: true,
	check: func(ctx context.Context, c *change) ([]comity.Fault, error) {
		f := comity.Server.ServerType
		if c.old == nil || !c.changed(f) {
			return nil, nil
		}
		for _, settings := range []*comity.Field{comity.HttpServer.ServerId, comity.KafkaServer.ServerId} {
			configured, err := c.tx.Any(ctx, settings.Resource(), store.Equal(settings.Column, c.new.Id))
			if err != nil {
				return nil, err
			}
			if configured {
				return []comity.Fault{f.Fault("cannot be changed while the server has its %s: delete it first", settings.Resource().Singular)}, nil
			}
		}
		return nil, nil
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
		used, err := c.tx.Any(ctx, comity.CoApiProvisionerTarget.Resource,
			store.Equal(comity.CoApiProvisionerTarget.ServerId.Column, c.old.Id))
		if err == nil && used {
			err = comity.Refuse("Server In Use")
		}
		return err
	},
}
