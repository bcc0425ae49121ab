package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Vacuum writes a database anew, without what was deleted from it, and returns its size before and
// after. Nobody else may have an SQLite file open.
func Vacuum(ctx context.Context, database string) (before, after int64, err error) {
	vacuum := vacuumSQLite
	if IsPostgres(database) {
		vacuum = vacuumPostgres
	}
	if before, after, err = vacuum(ctx, database); err != nil {
		err = fmt.Errorf("vacuum %s: %w", Redact(database), err)
	}
	return before, after, err
}

// vacuumPostgres writes each table anew, under a lock that keeps others from that table.
func vacuumPostgres(ctx context.Context, database string) (before, after int64, err error) {
	db, err := openSQL(ctx, database, false)
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

// vacuumSQLite writes a new file beside the old one, puts it in its place and overwrites what the old
// one held. Whatever comes between leaves one of the two, whole.
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
	if err := syncFolder(filepath.Dir(database)); err != nil {
		return 0, 0, err
	}
	return info.Size(), written.Size(), overwrite(old, info.Size())
}

// writeAnew writes what a file holds into another, once what waits in its -wal is in the file, and
// nothing is left in that.
func writeAnew(ctx context.Context, database, to string) (err error) {
	db, err := openSQL(ctx, database, false)
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

// overwrite writes zeros over a file that nobody has a name of any more.
func overwrite(f *os.File, size int64) error {
	zeros := make([]byte, 1<<20)
	for at := int64(0); at < size; at += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), size-at)], at); err != nil {
			return err
		}
	}
	return f.Sync()
}
