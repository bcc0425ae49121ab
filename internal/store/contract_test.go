package store_test

import (
	"context"
	"path/filepath"
	"testing"

	"comity/internal/dbtest"
	"comity/internal/pgtest"
	"comity/internal/store/db"
	"comity/internal/store/storetest"
)

func newFile(t *testing.T) string { return filepath.Join(t.TempDir(), "comity.db") }

func newDatabase(t *testing.T) string { return pgtest.URL(t) }

// blank creates databases with empty tables.
var blank = dbtest.New(func(ctx context.Context, database string) error {
	_, err := db.Migrate(ctx, database)
	return err
})

func migratedFile(t *testing.T) string {
	t.Helper()
	return blank.SQLite(t)
}

func migratedDatabase(t *testing.T) string {
	t.Helper()
	return blank.PostgreSQL(t)
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Backend{Database: migratedFile})
}

func TestSQLiteWithOneReader(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Backend{Database: migratedFile, Connections: 1})
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Backend{Database: migratedDatabase})
}

func TestPostgresWithOneConnection(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Backend{Database: migratedDatabase, Connections: 1})
}
