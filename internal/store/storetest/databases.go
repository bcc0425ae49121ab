package storetest

import (
	"context"
	"testing"

	"comity"
	"comity/internal/dbtest"
	"comity/internal/store/db"
)

// empty has the databases with empty tables that tests get copies of.
var empty = dbtest.New(func(ctx context.Context, database string) error {
	_, err := db.Migrate(ctx, database)
	return err
})

// SQLite returns the path of a new database with empty tables, which is removed when the test ends.
func SQLite(t *testing.T) string {
	t.Helper()
	return empty.SQLite(t)
}

// PostgreSQL returns the URL of a new database with empty tables, which is removed when the test ends.
func PostgreSQL(t *testing.T) string {
	t.Helper()
	return empty.PostgreSQL(t)
}

// Databases opens a new database of each kind, by the name of the kind. They are closed when the test ends.
func Databases(t *testing.T) map[string]*db.DB {
	t.Helper()
	var b Backend
	return map[string]*db.DB{"SQLite": b.open(t, SQLite(t), db.Options{}), "PostgreSQL": b.open(t, PostgreSQL(t), db.Options{})}
}

// Add adds a record in a transaction of its own and returns it as stored. The pairs are fields and their
// values; a value of a field that refers to a record may be that record. Other required fields get a usual
// value.
func Add(t *testing.T, s *db.DB, r *comity.Resource, pairs ...any) *comity.Record {
	t.Helper()
	fx := fixture{store: s}
	return fx.insert(t, r, pairs...)
}

// Edit changes fields of a record in a transaction of its own and returns it as stored.
func Edit(t *testing.T, s *db.DB, rec *comity.Record, pairs ...any) *comity.Record {
	t.Helper()
	fx := fixture{store: s}
	return fx.edit(t, rec.Resource, rec.Id, pairs...)
}

// Delete deletes a record, with its dependents, in a transaction of its own.
func Delete(t *testing.T, s *db.DB, rec *comity.Record) {
	t.Helper()
	fx := fixture{store: s}
	fx.remove(t, rec.Resource, rec.Id)
}
