package history_test

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/history"
	"comity/internal/store/storetest"
)

// TestHistoryIsFoundByTime: Find finds the rows of a range of time, in order of time, in any order of
// their ids. A clock that was set back, here twice, makes older rows with higher ids, and a large change
// makes many rows of one time.
func TestHistoryIsFoundByTime(t *testing.T) {
	type row struct {
		id, since int64
		resource  string
		actor     string
		person    int64
	}
	for kind, s := range storetest.Databases(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var all []row
			resources := []string{comity.CoGroup.Singular, comity.CoPerson.Singular, comity.Name.Singular}
			// Seconds of two days, set back by a day after a third of the rows and by an hour after two.
			const day = 24 * 3600
			for i := range int64(120) {
				since := day + i*600
				switch {
				case i >= 80:
					since -= 3600
				case i >= 40 && i < 60:
					since -= day
				case i >= 60:
					since = 5 * day // all at one time
				}
				all = append(all, row{i + 1, since, resources[i%3], fmt.Sprintf("actor-%d", i%2), i%4 + 1})
			}
			err := s.WriteAlone(t.Context(), func(tx *db.Tx) error {
				for _, r := range all {
					_, err := tx.Exec(t.Context(), `INSERT INTO history (id, resource, record_id, revision, operation, actor, since, co_id, co_person_id, co_group_id, data)
						VALUES ($1, $2, $1, 0, $3, $4, $5, 1, $6, $6, '{}')`,
						db.Args{r.id, r.resource, operationOf(r.id), r.actor, r.since * 1e6, r.person})
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for narrowed, q := range map[string]history.Query{
				"all": {}, "a resource": {Resource: comity.CoGroup.Resource}, "an actor": {Actor: "actor-1"}, "a person": {CoPersonId: 2},
				"a group": {CoGroupId: 3}, "deletes": {Operation: comity.OpDelete}, "a person by an actor": {CoPersonId: 2, Actor: "actor-1"},
				"a record": {Resource: comity.CoGroup.Resource, RecordId: 61},
			} {
				for _, span := range [][2]int64{{}, {0, day}, {day, 2 * day}, {day + 100, day + 7300}, {5 * day, 0}, {0, 5 * day}, {5 * day, 5*day + 1}, {9 * day, 0}} {
					t.Run(fmt.Sprintf("%s from %d until %d", narrowed, span[0], span[1]), func(t *testing.T) {
						q := q
						q.CoId, q.Limit = 1, 7
						if span[0] != 0 {
							q.From = time.Unix(span[0], 0)
						}
						if span[1] != 0 {
							q.Until = time.Unix(span[1], 0)
						}
						wanted := slices.DeleteFunc(slices.Clone(all), func(r row) bool {
							return r.since < span[0] || span[1] != 0 && r.since >= span[1] ||
								q.Resource != nil && r.resource != q.Resource.Singular || q.Actor != "" && r.actor != q.Actor ||
								q.CoPersonId != 0 && r.person != q.CoPersonId || q.CoGroupId != 0 && r.person != q.CoGroupId ||
								q.Operation != "" && operationOf(r.id) != q.Operation || q.RecordId != 0 && r.id != q.RecordId
						})
						slices.SortFunc(wanted, func(a, b row) int { return cmp.Or(cmp.Compare(b.since, a.since), cmp.Compare(b.id, a.id)) })
						var want, got []int64
						for _, r := range wanted {
							want = append(want, r.id)
						}
						err := s.Read(t.Context(), func(tx *db.Tx) error {
							got = nil
							return pages(t.Context(), tx, q, &got)
						})
						if err != nil {
							t.Fatal(err)
						}
						if !slices.Equal(got, want) {
							t.Errorf("found are %v, want %v", got, want)
						}
					})
				}
			}
		})
	}
}

// operationOf returns the operation of the test's row with an id.
func operationOf(id int64) string {
	if id%5 == 0 {
		return comity.OpDelete
	}
	return comity.OpAdd
}

// pages appends the ids of all rows that a query finds, page by page.
func pages(ctx context.Context, tx *db.Tx, q history.Query, ids *[]int64) error {
	for {
		page, err := history.Find(ctx, tx, q)
		for _, found := range page.Rows {
			*ids = append(*ids, found.Record.Id)
		}
		if err != nil || page.Next == 0 {
			return err
		}
		q.Before = page.Next
	}
}

// A page searches a limited number of rows: where few meet the query, it has less than it could, and the next one
// continues.
func TestFindSearchesSome(t *testing.T) {
	t.Parallel()
	for kind, s := range storetest.Databases(t) {
		t.Run(kind, func(t *testing.T) {
			ctx := t.Context()
			co := storetest.Add(t, s, comity.Co.Resource)
			err := s.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
					INSERT INTO history (resource, record_id, revision, operation, actor, since, co_id, data)
					SELECT 'Cou', i, 0, 'add', 'program', i, $1, '{}' FROM n`, db.Args{co.Id})
				if err != nil {
					return err
				}
				_, err = tx.Exec(ctx, `UPDATE history SET actor = 'somebody' WHERE co_id = $1 AND resource = 'Cou' AND record_id IN (1, 2, 2500, 4900)`, db.Args{co.Id})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			var found [][]int64
			err = s.Read(ctx, func(tx *db.Tx) error {
				q := history.Query{CoId: co.Id, Resource: comity.Cou.Resource, Limit: 10, Visible: store.ChangedBy("somebody")}
				for {
					page, err := history.Find(ctx, tx, q)
					ids := []int64{}
					for _, row := range page.Rows {
						ids = append(ids, row.Change.After.Id)
					}
					if found = append(found, ids); err != nil || page.Next == 0 {
						return err
					}
					q.Before = page.Next
				}
			})
			if want := [][]int64{{4900}, {2500}, {2, 1}}; err != nil || !reflect.DeepEqual(found, want) {
				t.Errorf("the pages are %v (%v), want %v", found, err, want)
			}
		})
	}
}
