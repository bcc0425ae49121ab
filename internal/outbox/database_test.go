package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/dbtest"
	"comity/internal/registry"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/plantest"
	"comity/internal/store/seal"
)

// statements are those that the tests run.
var statements = plantest.New()

// TestMain runs the tests and checks the plans of their statements.
func TestMain(m *testing.M) {
	status := m.Run()
	if err := statements.Check(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// onBoth runs a test on SQLite and on PostgreSQL, each time in a fixture of its own.
func onBoth(t *testing.T, test func(t *testing.T, w *fixture)) {
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

// blank is the initial database of every fixture: with one CO.
var blank = dbtest.New(prepare)

func onSQLite(t *testing.T) *fixture {
	t.Helper()
	return newFixture(t, blank.SQLite(t))
}

func onPostgres(t *testing.T) *fixture {
	t.Helper()
	return newFixture(t, blank.PostgreSQL(t))
}

// prepare adds the records of every fixture.
func prepare(ctx context.Context, database string) error {
	if _, err := db.Migrate(ctx, database); err != nil {
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
		_, err = r.Add(ctx, authz.System("test"), comity.Co.Resource, comity.Input{Record: co})
	}
	return errors.Join(err, s.Close())
}

// open opens a database; key is the first byte of the key that seals secrets.
func open(ctx context.Context, database string, clock func() time.Time, key byte) (*db.DB, error) {
	sealer, err := seal.New(append([]byte{key}, make([]byte, 31)...))
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, db.Options{Database: database, Clock: clock, Sealer: sealer, Connections: 3, Trace: statements.Trace(database)})
}
