package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity"
	"comity/internal/store"
	"comity/internal/store/admin"
	"comity/internal/store/db"
	"comity/internal/store/files"
	"comity/internal/store/seal"
)

type keyCommand struct {
	Rotate  rotateKeyCommand  `cmd:"" help:"Seal the stored passwords with a new key, while nothing serves the registry."`
	Replace replaceKeyCommand `cmd:"" help:"Replace a lost key: clear the passwords that cannot be read, and list them."`
}

// openAlone opens a registry that no other program uses, without its key and with one connection.
func (d database) openAlone(p *program) (*openDatabase, error) {
	opened, err := d.open(p.ctx, use{}, func(string, ...any) {})
	if errors.Is(err, files.ErrServed) {
		err = fmt.Errorf("%w: end it first, for it goes on with the key that it has", err)
	}
	if err != nil {
		return nil, err
	}
	if err := opened.reopenAlone(p.ctx, d.Database); err != nil {
		return nil, errors.Join(err, opened.close())
	}
	return opened, nil
}

// errConnected is wrapped in the error of reseal where other programs are connected.
var errConnected = errors.New("end them first, for they go on with the key that they have")

// maxConnected is how long reseal waits for the connections of other programs to end: PostgreSQL shows that of a
// program which was killed for a moment longer.
const maxConnected = 3 * time.Second

// reseal runs fn in a transaction that excludes all other writes. It returns an error that wraps errConnected if
// other programs stay connected.
func reseal(ctx context.Context, s *db.DB, fn func(*db.Tx) error) error {
	for until := time.Now().Add(maxConnected); ; {
		err := resealAlone(ctx, s, fn)
		if !errors.Is(err, errConnected) || time.Now().After(until) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(maxConnected / 30):
		}
	}
}

func resealAlone(ctx context.Context, s *db.DB, fn func(*db.Tx) error) error {
	return s.WriteAlone(ctx, func(tx *db.Tx) error {
		if _, err := store.EnterCO(ctx, tx, 0, true); err != nil {
			return err
		}
		others, err := admin.OtherPrograms(ctx, tx)
		if err != nil {
			return err
		}
		if others > 0 {
			return fmt.Errorf("other programs of Comity have %d connections to this database: %w", others, errConnected)
		}
		return fn(tx)
	})
}

type rotateKeyCommand struct {
	database
}

// Run rotates the key. If it is killed at any moment, the registry can still be opened: the file of the new key
// exists before anything is sealed with it, and the next start uses the key that the database names.
func (r *rotateKeyCommand) Run(p *program) (err error) {
	opened, err := r.openAlone(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.close()) }()
	if err := r.checkKey(p.ctx); err != nil {
		return err
	}
	from, made, err := seal.Load(r.keyFile())
	if err != nil {
		return err
	}
	to, err := seal.NextKey(r.keyFile())
	if err != nil {
		return err
	}
	sealed := 0
	err = reseal(p.ctx, opened.store, func(tx *db.Tx) (err error) {
		sealed, _, err = admin.Reseal(p.ctx, tx, from, to, false)
		return err
	})
	if err != nil {
		return fmt.Errorf("%w; the key is as it was", err)
	}
	kept, err := seal.UseNextKey(r.keyFile(), to.KeyID())
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%d passwords are sealed with a new key, %s, in %s. Keep a copy; every instance needs it.\n", sealed, to.KeyID(), r.keyFile())
	if kept != "" && !made {
		fmt.Fprintf(p.out, "The key of before is in %s: backups made until now need it. Destroy it when they are gone.\n", kept)
	}
	return nil
}

type replaceKeyCommand struct {
	database
	DryRun bool `help:"Only list the passwords that would be cleared."`
}

// errDryRun rolls back the transaction of a dry run.
var errDryRun = errors.New("nothing was to be changed")

// Run blanks the secrets that the present key, or a new one, cannot open, and lists them.
func (r *replaceKeyCommand) Run(p *program) (err error) {
	opened, err := r.openAlone(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.close()) }()
	if _, err := r.sealedWith(p.ctx); err != nil { // a key that was being changed is there then
		return err
	}
	load := seal.Load
	if r.DryRun {
		load = seal.Try
	}
	key, made, err := load(r.keyFile())
	if err != nil {
		return err
	}
	var lines []string
	sealed := 0
	err = reseal(p.ctx, opened.store, func(tx *db.Tx) error {
		n, lost, err := admin.Reseal(p.ctx, tx, nil, key, true)
		if err != nil {
			return err
		}
		sealed, lines = n, nil
		for _, l := range lost {
			line, err := describeLost(p.ctx, tx, l)
			if err != nil {
				return err
			}
			lines = append(lines, line)
		}
		if r.DryRun {
			return errDryRun
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return err
	}
	for _, line := range lines {
		fmt.Fprintln(p.out, line)
	}
	if r.DryRun {
		_, err = fmt.Fprintf(p.out, "%d passwords would be blanked, %d can be read and would stay; nothing was changed\n", len(lines), sealed)
		return err
	}
	if made {
		fmt.Fprintf(p.out, "made a new key: %s. Keep a copy; every instance needs it.\n", r.keyFile())
	}
	_, err = fmt.Fprintf(p.out, "%d passwords are blanked and have to be entered again, %d could be read and stay\n", len(lines), sealed)
	return err
}

// describeLost returns the line about where a secret has to be entered again.
func describeLost(ctx context.Context, tx *db.Tx, lost admin.LostSecret) (string, error) {
	r := lost.Field.Resource()
	rec, err := store.Get(ctx, tx, r, lost.Id)
	if err != nil {
		return "", err
	}
	line := fmt.Sprintf("CO %d: %s of %s %d", lost.CoId, lost.Field.Name, r.Singular, lost.Id)
	switch {
	case r.Plugin != "":
		return fmt.Sprintf("%s, provisioning target %d", line, rec.Int(r.TargetId())), nil
	case r.ServerType == "":
		return line, nil
	}
	server, err := store.Get(ctx, tx, comity.Server.Resource, rec.Int(r.ServerId()))
	if err != nil {
		return "", err
	}
	line += fmt.Sprintf(", server %d %q", server.Id, server.Text(comity.Server.Description))
	if name := rec.Text(r.Login.User); name != "" {
		line += fmt.Sprintf(", user %q", name)
	}
	return line, nil
}
