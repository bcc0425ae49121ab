package registry_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that reads PostgreSQL's tables
	"github.com/ncruces/go-sqlite3/driver"

	"comity"
	"comity/internal/authz"
	"comity/internal/dbtest"
	"comity/internal/registry"
	"comity/internal/store"
)

// world is a registry with one CO in it, and a clock that the test sets.
type world struct {
	*registry.Registry
	store *store.Store
	name  string
	co    int64
	// portion is how long a transaction of many rows may run on SQLite, 0 for the default.
	portion time.Duration

	mu  sync.Mutex
	now time.Time
}

var (
	began  = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	tester = authz.System("tester")
)

// tb is what the helpers need of a test or of a property.
type tb interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// onBoth runs a test on SQLite and on PostgreSQL, each time in a world of its own.
func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, database(t)))
		})
	}
}

var databases = map[string]func(t testing.TB) string{
	"SQLite":     func(t testing.TB) string { t.Helper(); return migrated.SQLite(t) },
	"PostgreSQL": func(t testing.TB) string { t.Helper(); return migrated.PostgreSQL(t) },
}

// migrated is a database with the tables, and nothing in them.
var migrated = dbtest.New(func(ctx context.Context, database string) error {
	_, err := store.Migrate(ctx, database)
	return err
})

func newWorld(t *testing.T, database string) *world {
	t.Helper()
	return newWorldOf(t, database, 0)
}

func newWorldOf(t testing.TB, database string, portion time.Duration) *world {
	t.Helper()
	w := &world{now: began, portion: portion}
	w.open(t, database, w.clock)
	if _, _, err := w.Bootstrap(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.co = w.add(t, comity.Co.Resource, values{comity.Co.Name: "Physics", comity.Co.Status: comity.Active})
	return w
}

// open opens a database that has empty tables; with a nil clock it uses the real one.
func (w *world) open(t testing.TB, database string, clock func() time.Time) {
	t.Helper()
	sealer, err := store.NewSealer(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	w.name = database
	w.store, err = store.Open(t.Context(), store.Options{Database: database, Clock: clock, Sealer: sealer, Connections: 4, Portion: w.portion})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Registry = registry.New(w.store, func() {})
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// values are the fields that a request names.
type values map[*comity.Field]any

func (v values) input(r *comity.Resource) comity.Input {
	rec := comity.NewRecord(r)
	for f, value := range v {
		switch value := value.(type) {
		case string:
			rec.SetText(f, value)
		case bool:
			rec.SetBool(f, value)
		case int:
			rec.SetInt(f, int64(value))
		case int64:
			if f.Kind == comity.Owner {
				rec.SetOwner(f, f.Owners[0], value)
			} else {
				rec.SetInt(f, value)
			}
		case time.Time:
			rec.Set(f, comity.TimeCell(value))
		case comity.Cell:
			rec.Set(f, value)
		}
	}
	return comity.Input{Record: rec}
}

func (w *world) add(t tb, r *comity.Resource, v values) int64 {
	t.Helper()
	added, err := w.Add(t.Context(), tester, r, v.input(r))
	if err != nil {
		t.Fatalf("add a %s: %v", r.Singular, err)
	}
	return added.Id
}

func (w *world) edit(t tb, r *comity.Resource, id int64, v values) {
	t.Helper()
	if err := w.Edit(t.Context(), tester, r, id, v.input(r)); err != nil {
		t.Fatalf("edit %s %d: %v", r.Singular, id, err)
	}
}

func (w *world) remove(t tb, r *comity.Resource, id int64) {
	t.Helper()
	if err := w.Delete(t.Context(), tester, r, id); err != nil {
		t.Fatalf("delete %s %d: %v", r.Singular, id, err)
	}
}

func (w *world) get(t tb, r *comity.Resource, id int64) *comity.Record {
	t.Helper()
	rec, err := w.View(t.Context(), tester, r, id)
	if err != nil {
		t.Fatalf("view %s %d: %v", r.Singular, id, err)
	}
	return rec
}

// list returns all records that meet the conditions.
func (w *world) list(t tb, r *comity.Resource, conditions ...store.Condition) (records []*comity.Record) {
	t.Helper()
	err := w.store.Read(t.Context(), func(tx *store.Tx) (err error) {
		records, err = tx.List(t.Context(), r, 0, 10_000, conditions...)
		return err
	})
	if err != nil {
		t.Fatalf("list %s: %v", r.Plural, err)
	}
	return records
}

func (w *world) person(t tb) int64 {
	t.Helper()
	return w.add(t, comity.CoPerson.Resource, values{comity.CoPerson.CoId: w.co, comity.CoPerson.Status: comity.Active})
}

func (w *world) group(t tb, name string) int64 {
	t.Helper()
	return w.add(t, comity.CoGroup.Resource, values{
		comity.CoGroup.CoId: w.co, comity.CoGroup.Name: name, comity.CoGroup.Status: comity.Active,
	})
}

// nest nests a group in a target group.
func (w *world) nest(t tb, group, target int64) int64 {
	t.Helper()
	f := comity.CoGroupNesting
	return w.add(t, f.Resource, values{f.CoGroupId: group, f.TargetCoGroupId: target})
}

// join makes a person a member of a group.
func (w *world) join(t tb, person, group int64) int64 {
	t.Helper()
	f := comity.CoGroupMember
	return w.add(t, f.Resource, values{f.CoGroupId: group, f.Person: person, f.Member: true})
}

// raw changes the tables without the store.
func (w *world) raw(t *testing.T, statement string, args ...any) {
	t.Helper()
	db := openRaw(t, w.name)
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func openRaw(t *testing.T, name string) *sql.DB {
	t.Helper()
	if !store.IsPostgres(name) {
		// The tables' triggers write to an index of FTS5, which the driver needs.
		db, err := driver.Open("file:"+name+"?_pragma=busy_timeout(20000)", store.AddExtensions)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db, err := sql.Open("pgx", name)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// phrase returns the phrase of a refusal, "" for none.
func phrase(err error) string {
	if e := (*comity.Error)(nil); errors.As(err, &e) {
		return e.Phrase
	}
	return ""
}
