package store_test

import (
	"slices"
	"testing"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// ReferredBy and ReferredByEach find the same records, and so do RefersTo and RefersToEach.
func TestCorrelatedConditions(t *testing.T) {
	t.Parallel()
	for database, s := range tracedDatabases(t) {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			addPeople(t, s)
			name, person, role := comity.Name.Resource, comity.CoPerson.Resource, comity.CoPersonRole.Resource
			unit := store.In("cou_id", []int64{1})
			for _, tt := range []struct {
				name            string
				of              *comity.Resource
				set, correlated db.Condition
				want            []int64
			}{
				{"people with a role in the unit", person, store.ReferredBy("co_person_id", role, unit), store.ReferredByEach("co_person_id", role, unit), []int64{1, 3}},
				{"people with any role", person, store.ReferredBy("co_person_id", role), store.ReferredByEach("co_person_id", role), []int64{1, 2, 3}},
				{"people without one", person, store.Not(store.ReferredBy("co_person_id", role)), store.Not(store.ReferredByEach("co_person_id", role)), []int64{4}},
				{"names of people", name, store.RefersTo("co_person_id", person, store.Equal("status", "Active")), store.RefersToEach("co_person_id", person, store.Equal("status", "Active")), []int64{1, 2}},
				{
					"names of people with a role in the unit", name,
					store.RefersTo("co_person_id", person, store.ReferredBy("co_person_id", role, unit)),
					store.RefersToEach("co_person_id", person, store.ReferredByEach("co_person_id", role, unit)),
					[]int64{1, 3},
				},
			} {
				t.Run(tt.name, func(t *testing.T) {
					for how, c := range map[string]db.Condition{"a set": tt.set, "correlated": tt.correlated} {
						if got := ids(t, s, tt.of, c); !slices.Equal(got, tt.want) {
							t.Errorf("%s: %v, not %v", how, got, tt.want)
						}
					}
				})
			}
		})
	}
}

// addPeople adds four people: the first and third have a role in the first unit, the second has one in the other
// unit, the fourth has none; the third is suspended; the fourth name belongs to an org identity.
func addPeople(t *testing.T, s *tracedDB) {
	t.Helper()
	err := s.WriteAlone(t.Context(), func(tx *db.Tx) error {
		for _, sql := range []string{
			`INSERT INTO cos (id, name, status, created, modified, revision, actor) VALUES (31, 'c', 'Active', 0, 0, 0, 'tester')`,
			`INSERT INTO cous (id, co_id, name, created, modified, revision, actor) VALUES (1, 31, 'u', 0, 0, 0, 'tester'), (2, 31, 'v', 0, 0, 0, 'tester')`,
			`INSERT INTO co_people (id, co_id, status, created, modified, revision, actor)
				VALUES (1, 31, 'Active', 0, 0, 0, 'tester'), (2, 31, 'Active', 0, 0, 0, 'tester'), (3, 31, 'Suspended', 0, 0, 0, 'tester'), (4, 31, 'Active', 0, 0, 0, 'tester')`,
			`INSERT INTO org_identities (id, co_id, created, modified, revision, actor) VALUES (1, 31, 0, 0, 0, 'tester')`,
			`INSERT INTO co_person_roles (id, co_id, co_person_id, cou_id, affiliation, status, ordr, created, modified, revision, actor)
				VALUES (1, 31, 1, 1, 'staff', 'Active', 1, 0, 0, 0, 'tester'), (2, 31, 2, 2, 'staff', 'Active', 1, 0, 0, 0, 'tester'), (3, 31, 3, 1, 'staff', 'Active', 1, 0, 0, 0, 'tester')`,
			`INSERT INTO names (id, co_id, co_person_id, org_identity_id, given, given_folded, type, primary_name, created, modified, revision, actor)
				SELECT n.id, 31, CASE WHEN n.id < 4 THEN n.id END, CASE WHEN n.id = 4 THEN 1 END, 'g', 'g', 'official', true, 0, 0, 0, 'tester' FROM co_people n`,
		} {
			if _, err := tx.Exec(t.Context(), sql, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ids(t *testing.T, s *tracedDB, r *comity.Resource, c db.Condition) (ids []int64) {
	t.Helper()
	err := s.Read(t.Context(), func(tx *db.Tx) error {
		records, err := store.List(t.Context(), tx, r, 0, 20, c)
		for _, rec := range records {
			ids = append(ids, rec.Id)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}
