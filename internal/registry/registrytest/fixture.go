// Package registrytest has the fixture of the tests of the registry and of its read models: a registry with one
// CO, on SQLite or PostgreSQL, with a clock that the test sets, and short ways to change it.
package registrytest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/dbtest"
	"comity/internal/registry"
	"comity/internal/registry/view"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/plantest"
	"comity/internal/store/seal"
)

// Fixture is a registry with one CO.
type Fixture struct {
	*registry.Registry
	*view.Reader
	Store *db.DB
	// Database is the name of the database.
	Database string
	CoId     int64

	// portion is how long a transaction of many rows may run on SQLite, 0 for the default.
	portion time.Duration
	mu      sync.Mutex
	now     time.Time
}

// Began returns the time that it is until a test waits.
func Began() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }

// Tester returns the caller of the fixture's changes, who may do everything.
func Tester() authz.Caller { return authz.System("tester") }

// TB is what the helpers need of a test or of a property.
type TB interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// OnBoth runs a test on SQLite and on PostgreSQL, each time with a fixture of its own.
func OnBoth(t *testing.T, test func(t *testing.T, fx *Fixture)) {
	t.Helper()
	t.Parallel()
	for name, database := range Databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, New(t, database(t), 0))
		})
	}
}

// Databases returns functions that make a database with empty tables, by the name of its kind.
func Databases() map[string]func(t testing.TB) string {
	return map[string]func(t testing.TB) string{
		"SQLite":     func(t testing.TB) string { t.Helper(); return migrated.SQLite(t) },
		"PostgreSQL": func(t testing.TB) string { t.Helper(); return migrated.PostgreSQL(t) },
	}
}

// migrated is a database with the tables, and nothing in them.
var migrated = dbtest.New(func(ctx context.Context, database string) error {
	_, err := db.Migrate(ctx, database)
	return err
})

// statements are those that the tests run.
var statements = plantest.New()

// Main runs the tests of a package, checks the plans of the statements that they ran (package plantest), and returns
// the status to exit with.
func Main(m *testing.M) int {
	status := m.Run()
	if err := statements.Check(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

// New returns a fixture on a database with empty tables. portion is how long a transaction of many rows may run
// on SQLite, 0 for the default.
func New(t testing.TB, database string, portion time.Duration) *Fixture {
	t.Helper()
	fx := &Fixture{now: Began(), portion: portion}
	fx.open(t, database)
	if _, _, err := fx.Bootstrap(t.Context()); err != nil {
		t.Fatal(err)
	}
	fx.CoId = fx.Insert(t, comity.Co.Resource, Values{comity.Co.Name: "Physics", comity.Co.Status: comity.Active})
	return fx
}

// Empty returns a fixture without a CO, on a database with empty tables.
func Empty(t testing.TB, database string, now time.Time) *Fixture {
	t.Helper()
	fx := &Fixture{now: now}
	fx.open(t, database)
	return fx
}

func (fx *Fixture) open(t testing.TB, database string) {
	t.Helper()
	sealer, err := seal.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	fx.Database = database
	fx.Store, err = store.Open(t.Context(), db.Options{Database: database, Clock: fx.Now, Sealer: sealer, Connections: 4, Portion: fx.portion, Trace: statements.Trace(database)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := fx.Store.Close(); err != nil {
			t.Error(err)
		}
	})
	fx.Registry, fx.Reader = registry.New(fx.Store, func() {}), view.New(fx.Store)
}

// Now returns the time of the fixture's clock.
func (fx *Fixture) Now() time.Time {
	fx.mu.Lock()
	defer fx.mu.Unlock()
	return fx.now
}

// Wait sets the clock ahead.
func (fx *Fixture) Wait(d time.Duration) {
	fx.mu.Lock()
	defer fx.mu.Unlock()
	fx.now = fx.now.Add(d)
}

// Values are the fields that a request names.
type Values map[*comity.Field]any

// Input returns the request that names the values of a resource.
func (v Values) Input(r *comity.Resource) comity.Input {
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

// Insert adds a record, and returns its id.
func (fx *Fixture) Insert(t TB, r *comity.Resource, v Values) int64 {
	t.Helper()
	added, err := fx.Add(t.Context(), Tester(), r, v.Input(r))
	if err != nil {
		t.Fatalf("add a %s: %v", r.Singular, err)
	}
	return added.Id
}

// Change edits a record.
func (fx *Fixture) Change(t TB, r *comity.Resource, id int64, v Values) {
	t.Helper()
	if err := fx.Edit(t.Context(), Tester(), r, id, v.Input(r)); err != nil {
		t.Fatalf("edit %s %d: %v", r.Singular, id, err)
	}
}

// Remove deletes a record.
func (fx *Fixture) Remove(t TB, r *comity.Resource, id int64) {
	t.Helper()
	if err := fx.Delete(t.Context(), Tester(), r, id); err != nil {
		t.Fatalf("delete %s %d: %v", r.Singular, id, err)
	}
}

// Get returns a record.
func (fx *Fixture) Get(t TB, r *comity.Resource, id int64) *comity.Record {
	t.Helper()
	rec, err := fx.Record(t.Context(), Tester(), r, id)
	if err != nil {
		t.Fatalf("view %s %d: %v", r.Singular, id, err)
	}
	return rec
}

// Records returns all records of a resource that meet the conditions.
func (fx *Fixture) Records(t TB, r *comity.Resource, conditions ...db.Condition) (records []*comity.Record) {
	t.Helper()
	err := fx.Store.Read(t.Context(), func(tx *db.Tx) (err error) {
		records, err = store.List(t.Context(), tx, r, 0, 10_000, conditions...)
		return err
	})
	if err != nil {
		t.Fatalf("list %s: %v", r.Plural, err)
	}
	return records
}

// NewPerson adds a person without a name.
func (fx *Fixture) NewPerson(t TB) int64 {
	t.Helper()
	return fx.Insert(t, comity.CoPerson.Resource, Values{comity.CoPerson.CoId: fx.CoId, comity.CoPerson.Status: comity.Active})
}

// NewGroup adds a group.
func (fx *Fixture) NewGroup(t TB, name string) int64 {
	t.Helper()
	return fx.Insert(t, comity.CoGroup.Resource, Values{
		comity.CoGroup.CoId: fx.CoId, comity.CoGroup.Name: name, comity.CoGroup.Status: comity.Active,
	})
}

// Nest nests a group in a target group.
func (fx *Fixture) Nest(t TB, group, target int64) int64 {
	t.Helper()
	f := comity.CoGroupNesting
	return fx.Insert(t, f.Resource, Values{f.CoGroupId: group, f.TargetCoGroupId: target})
}

// Join makes a person a member of a group.
func (fx *Fixture) Join(t TB, person, group int64) int64 {
	t.Helper()
	f := comity.CoGroupMember
	return fx.Insert(t, f.Resource, Values{f.CoGroupId: group, f.Person: person, f.Member: true})
}

// NewNamed adds a person with a name, and identifiers or addresses.
func (fx *Fixture) NewNamed(t TB, given, family string, known ...string) int64 {
	t.Helper()
	n, i, e := comity.Name, comity.Identifier, comity.EmailAddress
	person := fx.NewPerson(t)
	fx.Insert(t, n.Resource, Values{n.Person: person, n.Given: given, n.Family: family, n.Type: "official", n.PrimaryName: true})
	for _, text := range known {
		if comity.IsEmailAddress(text) {
			fx.Insert(t, e.Resource, Values{e.Person: person, e.Mail: text, e.Type: "official"})
			continue
		}
		fx.Insert(t, i.Resource, Values{i.Person: person, i.Identifier: text, i.Type: "uid", i.Status: comity.Active})
	}
	return person
}

// NewUnit adds a unit to the CO, below the parent if that is not 0.
func (fx *Fixture) NewUnit(t TB, name string, parent int64) int64 {
	t.Helper()
	f := comity.Cou
	v := Values{f.CoId: fx.CoId, f.Name: name}
	if parent != 0 {
		v[f.ParentId] = parent
	}
	return fx.Insert(t, f.Resource, v)
}

// NewRole gives a person an active role in a unit.
func (fx *Fixture) NewRole(t TB, person, unit int64) int64 {
	t.Helper()
	f := comity.CoPersonRole
	return fx.Insert(t, f.Resource, Values{f.Person: person, f.CouId: unit, f.Affiliation: "staff", f.Status: comity.Active})
}

// InsertMany adds records a thousand at a time.
func (fx *Fixture) InsertMany(t TB, r *comity.Resource, all []Values) (ids []int64) {
	t.Helper()
	for len(all) > 0 {
		n := min(len(all), 1000)
		var inputs []comity.Input
		for _, v := range all[:n] {
			inputs = append(inputs, v.Input(r))
		}
		results, err := fx.AddAll(t.Context(), Tester(), r, inputs, registry.Idempotency{})
		if err != nil {
			t.Fatalf("add %d %s: %v", n, r.Plural, err)
		}
		for _, result := range results {
			ids = append(ids, result.Id)
		}
		all = all[n:]
	}
	return ids
}

// ManyPeople adds people, and returns their ids.
func (fx *Fixture) ManyPeople(t TB, n int) []int64 {
	t.Helper()
	all := make([]Values, n)
	for i := range all {
		all[i] = Values{comity.CoPerson.CoId: fx.CoId, comity.CoPerson.Status: comity.Active}
	}
	return fx.InsertMany(t, comity.CoPerson.Resource, all)
}

// JoinAll makes people members of a group.
func (fx *Fixture) JoinAll(t TB, group int64, people []int64) []int64 {
	t.Helper()
	f := comity.CoGroupMember
	all := make([]Values, len(people))
	for i, p := range people {
		all[i] = Values{f.CoGroupId: group, f.Person: p, f.Member: true}
	}
	return fx.InsertMany(t, f.Resource, all)
}

// Phrase returns the phrase of a refusal, "" for none.
func Phrase(err error) comity.Phrase {
	if e := (*comity.Error)(nil); errors.As(err, &e) {
		return e.Phrase
	}
	return ""
}
