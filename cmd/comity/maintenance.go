package main

import (
	"errors"
	"fmt"

	"comity/internal/registry"
	"comity/internal/store/admin"
	"comity/internal/store/db"
	"comity/internal/store/files"
)

type migrateCommand struct {
	database
}

// Run migrates the database.
func (m *migrateCommand) Run(p *program) (err error) {
	if err := m.checkExists(p.ctx, use{creates: true}); err != nil {
		return err
	}
	if !db.IsPostgres(m.Database) {
		lock, lockErr := files.Lock(m.Database)
		if lockErr != nil {
			return lockErr
		}
		defer func() { err = errors.Join(err, lock.Release()) }()
	}
	steps, err := db.Migrate(p.ctx, m.Database)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%s is up to date (%d steps done)\n", db.Redact(m.Database), steps)
	return err
}

type checkCommand struct {
	database
}

// Run lists the violations of the registry's rules. It only reads, so it works while the registry is served.
func (c *checkCommand) Run(p *program) (err error) {
	s, err := c.openToRead(p.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	problems, err := registry.New(s, func() {}).Check(p.ctx)
	if err != nil {
		return err
	}
	for _, problem := range problems {
		fmt.Fprintln(p.out, problem)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%s has %d problems", db.Redact(c.Database), len(problems))
	}
	_, err = fmt.Fprintln(p.out, db.Redact(c.Database), "is as the rules say")
	return err
}

type vacuumCommand struct {
	database
}

// Run rewrites the database. An SQLite file must not be served meanwhile; with PostgreSQL, requests wait.
func (v *vacuumCommand) Run(p *program) (err error) {
	if err := db.CheckVersion(p.ctx, v.Database); err != nil {
		return err
	}
	if !db.IsPostgres(v.Database) {
		lock, err := files.Lock(v.Database)
		if errors.Is(err, files.ErrServed) {
			err = fmt.Errorf("%w: end it first, for the file is replaced", err)
		}
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, lock.Release()) }()
	}
	before, after, err := admin.Vacuum(p.ctx, v.Database)
	if err != nil {
		return err
	}
	const mega = 1 << 20
	_, err = fmt.Fprintf(p.out, "%s is written anew: %.1f MB, it was %.1f MB\n", db.Redact(v.Database), float64(after)/mega, float64(before)/mega)
	return err
}
