package registry_test

import (
	"database/sql"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that reads PostgreSQL's tables
	"github.com/ncruces/go-sqlite3/driver"

	"comity/internal/registry/registrytest"
	"comity/internal/store/db"
)

// fixture is a registry with one CO, whose tables can be read and changed without the store.
type fixture struct{ *registrytest.Fixture }

// onBoth runs a test on SQLite and on PostgreSQL, each time with a fixture of its own.
func onBoth(t *testing.T, test func(t *testing.T, fx fixture)) {
	t.Helper()
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		t.Helper()
		test(t, fixture{fx})
	})
}

func newFixture(t testing.TB, database string, portion time.Duration) fixture {
	t.Helper()
	return fixture{registrytest.New(t, database, portion)}
}

// raw changes the tables without the store.
func (fx fixture) raw(t *testing.T, statement string, args ...any) {
	t.Helper()
	db := openRaw(t, fx.Database)
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func openRaw(t *testing.T, name string) *sql.DB {
	t.Helper()
	if !db.IsPostgres(name) {
		// The tables' triggers write to an index of FTS5, which the driver needs.
		db, err := driver.Open("file:"+name+"?_pragma=busy_timeout(20000)", db.AddExtensions)
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
