package admin

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"comity/internal/store/db"
)

const backupSetting = "last_backup"

// NoteBackup stores the time of a backup, which is now.
func NoteBackup(ctx context.Context, s *db.DB) error {
	return s.Write(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		return tx.SetSetting(ctx, backupSetting, strconv.FormatInt(now.UnixMicro(), 10))
	})
}

// LastBackup returns when NoteBackup was last called, the zero time where it never was.
func LastBackup(ctx context.Context, s *db.DB) (at time.Time, err error) {
	err = s.Read(ctx, func(tx *db.Tx) error {
		text, err := tx.Setting(ctx, backupSetting)
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
