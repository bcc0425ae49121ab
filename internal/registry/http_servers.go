package registry

import (
	"context"
	"errors"

	"comity"
	"comity/internal/store"
)

var httpServerRules = rules{
	check: func(ctx context.Context, c *change) ([]comity.Fault, error) {
		f := comity.HttpServer.ServerId
		if !c.changed(f) {
			return nil, nil
		}
		server, err := c.tx.Get(ctx, comity.Server.Resource, c.new.Int(f))
		if errors.Is(err, store.ErrNotFound) {
			return nil, nil
		}
		if err != nil || server.Text(comity.Server.ServerType) == comity.ServerHTTP {
			return nil, err
		}
		return []comity.Fault{f.Fault("%d is a server of type %s, not %s", server.Id, server.Text(comity.Server.ServerType), comity.ServerHTTP)}, nil
	},
}
