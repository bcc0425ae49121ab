package history_test

import (
	"context"
	"strings"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/storetest"
)

// The history is read in one statement for any number of rows, with the revision before each row and its
// actor.
func TestHistoryIsReadInOneStatement(t *testing.T) {
	t.Parallel()
	for kind, database := range map[string]string{"SQLite": storetest.SQLite(t), "PostgreSQL": storetest.PostgreSQL(t)} {
		statements := 0
		s, err := store.Open(t.Context(), db.Options{Database: database, Trace: func(sql string, _ []any) {
			if !strings.HasPrefix(sql, "SET ") {
				statements++
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		co := storetest.Add(t, s, comity.Co.Resource)
		var people []int64
		for range 4 {
			person := storetest.Add(t, s, comity.CoPerson.Resource, comity.CoPerson.CoId, co)
			for range 9 {
				storetest.Edit(t, s, person)
			}
			people = append(people, person.Id)
		}
		for name, read := range map[string]func(context.Context, *db.Tx) (int, error){
			"a list": func(ctx context.Context, tx *db.Tx) (int, error) {
				rows, err := store.List(ctx, tx, comity.HistoryRecord.Resource, 0, 1000, store.Equal("co_id", co.Id))
				return len(rows), err
			},
			"of people": func(ctx context.Context, tx *db.Tx) (int, error) {
				rows, err := store.ListBy(ctx, tx, comity.HistoryRecord.Resource, "co_person_id", people)
				return len(rows[people[0]]) + len(rows[people[3]]), err
			},
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				err := s.Read(t.Context(), func(tx *db.Tx) error {
					statements = 0
					rows, err := read(t.Context(), tx)
					if rows < 20 || statements != 1 {
						t.Errorf("%d rows in %d statements", rows, statements)
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
