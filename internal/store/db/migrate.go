package db

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

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// ErrNewer is wrapped in the error for a database that a newer program migrated.
var ErrNewer = errors.New("the database is newer than this program")

// firstVersion is the version of the oldest schema that is migrated: the one that the first migration creates as a
// whole.
const firstVersion = 33

// unreleased is the error for a database of a lower version.
const unreleased = "it is at version %d, of an unreleased Comity: start it once with the last program that still migrates it, or make a new database"

// errUnreleased returns an error for a database at a version below firstVersion, nil for one at another version and
// for one that was never migrated, whose version is 0.
func errUnreleased(version int64) error {
	if version == 0 || version >= firstVersion {
		return nil
	}
	return fmt.Errorf(unreleased, version)
}

// Migrate migrates the database's schema to this program's version and returns the number of migrations
// applied. It creates an SQLite file that does not exist.
func Migrate(ctx context.Context, database string) (steps int, err error) {
	p, db, err := migrator(ctx, database)
	if err != nil {
		return 0, fmt.Errorf("migrate database %s: %w", Redact(database), err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	unlock, err := lockMigration(ctx, database, db)
	if err != nil {
		return 0, fmt.Errorf("migrate database %s: %w", Redact(database), err)
	}
	defer unlock()
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		err = sayOwner(database, err)
		return 0, fmt.Errorf("migrate database %s: %w", Redact(database), err)
	}
	if err := errUnreleased(current); err != nil {
		return 0, fmt.Errorf("migrate database %s: %w", Redact(database), err)
	}
	if current > target {
		return 0, fmt.Errorf("migrate database %s: %w: it is at version %d, the program at %d; install the newer program", Redact(database), ErrNewer, current, target)
	}
	done, err := p.Up(ctx)
	if err != nil {
		err = sayOwner(database, err)
		return len(done), fmt.Errorf("migrate database %s: %w", Redact(database), err)
	}
	return len(done), nil
}

// sayOwner adds to an error of missing privileges that the PostgreSQL user must own the database: by default
// only the owner may create tables.
func sayOwner(database string, err error) error {
	const insufficientPrivilege = "42501"
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code != insufficientPrivilege {
		return err
	}
	config, parseErr := parsePostgres(database)
	if parseErr != nil {
		return err
	}
	name, user := pgx.Identifier{config.ConnConfig.Database}, pgx.Identifier{config.ConnConfig.User}
	return fmt.Errorf("%w; its user must own the database: ALTER DATABASE %s OWNER TO %s", err, name.Sanitize(), user.Sanitize())
}

// SchemaVersion returns the version of this program's schema, which is the same for both databases.
func SchemaVersion() (version int64, err error) {
	files, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	for _, file := range files {
		n, nameErr := goose.NumericComponent(file)
		err, version = errors.Join(err, nameErr), max(version, n)
	}
	return version, err
}

// CheckRegistry returns nil if the database holds a registry, and an error that wraps ErrNoRegistry if it
// does not. It changes nothing.
func CheckRegistry(ctx context.Context, database string) error {
	state, err := Inspect(ctx, database)
	if err != nil {
		return fmt.Errorf("open database %s: %w", Redact(database), err)
	}
	if !state.Registry {
		return noRegistry(database)
	}
	return nil
}

// CheckVersion is CheckRegistry, and also returns an error if the registry's schema is not at this
// program's version; the error wraps ErrNewer if it is newer.
func CheckVersion(ctx context.Context, database string) error {
	state, err := Inspect(ctx, database)
	if err != nil {
		return fmt.Errorf("open database %s: %w", Redact(database), err)
	}
	if err := errUnreleased(state.Version); err != nil {
		return fmt.Errorf("open database %s: %w", Redact(database), err)
	}
	target, err := SchemaVersion()
	switch {
	case err != nil:
		return err
	case state.Version > target:
		return fmt.Errorf("open database %s: %w: it is at version %d, the program at %d", Redact(database), ErrNewer, state.Version, target)
	case !state.Registry:
		return noRegistry(database)
	case state.Version < target:
		return fmt.Errorf("open database %s: it is at version %d, the program at %d: run `comity migrate` first", Redact(database), state.Version, target)
	}
	return nil
}

// lockMigration takes a lock on PostgreSQL that keeps other instances from migrating until unlock is called.
// It is a lock of a transaction because a connection pooler does not keep locks of a session. It has the id
// of goose's own lock, so that older programs wait for it too.
func lockMigration(ctx context.Context, database string, db *sql.DB) (unlock func(), err error) {
	if !IsPostgres(database) {
		return func() {}, nil
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, sql := range []string{
		`SET LOCAL lock_timeout = '300s'`, `SET LOCAL idle_in_transaction_session_timeout = 0`,
		fmt.Sprintf(`SELECT pg_advisory_xact_lock(%d)`, lock.DefaultLockID),
	} {
		if _, err := tx.ExecContext(ctx, sql); err != nil {
			return nil, errors.Join(fmt.Errorf("wait for another instance that migrates: %w", err), tx.Rollback())
		}
	}
	return func() { _ = tx.Rollback() }, nil // where that fails, the lock ends with the connection
}

// migrator returns the goose provider that migrates a database, and the connections that it uses.
func migrator(ctx context.Context, database string) (*goose.Provider, *sql.DB, error) {
	folder, dialect := "migrations/sqlite", goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if IsPostgres(database) {
		folder, dialect = "migrations/postgres", goose.DialectPostgres
	} else if err := makeFile(database); err != nil {
		return nil, nil, err
	}
	db, err := OpenSQL(ctx, database, false)
	if err != nil {
		return nil, nil, err
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

// OpenSQL opens an existing database with database/sql, without a Store.
func OpenSQL(ctx context.Context, database string, readOnly bool) (*sql.DB, error) {
	if !IsPostgres(database) {
		return driver.Open("file:"+(&url.URL{Path: database}).EscapedPath()+"?mode=rw", AddExtensions)
	}
	config, err := postgresConfig(ctx, database, readOnly)
	if err != nil {
		return nil, err
	}
	return stdlib.OpenDB(*config.ConnConfig), nil
}

// makeFile creates an SQLite file that only its owner can read.
func makeFile(path string) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// Redact returns a database's path or URL without passwords.
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
