package store_test

import (
	"context"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// The history is read in one statement for any number of rows, with the revision before each row and its
// actor.
func TestHistoryIsReadInOneStatement(t *testing.T) {
	t.Parallel()
	for database, s := range recordedOfEach(t) {
		crowd(t, s)
		for name, read := range map[string]func(context.Context, *db.Tx) (int, error){
			"a list": func(ctx context.Context, tx *db.Tx) (int, error) {
				lines, err := store.List(ctx, tx, comity.HistoryRecord.Resource, 0, 1000, store.Equal("co_id", int64(1)))
				return len(lines), err
			},
			"of people": func(ctx context.Context, tx *db.Tx) (int, error) {
				lines, err := store.ListBy(ctx, tx, comity.HistoryRecord.Resource, "co_person_id", []int64{1, 2, 3, 4})
				return len(lines[1]) + len(lines[4]), err
			},
		} {
			t.Run(database+"/"+name, func(t *testing.T) {
				err := s.Read(t.Context(), func(tx *db.Tx) error {
					lines := 0
					statements, err := s.run(t.Context(), tx, func(ctx context.Context, tx *db.Tx) (err error) {
						lines, err = read(ctx, tx)
						return err
					})
					if lines < 20 || len(statements) != 1 {
						t.Errorf("%d lines in %d statements", lines, len(statements))
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
