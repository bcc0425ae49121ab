package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/files"
)

// RestoreInto restores a backup into a database that holds no registry, and returns how many rows it has. If
// it fails, the database is as it was. An existing SQLite file is replaced once the new one is complete.
func RestoreInto(ctx context.Context, database string, r io.Reader) (rows int64, err error) {
	state, err := db.Inspect(ctx, database)
	if err != nil {
		return 0, fmt.Errorf("restore into %s: %w", db.Redact(database), err)
	}
	if state.Registry {
		return 0, fmt.Errorf("restore into %s: %w: it holds a registry; name another", db.Redact(database), ErrNotEmpty)
	}
	if db.IsPostgres(database) {
		return restorePostgres(ctx, database, r)
	}
	return restoreSQLite(ctx, database, r)
}

func migrateAndRestore(ctx context.Context, database string, r io.Reader) (rows int64, err error) {
	if _, err := db.Migrate(ctx, database); err != nil {
		return 0, err
	}
	s, err := store.Open(ctx, db.Options{Database: database})
	if err != nil {
		return 0, err
	}
	rows, err = Restore(ctx, s, r)
	return rows, errors.Join(err, s.Close())
}

func restoreSQLite(ctx context.Context, database string, r io.Reader) (rows int64, err error) {
	_, statErr := os.Lstat(database + files.LockSuffix)
	lock, err := files.Lock(database)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil && errors.Is(statErr, fs.ErrNotExist) {
			err = errors.Join(err, os.Remove(database+files.LockSuffix))
		}
		err = errors.Join(err, lock.Release())
	}()
	dir := filepath.Dir(database)
	// This process has the lock, so folders that exist were left by one that was killed.
	left, err := filepath.Glob(globEscape(filepath.Join(dir, temporaryName(database))) + "*")
	for _, l := range left {
		err = errors.Join(err, os.RemoveAll(l))
	}
	if err != nil {
		return 0, fmt.Errorf("restore: %w", err)
	}
	temporary, err := os.MkdirTemp(dir, temporaryName(database)+"*")
	if err != nil {
		return 0, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temporary)) }()
	file := filepath.Join(temporary, filepath.Base(database))
	if rows, err = migrateAndRestore(ctx, file, r); err != nil {
		return 0, err
	}
	// SQLite would apply the log that an earlier file left to the new one.
	for _, suffix := range []string{"-wal", "-shm", "-journal"} {
		if err := os.Remove(database + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, fmt.Errorf("restore: %w", err)
		}
	}
	if err := os.Rename(file, database); err != nil {
		return 0, fmt.Errorf("restore: %w", err)
	}
	return rows, files.SyncFolder(dir)
}

// temporaryName returns the prefix of the name of the folder in which a new file is written until it is
// complete.
func temporaryName(database string) string { return "." + filepath.Base(database) + ".restore-" }

// globEscape returns the pattern that matches only the given name.
var globEscape = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace

// restorePostgres migrates and restores. If that fails, it drops the objects that the migration created.
func restorePostgres(ctx context.Context, database string, r io.Reader) (rows int64, err error) {
	before, err := objects(ctx, database)
	if err != nil {
		return 0, fmt.Errorf("restore into %s: %w", db.Redact(database), err)
	}
	rows, err = migrateAndRestore(ctx, database, r)
	if err == nil {
		err = analyse(ctx, database)
	}
	if err != nil {
		err = errors.Join(err, dropAllBut(context.WithoutCancel(ctx), database, before))
	}
	return rows, err
}

// analyse has the server learn how much there is of what, which it would do by itself only after a while.
func analyse(ctx context.Context, database string) (err error) {
	db, err := db.OpenSQL(ctx, database, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "ANALYZE"); err != nil {
		return fmt.Errorf("analyse what was restored: %w", err)
	}
	return nil
}

// objects returns the tables, views, functions and extensions of a PostgreSQL database's schema as arguments
// of DROP, each before those it depends on.
func objects(ctx context.Context, database string) (names []string, err error) {
	const query = `SELECT x.name FROM (
		SELECT CASE relkind WHEN 'v' THEN 1 ELSE 2 END AS place, CASE relkind WHEN 'v' THEN 'VIEW ' ELSE 'TABLE ' END || CAST(CAST(oid AS regclass) AS text) AS name
			FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind IN ('r', 'v')
		UNION ALL SELECT 4, 'EXTENSION ' || quote_ident(extname) FROM pg_extension
		UNION ALL SELECT 3, 'FUNCTION ' || CAST(CAST(p.oid AS regprocedure) AS text) FROM pg_proc p WHERE p.pronamespace = CAST(current_schema() AS regnamespace)
			AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = CAST('pg_proc' AS regclass) AND d.objid = p.oid AND d.deptype = 'e')
		) x ORDER BY x.place, x.name`
	db, err := db.OpenSQL(ctx, database, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func dropAllBut(ctx context.Context, database string, keep []string) (err error) {
	there, err := objects(ctx, database)
	if err != nil {
		return err
	}
	db, err := db.OpenSQL(ctx, database, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, object := range there {
		if slices.Contains(keep, object) {
			continue
		}
		if _, err := db.ExecContext(ctx, "DROP "+object+" CASCADE"); err != nil {
			return fmt.Errorf("undo the migration: %w", err)
		}
	}
	return nil
}
