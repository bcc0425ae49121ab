package db_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"comity/internal/pgtest"
	"comity/internal/store/db"
)

// A database is opened by its name: the path of a SQLite file, or the URL of a PostgreSQL database. Everything
// is read and written in closures that get a transaction, and every statement runs on both databases.
func TestExample(t *testing.T) {
	t.Parallel()
	for kind, name := range map[string]string{"SQLite": filepath.Join(t.TempDir(), "comity.db"), "PostgreSQL": pgtest.URL(t)} {
		t.Run(kind, func(t *testing.T) {
			ctx := t.Context()
			// Migrate creates the tables, or brings those of an older version up to date.
			if _, err := db.Migrate(ctx, name); err != nil {
				t.Fatal(err)
			}
			s, err := db.Open(ctx, db.Options{Database: name})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()

			// Write commits if its closure returns nil. The arguments are put in the order of the text.
			add := func(ctx context.Context, tx *db.Tx, id int64, co string) error {
				a := db.Args{tx.Now().UnixMicro()}
				_, err := tx.Exec(ctx, `INSERT INTO cos (id, name, status, created, modified, revision, actor)
					VALUES (`+a.Put(id)+`, `+a.Put(co)+`, 'Active', $1, $1, 0, 'ada')`, a)
				return err
			}
			err = s.Write(ctx, func(tx *db.Tx) error {
				return errors.Join(add(ctx, tx, 2, "Physics"), add(ctx, tx, 3, "Chemistry"))
			})
			if err != nil {
				t.Fatal(err)
			}

			// An error undoes everything that the closure has written.
			failure := errors.New("a failure")
			err = s.Write(ctx, func(tx *db.Tx) error { return errors.Join(add(ctx, tx, 4, "Alchemy"), failure) })
			if !errors.Is(err, failure) {
				t.Errorf("error %v, want that of the closure", err)
			}

			// The values of a row are read in the order of its columns.
			err = s.Read(ctx, func(tx *db.Tx) error {
				now := tx.Now()
				names, err := db.Collect(ctx, tx, `SELECT name, created FROM cos ORDER BY id`, nil, func(r *db.Row) (string, error) {
					name, created := r.Text(), r.Time()
					if created.After(now) {
						t.Errorf("%s was added at %v, after %v", name, created, now)
					}
					return name, nil
				})
				if len(names) != 2 || names[0] != "Physics" || names[1] != "Chemistry" {
					t.Errorf("read %v", names)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
