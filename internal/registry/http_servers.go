package registry

import (
	"context"
	"errors"

	"comity"
	"comity/internal/store"
)

var httpServerRules = rules{
	check: func(ctx context.Context, c *change) ([]comity.Fault, error) {
		return c.serverOfType(ctx, comity.HttpServer.ServerId, comity.ServerHTTP)
	},
}

// serverOfType returns the fault of settings that are for another type of server than the one they name.
func (c *change) serverOfType(ctx context.Context, f *comity.Field, want string) ([]comity.Fault, error) {
	if !c.changed(f) {
		return nil, nil
	}
	server, err := c.tx.Get(ctx, comity.Server.Resource, c.new.Int(f))
	// Of another CO's server no more is told than that there is none in this one.
	if errors.Is(err, store.ErrNotFound) || err == nil && server.CoId != c.new.CoId {
		return nil, nil
	}
	if err != nil || server.Text(comity.Server.ServerType) == want {
		return nil, err
	}
	return []comity.Fault{f.Fault("%d is a server of type %s, not %s", server.Id, server.Text(comity.Server.ServerType), want)}, nil
}
