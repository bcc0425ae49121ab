package store

import (
	"path/filepath"
	"testing"

	"comity"
	"comity/internal/pgtest"
)

// Identifiers that an older program stored are found like new ones.
func TestOldIdentifiersAreIndexed(t *testing.T) {
	t.Parallel()
	old := []string{
		`INSERT INTO cos (id, name, status, created, modified, revision, actor) VALUES (4097, 'c', 'Active', 0, 0, 0, 'x')`,
		`INSERT INTO co_people (id, co_id, status, created, modified, revision, actor) VALUES (7, 4097, 'Active', 0, 0, 0, 'x')`,
		`INSERT INTO identifiers (co_id, co_person_id, identifier, identifier_folded, type, login, status, created, modified, revision, actor)
			VALUES (4097, 7, 'GHopper', 'ghopper', 'uid', false, 'Active', 0, 0, 0, 'x')`,
	}
	migrated(t, 2, old, func(t *testing.T, s *Store) {
		t.Helper()
		for _, co := range []int64{0, 4097} {
			err := s.Read(t.Context(), func(tx *Tx) error {
				found, err := tx.List(t.Context(), comity.CoPerson.Resource, 0, 10, HasIdentifierPart("co_person_id", co, "HOP"))
				if err == nil && len(found) != 1 {
					t.Errorf("%d people of CO %d are found", len(found), co)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// migrated runs a test on both databases, which an older program filled by statements at a version of the
// schema and this one has migrated.
func migrated(t *testing.T, version int64, old []string, test func(t *testing.T, s *Store)) {
	t.Helper()
	for kind, name := range map[string]string{"SQLite": filepath.Join(t.TempDir(), "comity.db"), "PostgreSQL": pgtest.URL(t)} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			p, db, err := migrator(ctx, name)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if _, err := p.UpTo(ctx, version); err != nil {
				t.Fatal(err)
			}
			for _, sql := range old {
				if _, err := db.ExecContext(ctx, sql); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := Migrate(ctx, name); err != nil {
				t.Fatal(err)
			}
			s, err := Open(ctx, Options{Database: name, Sealer: sealerOf(t, 1)})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			test(t, s)
		})
	}
}
