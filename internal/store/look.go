package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrNoRegistry is wrapped in the error of a database in which no registry has been made.
var ErrNoRegistry = errors.New("there is no registry")

func noRegistry(database string) error {
	return fmt.Errorf("%w in %s: look at --database; `comity serve` makes a new registry there", ErrNoRegistry, Redact(database))
}

// State is what a database holds.
type State struct {
	// Version is that of its schema; 0 where no program of ours has been there.
	Version int64
	// Registry says that a registry has been made in it.
	Registry bool
}

// Look returns what a database holds, and makes and changes nothing. An SQLite file that is not there,
// or is empty, holds nothing; other errors are those of opening it.
func Look(ctx context.Context, database string) (s State, err error) {
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
	db, err := openSQL(ctx, database, true)
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
