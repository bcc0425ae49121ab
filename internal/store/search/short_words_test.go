package search_test

import (
	"testing"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/search"
	"comity/internal/store/storetest"
)

// A letter that very many people have a word with is searched for at the start of the name that they are sorted by.
func TestLettersOfVeryMany(t *testing.T) {
	t.Parallel()
	for kind, s := range storetest.Databases(t) {
		t.Run(kind, func(t *testing.T) {
			ctx := t.Context()
			co := storetest.Add(t, s, comity.Co.Resource)
			err := s.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100)
					INSERT INTO co_people (co_id, status, created, modified, revision, actor) SELECT $1, 'Active', 0, 0, 0, 'tester' FROM n`, db.Args{co.Id})
				if err != nil {
					return err
				}
				_, err = tx.Exec(ctx, `UPDATE people_search SET sort = CASE WHEN id % 300 = 0 THEN 'evans ada' ELSE 'adams eve' END,
					words = CASE WHEN id % 300 = 0 THEN '  evans  ada' ELSE '  adams  eve' END WHERE co_id = $1`, db.Args{co.Id})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for text, want := range map[string]int{"e": 7, "ev": 7, "e a": 7, "eve": 50, "evans a": 7} {
				err := s.Read(ctx, func(tx *db.Tx) error {
					found, err := search.People(ctx, tx, search.Query{CoId: co.Id, Words: search.Words(text), Limit: 50})
					if len(found) != want {
						t.Errorf("%q finds %d people, want %d", text, len(found), want)
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
