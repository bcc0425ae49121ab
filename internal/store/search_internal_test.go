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
	for kind, name := range map[string]string{"SQLite": filepath.Join(t.TempDir(), "comity.db"), "PostgreSQL": pgtest.URL(t)} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			p, db, err := migrator(ctx, name)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if _, err := p.UpTo(ctx, 2); err != nil {
				t.Fatal(err)
			}
			for _, sql := range []string{
				`INSERT INTO cos (id, name, status, created, modified, revision, actor) VALUES (4097, 'c', 'Active', 0, 0, 0, 'x')`,
				`INSERT INTO co_people (id, co_id, status, created, modified, revision, actor) VALUES (7, 4097, 'Active', 0, 0, 0, 'x')`,
				`INSERT INTO identifiers (co_id, co_person_id, identifier, identifier_folded, type, login, status, created, modified, revision, actor)
					VALUES (4097, 7, 'GHopper', 'ghopper', 'uid', false, 'Active', 0, 0, 0, 'x')`,
			} {
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
			for _, co := range []int64{0, 4097} {
				err := s.Read(ctx, func(tx *Tx) error {
					found, err := tx.List(ctx, comity.CoPerson.Resource, 0, 10, HasIdentifierPart("co_person_id", co, "HOP"))
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
}
