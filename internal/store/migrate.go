package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// patience is how long one instance waits for another that migrates, in seconds.
const patience = 300

// ErrNewer is wrapped in the error of a database that a newer program has migrated.
var ErrNewer = errors.New("the database is newer than this program")

// Migrate brings the database's schema up to this program's and returns how many steps that took.
// An SQLite file that is not there is made.
func Migrate(ctx context.Context, database string) (steps int, err error) {
	p, db, err := migrator(ctx, database)
	if err != nil {
		return 0, fmt.Errorf("migrate database %s: %w", Redact(database), err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate database %s: %w", Redact(database), err)
	}
	if current > target {
		return 0, fmt.Errorf("migrate database %s: %w: it is at version %d, the program at %d; install the newer program", Redact(database), ErrNewer, current, target)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return len(done), fmt.Errorf("migrate database %s: %w", Redact(database), err)
	}
	return len(done), nil
}

// SchemaVersion is the version of this program's schema.
func SchemaVersion(ctx context.Context, database string) (version int64, err error) {
	p, db, err := migrator(ctx, database)
	if err != nil {
		return 0, fmt.Errorf("open database %s: %w", Redact(database), err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, version, err = p.GetVersions(ctx)
	return version, err
}

// CheckVersion says whether the database's schema is this program's, and changes nothing.
func CheckVersion(ctx context.Context, database string) (err error) {
	p, db, err := migrator(ctx, database)
	if err != nil {
		return fmt.Errorf("open database %s: %w", Redact(database), err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	current, target, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("open database %s: %w", Redact(database), err)
	case current > target:
		return fmt.Errorf("open database %s: %w: it is at version %d, the program at %d", Redact(database), ErrNewer, current, target)
	case current < target:
		return fmt.Errorf("open database %s: it is at version %d, the program at %d: run `comity migrate` first", Redact(database), current, target)
	}
	return nil
}

func migrator(ctx context.Context, database string) (*goose.Provider, *sql.DB, error) {
	folder, dialect := "migrations/sqlite", goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	var db *sql.DB
	if IsPostgres(database) {
		folder, dialect = "migrations/postgres", goose.DialectPostgres
		config, err := postgresConfig(database)
		if err != nil {
			return nil, nil, err
		}
		db = stdlib.OpenDB(*config.ConnConfig)
		if err := db.PingContext(ctx); err != nil {
			return nil, nil, errors.Join(err, db.Close())
		}
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, patience))
		if err != nil {
			return nil, nil, errors.Join(err, db.Close())
		}
		options = append(options, goose.WithSessionLocker(locker))
	} else {
		if err := makeFile(database); err != nil {
			return nil, nil, err
		}
		var err error
		if db, err = driver.Open("file:"+(&url.URL{Path: database}).EscapedPath(), addExtensions); err != nil {
			return nil, nil, err
		}
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	p, err := goose.NewProvider(dialect, db, files, options...)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return p, db, nil
}

// makeFile makes an SQLite file that only its owner can read.
func makeFile(path string) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// Redact returns a database's name without the password in it.
func Redact(database string) string {
	if !IsPostgres(database) {
		return database
	}
	u, err := url.Parse(database)
	if err != nil {
		return "postgres://…"
	}
	settings, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "postgres://…"
	}
	for _, name := range []string{"password", "sslpassword"} {
		if settings.Has(name) {
			settings.Set(name, "xxxxx")
			u.RawQuery = settings.Encode()
		}
	}
	return u.Redacted()
}
