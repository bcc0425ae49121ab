package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrNoRegistry is wrapped in the error of a database that holds no registry.
var ErrNoRegistry = errors.New("there is no registry")

func noRegistry(database string) error {
	return fmt.Errorf("%w in %s: look at --database; `comity serve` makes a new registry there", ErrNoRegistry, Redact(database))
}

// State is the state of a database.
type State struct {
	// Version is the version of its schema, 0 where it was never migrated.
	Version int64
	// Registry says that it holds a registry.
	Registry bool
}

// Inspect returns the state of a database without changing it. The state is zero for an SQLite file that does
// not exist or is empty. The error is that of opening or reading the database.
func Inspect(ctx context.Context, database string) (s State, err error) {
	migrated := `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'goose_db_version'`
	if IsPostgres(database) {
		migrated = `SELECT 1 WHERE to_regclass('goose_db_version') IS NOT NULL`
	} else {
		info, err := os.Stat(database)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return s, nil
		case err != nil:
			return s, err
		case info.Size() == 0:
			return s, nil
		}
	}
	db, err := OpenSQL(ctx, database, true)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	one := func(query string, into any) (bool, error) {
		err := db.QueryRowContext(ctx, query).Scan(into)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		return err == nil, err
	}
	var any int64
	there, err := one(migrated, &any)
	if err != nil || !there {
		return s, err
	}
	if _, err := one(`SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`, &s.Version); err != nil || s.Version == 0 {
		return s, err
	}
	s.Registry, err = one(`SELECT id FROM cos LIMIT 1`, &any)
	return s, err
}
