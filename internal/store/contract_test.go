package store_test

import (
	"path/filepath"
	"testing"

	"comity/internal/pgtest"
	"comity/internal/store/storetest"
)

func newFile(t *testing.T) string { return filepath.Join(t.TempDir(), "comity.db") }

func newDatabase(t *testing.T) string { return pgtest.URL(t) }

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Backend{Database: newFile})
}

func TestSQLiteWithOneReader(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Backend{Database: newFile, Connections: 1})
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Backend{Database: newDatabase})
}

func TestPostgresWithOneConnection(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Backend{Database: newDatabase, Connections: 1})
}
