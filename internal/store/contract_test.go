package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"comity/internal/pgtest"
	"comity/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

func newFile(t *testing.T) string { return filepath.Join(t.TempDir(), "comity.db") }

func newDatabase(t *testing.T) string { return pgtest.URL(t) }

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Backend{Database: storetest.SQLite})
}

func TestSQLiteWithOneReader(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Backend{Database: storetest.SQLite, Connections: 1})
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Backend{Database: storetest.PostgreSQL})
}

func TestPostgresWithOneConnection(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Backend{Database: storetest.PostgreSQL, Connections: 1})
}
