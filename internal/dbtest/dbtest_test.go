package dbtest_test

import (
	"context"
	"database/sql"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"       // the driver pgx
	_ "github.com/ncruces/go-sqlite3/driver" // the driver sqlite3

	"comity/internal/dbtest"
)

func open(database string) (*sql.DB, error) {
	if strings.HasPrefix(database, "postgres:") {
		return sql.Open("pgx", database)
	}
	return sql.Open("sqlite3", "file:"+database)
}

func execute(ctx context.Context, database string, statements ...string) error {
	db, err := open(database)
	if err != nil {
		return err
	}
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return db.Close()
}

func TestCopiesAreApartAndPreparedOnce(t *testing.T) {
	t.Parallel()
	var prepared atomic.Int64
	template := dbtest.New(func(ctx context.Context, database string) error {
		prepared.Add(1)
		return execute(ctx, database, `CREATE TABLE people (id integer PRIMARY KEY)`, `INSERT INTO people VALUES (1)`)
	})
	for kind, copied := range map[string]func(testing.TB) string{"SQLite": template.SQLite, "PostgreSQL": template.PostgreSQL} {
		t.Run(kind, func(t *testing.T) {
			prepared.Store(0)
			for range 3 {
				database := copied(t)
				// Fails where another copy has got it.
				if err := execute(t.Context(), database, `INSERT INTO people VALUES (2)`); err != nil {
					t.Fatal(err)
				}
				db, err := open(database)
				if err != nil {
					t.Fatal(err)
				}
				var people int
				if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM people`).Scan(&people); err != nil || people != 2 {
					t.Errorf("it holds %d people, want what was prepared and what was added: %v", people, err)
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			}
			if n := prepared.Load(); n != 1 {
				t.Errorf("it was prepared %d times", n)
			}
		})
	}
}
