package store

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// Connections returns the number of connections in use, their maximum, and how many writes wait for the one
// connection of SQLite that writes (0 for PostgreSQL).
func (s *Store) Connections() (used, most, waiting int) { return s.backend.connections() }

func (b *postgresBackend) connections() (used, most, waiting int) {
	stat := b.pool.Stat()
	return int(stat.AcquiredConns()), int(stat.MaxConns()), 0
}

func (b *sqliteBackend) connections() (used, most, waiting int) {
	used = b.count - len(b.readers)
	if b.writer.begun.Load() != 0 {
		used++
	}
	return used, b.count + 1, len(b.writer.short) + len(b.writer.long)
}

const backupSetting = "last_backup"

// NoteBackup stores the time of a backup, which is now.
func (s *Store) NoteBackup(ctx context.Context) error {
	return s.Write(ctx, func(tx *Tx) error {
		now, err := tx.Now(ctx)
		if err != nil {
			return err
		}
		return tx.setSetting(ctx, backupSetting, strconv.FormatInt(now.UnixMicro(), 10))
	})
}

// LastBackup returns when NoteBackup was last called, the zero time where it never was.
func (s *Store) LastBackup(ctx context.Context) (at time.Time, err error) {
	err = s.Read(ctx, func(tx *Tx) error {
		text, err := tx.setting(ctx, backupSetting)
		if err != nil || text == "" {
			return err
		}
		micros, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("the time of the last backup: %w", err)
		}
		at = time.UnixMicro(micros).UTC()
		return nil
	})
	return at, err
}
