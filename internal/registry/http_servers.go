package registry

import (
	"cmp"
	"context"
	"errors"
	"slices"

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
		}, c.firstChanged(f.Serverurl), c.firstTurnedOff(f.SslVerifyPeer, f.SslVerifyHost))
		return append(faults, lacks...), err
	},
	after: settingsEdited(comity.HttpServer.ServerId),
}

// serverOfType returns the fault of settings that name a server of another type than theirs.
func (c *change) serverOfType(ctx context.Context, f *comity.Field, want string) ([]comity.Fault, error) {
	if !c.changed(f) {
		return nil, nil
	}
	server, err := c.tx.Get(ctx, comity.Server.Resource, c.new.Int(f))
	// A server of another CO is answered like one that does not exist.
	if errors.Is(err, store.ErrNotFound) || err == nil && server.CoId != c.new.CoId {
		return nil, nil
	}
	if err != nil || server.Text(comity.Server.ServerType) == want {
		return nil, err
	}
	return []comity.Fault{f.Fault("%d is a server of type %s, not %s", server.Id, server.Text(comity.Server.ServerType), want)}, nil
}

// lacksPassword returns the fault of a login without its password. scheme returns how a record logs in, ""
// for no login. The stored password cannot be read here and each scheme accepts other passwords, so a change
// of scheme requires the password again. So does an edit that sends it to another place or less safely than
// whoever stored it meant: led are the fields whose change does so, nil for none.
func (c *change) lacksPassword(ctx context.Context, f *comity.Field, scheme func(*comity.Record) string, led ...*comity.Field) ([]comity.Fault, error) {
	cell := c.new.Get(f)
	if scheme(c.new) == "" || cell.HasValue() {
		return nil, nil
	}
	if c.old != nil && cell.IsAbsent() && scheme(c.old) == scheme(c.new) {
		stored, err := c.tx.Any(ctx, f.Resource(), store.Equal("id", c.new.Id), store.IsSet(f.Column))
		if err != nil {
			return nil, err
		}
		led := cmp.Or(led...)
		switch {
		case stored && led == nil:
			return nil, nil
		case stored:
			return []comity.Fault{f.Fault("must be given again when the %s changes: the stored one is for where it was given", led.Name)}, nil
		}
	}
	return []comity.Fault{f.Fault("must be provided to log in by %s", scheme(c.new))}, nil
}

// firstChanged returns the first of the fields that the edit changes, nil for none.
func (c *change) firstChanged(fields ...*comity.Field) *comity.Field {
	for _, f := range fields {
		if c.old != nil && c.changed(f) {
			return f
		}
	}
	return nil
}

// firstTurnedOff returns the first of the booleans that the edit sets to false, nil for none.
func (c *change) firstTurnedOff(fields ...*comity.Field) *comity.Field {
	return c.firstChanged(slices.DeleteFunc(fields, c.new.Bool)...)
}
