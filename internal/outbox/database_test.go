package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/internal/access"
	"comity/internal/pgtest"
	"comity/internal/registry"
	"comity/internal/store"
)

// onBoth runs a test on SQLite and on PostgreSQL, each time in a world of its own.
func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, onSQLite(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, onPostgres(t))
	})
}

// Every world begins as a copy of a database with one CO in it, made once: migrating takes longer
// than most tests.

var sqliteBlank = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "outbox-test-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "comity.db")
	if err := prepare(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func onSQLite(t *testing.T) *world {
	t.Helper()
	blank, err := sqliteBlank()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "comity.db")
	if err := os.WriteFile(path, blank, 0o600); err != nil {
		t.Fatal(err)
	}
	return newWorld(t, path)
}

const postgresBlank = "blank"

var makePostgresBlank sync.Once

func onPostgres(t *testing.T) *world {
	t.Helper()
	database := pgtest.URL(t)
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	admin, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	run := func(statement string) {
		if _, err := admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	makePostgresBlank.Do(func() {
		run("CREATE DATABASE " + postgresBlank)
		u.Path = "/" + postgresBlank
		if err := prepare(u.String()); err != nil {
			t.Fatal(err)
		}
	})
	run("DROP DATABASE " + name)
	run("CREATE DATABASE " + name + " TEMPLATE " + postgresBlank)
	return newWorld(t, database)
}

// prepare makes what is in every world.
func prepare(database string) error {
	ctx := context.Background()
	if _, err := store.Migrate(ctx, database); err != nil {
		return err
	}
	s, err := open(ctx, database, nil, 0)
	if err != nil {
		return err
	}
	r := registry.New(s, func() {})
	if _, _, err = r.Bootstrap(ctx); err == nil {
		co := comity.NewRecord(comity.Co.Resource)
		values{comity.Co.Name: "Physics", comity.Co.Status: comity.Active}.fill(co)
		_, err = r.Add(ctx, access.System("test"), comity.Co.Resource, comity.Input{Record: co})
	}
	return errors.Join(err, s.Close())
}

// open opens a database; key is the first byte of the key that seals secrets.
func open(ctx context.Context, database string, clock func() time.Time, key byte) (*store.Store, error) {
	sealer, err := store.NewSealer(append([]byte{key}, make([]byte, 31)...))
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Options{Database: database, Clock: clock, Sealer: sealer, Connections: 3})
}
