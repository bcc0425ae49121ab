package registry

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// serverAddressRules are the rules of the resources that hold the addresses of servers.
var serverAddressRules = rules{
	check: func(ctx context.Context, c *change) ([]comity.FieldError, error) {
		fieldErrors, err := c.serverOfType(ctx)
		if err != nil {
			return nil, err
		}
		lacks, err := c.lacksPassword(ctx)
		return append(fieldErrors, lacks...), err
	},
	after: func(ctx context.Context, c *change) error {
		if c.new == nil {
			return nil
		}
		return c.serverEdited(ctx, c.new.Int(c.new.Resource.ServerId()))
	},
}

// serverOfType returns the field error of a record that names a server of a type that it cannot name.
func (c *change) serverOfType(ctx context.Context) ([]comity.FieldError, error) {
	f := c.new.Resource.ServerId()
	if f == nil || !c.changed(f) {
		return nil, nil
	}
	server, err := c.ofSameCO(ctx, f)
	if err != nil || server == nil || slices.Contains(f.ServerTypes, server.Text(comity.Server.ServerType)) {
		return nil, err
	}
	return []comity.FieldError{f.FieldError("%d is a server of type %s, not %s", server.Id, server.Text(comity.Server.ServerType), oneOf(f.ServerTypes))}, nil
}

// ofSameCO returns the record that a Reference names, nil where it does not exist or is of another CO: that is
// answered elsewhere.
func (c *change) ofSameCO(ctx context.Context, f *comity.Field) (*comity.Record, error) {
	rec, err := store.Get(ctx, c.tx, f.Refers(), c.new.Int(f))
	if errors.Is(err, db.ErrNotFound) || err == nil && rec.CoId != c.new.CoId {
		return nil, nil //nolint:nilnil // no record, as documented
	}
	return rec, err
}

// lacksPassword returns the field error of a login without its password. The stored password cannot be read
// here and each scheme accepts other passwords, so a change of scheme requires the password again. So does an
// edit that sends it to another place or less safely than whoever stored it meant.
func (c *change) lacksPassword(ctx context.Context) ([]comity.FieldError, error) {
	login := c.new.Resource.Login
	if login == nil {
		return nil, nil
	}
	f := login.Password
	scheme, cell := login.Scheme(c.new), c.new.Get(f)
	if scheme == "" || cell.HasValue() {
		return nil, nil
	}
	if c.old != nil && cell.IsAbsent() && login.Scheme(c.old) == scheme {
		stored, err := store.Any(ctx, c.tx, f.Resource(), store.Equal("id", c.new.Id), store.IsSet(f.Column))
		if err != nil {
			return nil, err
		}
		led := cmp.Or(c.firstChanged(login.Leads...), c.firstTurnedOff(login.Guards...))
		switch {
		case stored && led == nil:
			return nil, nil
		case stored:
			return []comity.FieldError{f.FieldError("must be given again when the %s changes: the stored one is for where it was given", led.Name)}, nil
		}
	}
	return []comity.FieldError{f.FieldError("must be provided to log in by %s", scheme)}, nil
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
	return c.firstChanged(slices.DeleteFunc(slices.Clone(fields), c.new.Bool)...)
}
