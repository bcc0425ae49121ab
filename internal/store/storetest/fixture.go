package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"       // the driver that reads PostgreSQL's tables
	_ "github.com/ncruces/go-sqlite3/driver" // the driver that reads SQLite's

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/seal"
)

// tb is what the helpers need of a testing.T or a rapid.T.
type tb interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// fixture is a database under test.
type fixture struct {
	store *db.DB
	// raw reads the tables without the store.
	raw  *sql.DB
	name string
}

// actor makes the changes for which the test does not name another actor.
const actor = "tester"

// sealer returns a sealer whose key consists of the byte b.
func sealer(t tb, b byte) *seal.Sealer {
	t.Helper()
	s, err := seal.New(bytes.Repeat([]byte{b}, 32))
	if err != nil {
		t.Fatalf("sealer: %v", err)
	}
	return s
}

// newFixture makes a database and opens it with the default clock.
func (b Backend) newFixture(t *testing.T) *fixture { return b.newFixtureWith(t, db.Options{}) }

// newFixtureWith makes a database and opens it with the options that are set.
func (b Backend) newFixtureWith(t *testing.T, o db.Options) *fixture {
	t.Helper()
	name := b.Database(t)
	fx := &fixture{name: name, raw: openRaw(t, name)}
	fx.store = b.start(t, name, o)
	t.Cleanup(func() {
		fx.checkHistory(t)
		fx.checkDerived(t)
		if err := fx.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return fx
}

// open opens a database once more, until the test ends.
func (b Backend) open(t *testing.T, name string, o db.Options) *db.DB {
	t.Helper()
	s := b.start(t, name, o)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// start opens a database, which the caller closes.
func (b Backend) start(t *testing.T, name string, o db.Options) *db.DB {
	t.Helper()
	o.Database, o.Connections = name, b.Connections
	if o.Sealer == nil {
		o.Sealer = sealer(t, 1)
	}
	if o.Trace == nil {
		o.Trace = statements.Trace(name)
	}
	s, err := store.Open(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openRaw(t *testing.T, name string) *sql.DB {
	t.Helper()
	driver, dsn := "sqlite3", "file:"+name+"?mode=ro"
	if db.IsPostgres(name) {
		driver, dsn = "pgx", name
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// write runs a closure that must succeed and returns its transaction's time.
func (fx *fixture) write(t tb, fn func(context.Context, *db.Tx) error) (now time.Time) {
	t.Helper()
	ctx := t.Context()
	err := fx.store.Write(ctx, func(tx *db.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		now = tx.Now()
		return nil
	})
	if err != nil {
		t.Fatalf("write: %v", err)
	}
	return now
}

// read runs a closure that must succeed.
func (fx *fixture) read(t tb, fn func(context.Context, *db.Tx) error) {
	t.Helper()
	ctx := t.Context()
	if err := fx.store.Read(ctx, func(tx *db.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatalf("read: %v", err)
	}
}

// get reads a record that must be there.
func (fx *fixture) get(t tb, r *comity.Resource, id int64) (rec *comity.Record) {
	t.Helper()
	fx.read(t, func(ctx context.Context, tx *db.Tx) (err error) {
		rec, err = store.Get(ctx, tx, r, id)
		return err
	})
	return rec
}

// list reads all records that meet the conditions.
func (fx *fixture) list(t tb, r *comity.Resource, conditions ...db.Condition) (records []*comity.Record) {
	t.Helper()
	fx.read(t, func(ctx context.Context, tx *db.Tx) (err error) {
		records, err = store.List(ctx, tx, r, 0, 100_000, conditions...)
		return err
	})
	return records
}

// count runs a query of one number.
func (fx *fixture) count(t tb, query string, args ...any) (n int64) {
	t.Helper()
	if err := fx.raw.QueryRowContext(context.WithoutCancel(t.Context()), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// clock is a clock that stands still until the test moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2026, 11, 21, 17, 39, 1, 250_000_000, time.UTC)}
}

// Now is db.Options.Clock.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// move moves the time, backwards too.
func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
