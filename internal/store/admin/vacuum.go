package admin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"comity/internal/store/db"
	"comity/internal/store/files"
)

// Vacuum rewrites a database without the remains of deleted rows, and returns its size in bytes before and
// after. No other process may have an SQLite file open.
func Vacuum(ctx context.Context, database string) (before, after int64, err error) {
	vacuum := vacuumSQLite
	if db.IsPostgres(database) {
		vacuum = vacuumPostgres
	}
	if before, after, err = vacuum(ctx, database); err != nil {
		err = fmt.Errorf("vacuum %s: %w", db.Redact(database), err)
	}
	return before, after, err
}

// vacuumPostgres rewrites each table under a lock that keeps others from that table.
func vacuumPostgres(ctx context.Context, database string) (before, after int64, err error) {
	db, err := db.OpenSQL(ctx, database, false)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	const size = `SELECT pg_database_size(current_database())`
	if err := db.QueryRowContext(ctx, size).Scan(&before); err != nil {
		return 0, 0, err
	}
	var names []string
	rows, err := db.QueryContext(ctx, `SELECT CAST(CAST(oid AS regclass) AS text) FROM pg_class
		WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind = 'r' AND relowner = CAST(current_user AS regrole) ORDER BY 1`)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return 0, 0, err
		}
		names = append(names, name)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, 0, err
	}
	for _, name := range names {
		if _, err := db.ExecContext(ctx, "VACUUM (FULL, ANALYZE) "+name); err != nil {
			return 0, 0, err
		}
	}
	return before, after, db.QueryRowContext(ctx, size).Scan(&after)
}

// vacuumSQLite writes a new file beside the old one, replaces the old one by it and overwrites the old data
// with zeros. If it is interrupted, the database is one of the two complete files.
func vacuumSQLite(ctx context.Context, database string) (before, after int64, err error) {
	info, err := os.Stat(database)
	if err != nil {
		return 0, 0, err
	}
	temporary := filepath.Join(filepath.Dir(database), temporaryName(database)+"vacuum")
	if err := os.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, 0, err
	}
	defer func() {
		if removeErr := os.Remove(temporary); !errors.Is(removeErr, fs.ErrNotExist) {
			err = errors.Join(err, removeErr)
		}
	}()
	if err := writeAnew(ctx, database, temporary); err != nil {
		return 0, 0, err
	}
	f, err := os.OpenFile(temporary, os.O_RDWR, 0)
	if err != nil {
		return 0, 0, err
	}
	// The file stays its owner's, whoever runs this.
	if owner, ok := info.Sys().(*syscall.Stat_t); ok {
		err = f.Chown(int(owner.Uid), int(owner.Gid))
	}
	written, statErr := f.Stat()
	if err = errors.Join(err, statErr, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close()); err != nil {
		return 0, 0, err
	}
	old, err := os.OpenFile(database, os.O_RDWR, 0)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	if err := os.Rename(temporary, database); err != nil {
		return 0, 0, err
	}
	if err := files.SyncFolder(filepath.Dir(database)); err != nil {
		return 0, 0, err
	}
	return info.Size(), written.Size(), overwrite(old, info.Size())
}

// writeAnew copies a database into a new file with VACUUM INTO, after it has moved its -wal file into the
// database and truncated it.
func writeAnew(ctx context.Context, database, to string) (err error) {
	db, err := db.OpenSQL(ctx, database, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	for _, sql := range []string{`PRAGMA secure_delete = ON`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		if _, err := db.ExecContext(ctx, sql); err != nil {
			return err
		}
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, to)
	return err
}

// overwrite writes size bytes of zeros over an open file that has no name any more.
func overwrite(f *os.File, size int64) error {
	zeros := make([]byte, 1<<20)
	for at := int64(0); at < size; at += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), size-at)], at); err != nil {
			return err
		}
	}
	return f.Sync()
}
