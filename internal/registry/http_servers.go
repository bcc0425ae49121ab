package registry

import (
	"context"
	"errors"

	"comity"
	"comity/internal/store"
)

var httpServerRules = rules{
	check: func(ctx context.Context, c *change) ([]comity.Fault, error) {
		f := comity.HttpServer
		faults, err := c.serverOfType(ctx, f.ServerId, comity.ServerHTTP)
		if err != nil {
			return nil, err
		}
		lacks, err := c.lacksPassword(ctx, f.Password, func(rec *comity.Record) string {
			if auth := rec.Text(f.AuthType); auth != comity.AuthNone {
				return auth
			}
			return ""
		})
		return append(faults, lacks...), err
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

// lacksPassword returns the fault of a login that is without its password. scheme says how a record
// logs in, "" for not at all. What is stored cannot be read here, and each scheme has other passwords
// that it can carry, so that another scheme asks for the password again.
func (c *change) lacksPassword(ctx context.Context, f *comity.Field, scheme func(*comity.Record) string) ([]comity.Fault, error) {
	cell := c.new.Get(f)
	if scheme(c.new) == "" || cell.HasValue() {
		return nil, nil
	}
	if c.old != nil && cell.IsAbsent() && scheme(c.old) == scheme(c.new) {
		stored, err := c.tx.Any(ctx, f.Resource(), store.Equal("id", c.new.Id), store.IsSet(f.Column))
		if err != nil || stored {
			return nil, err
		}
	}
	return []comity.Fault{f.Fault("must be provided to log in by %s", scheme(c.new))}, nil
}
