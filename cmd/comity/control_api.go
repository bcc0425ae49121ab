package main

import (
	"context"

	"comity"
	"comity/internal/registry"
)

// controlAPI carries out the commands that change the registry. It is the registry itself, or the control
// client of the server that has the SQLite file open.
type controlAPI interface {
	AddUser(ctx context.Context, coID int64, name string, privileged bool, key string) (registry.Login, error)
	Users(ctx context.Context, coID int64) ([]*comity.Record, error)
	RotateKey(ctx context.Context, username, key string) (registry.Login, error)
	SuspendUser(ctx context.Context, username string) error
	ResumeUser(ctx context.Context, username string) error
	NewLink(ctx context.Context, username string) (token string, err error)
	Erase(ctx context.Context, person int64, deleting bool) (registry.Erased, error)
}

// with runs a command on the registry, through the server that has the database open if there is one.
func (d database) with(p *program, fn func(controlAPI) error) error { return d.keep(p, use{}, fn) }

func (d database) keep(p *program, use use, fn func(controlAPI) error) error {
	return d.reach(p, use, func(asked *control) error { return fn(asked) }, func(db *opened) error {
		r := registry.New(db.store, func() {})
		if use.creates {
			if _, err := bootstrap(p, r); err != nil {
				return err
			}
		}
		return fn(r)
	})
}
