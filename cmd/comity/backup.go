package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"comity/internal/control"
	"comity/internal/store/admin"
	"comity/internal/store/db"
	"comity/internal/store/files"
)

type backupCommand struct {
	database
	File string `arg:"" help:"The file to write; it must not exist."`
}

// Run writes a backup. The file gets its name only when it is complete.
func (b *backupCommand) Run(p *program) (err error) {
	s, err := b.openToRead(p.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if b.File, err = files.Resolve(b.File); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if _, err := os.Lstat(b.File); err == nil {
		return fmt.Errorf("%s is there already: name another file", b.File)
	}
	f, err := os.CreateTemp(filepath.Dir(b.File), ".comity-backup-*")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	rows, err := admin.Backup(p.ctx, s, f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), b.File); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := b.note(p); err != nil {
		// The backup is complete nevertheless.
		fmt.Fprintln(p.errOut, "comity: the time of the backup is not noted:", oneLine(err))
	}
	_, err = fmt.Fprintf(p.out, "%s: %d rows of %s. The key that seals passwords is not in it: keep a copy of that too.\n", b.File, rows, db.Redact(b.Database))
	return err
}

// note stores the time of the backup in the registry, for its metrics.
func (b *backupCommand) note(p *program) error {
	return b.withControl(p, use{}, func(c *control.Client) error {
		_, err := control.Do(p.ctx, c, control.NoteBackup{})
		return err
	})
}

type restoreCommand struct {
	database
	File string `arg:"" help:"The backup."`
}

// Run reads a backup into an empty database. It creates an SQLite file that does not exist.
func (r *restoreCommand) Run(p *program) (err error) {
	f, err := os.Open(r.File)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer func() { _ = f.Close() }()
	rows, err := admin.RestoreInto(p.ctx, r.Database, f)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%s: %d rows restored. Start it with the key file that the passwords were sealed with.\n", db.Redact(r.Database), rows)
	return err
}
