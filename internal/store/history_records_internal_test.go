package store

import (
	"context"
	"testing"

	"comity"
)

// The history is read in one statement for any number of rows, with the revision before each row and its
// actor.
func TestHistoryIsReadInOneStatement(t *testing.T) {
	t.Parallel()
	for database, s := range map[string]*Store{"SQLite": openFile(t, nil), "PostgreSQL": openPostgresOf(t)} {
		crowd(t, s)
		for name, read := range map[string]func(context.Context, *Tx) (int, error){
			"a list": func(ctx context.Context, tx *Tx) (int, error) {
				lines, err := tx.List(ctx, comity.HistoryRecord.Resource, 0, 1000, Equal("co_id", int64(1)))
				return len(lines), err
			},
			"of people": func(ctx context.Context, tx *Tx) (int, error) {
				lines, err := tx.ListBy(ctx, comity.HistoryRecord.Resource, "co_person_id", []int64{1, 2, 3, 4})
				return len(lines[1]) + len(lines[4]), err
			},
		} {
			t.Run(database+"/"+name, func(t *testing.T) {
				err := s.Read(t.Context(), func(tx *Tx) error {
					r := &recorder{conn: tx.conn}
					lines, err := read(t.Context(), &Tx{conn: r, dialect: tx.dialect})
					if lines < 20 || len(r.statements) != 1 {
						t.Errorf("%d lines in %d statements", lines, len(r.statements))
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
}
