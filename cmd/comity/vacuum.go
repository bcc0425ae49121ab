package main

import (
	"errors"
	"fmt"

	"comity/internal/store"
)

type vacuumCommand struct {
	database
}

// Run rewrites the database. An SQLite file must not be served meanwhile; with PostgreSQL, requests wait.
func (v *vacuumCommand) Run(p *program) (err error) {
	if err := store.CheckVersion(p.ctx, v.Database); err != nil {
		return err
	}
	if !store.IsPostgres(v.Database) {
		lock, err := store.LockFile(v.Database)
		if errors.Is(err, store.ErrServed) {
			err = fmt.Errorf("%w: end it first, for the file is replaced", err)
		}
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, lock.Release()) }()
	}
	before, after, err := store.Vacuum(p.ctx, v.Database)
	if err != nil {
		return err
	}
	const mega = 1 << 20
	_, err = fmt.Fprintf(p.out, "%s is written anew: %.1f MB, it was %.1f MB\n", store.Redact(v.Database), float64(after)/mega, float64(before)/mega)
	return err
}
