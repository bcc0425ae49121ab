package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
	"comity/internal/store/search"
	"comity/internal/store/storetest"
)

// veryMany is a CO in which more people than are counted are in one group and one unit, and have a part of their
// identifiers in common. There are as many groups, whose names have a part in common as well.
type veryMany struct {
	*db.DB
	co, unit, group int64
	// people are their ids.
	people []int64
}

const manyPeople = 2100

func newVeryMany(t *testing.T, s *db.DB) veryMany {
	t.Helper()
	ctx, co := t.Context(), storetest.Add(t, s, comity.Co.Resource)
	all := veryMany{DB: s, co: co.Id, unit: storetest.Add(t, s, comity.Cou.Resource, comity.Cou.CoId, co).Id}
	all.group = storetest.Add(t, s, comity.CoGroup.Resource, comity.CoGroup.CoId, co).Id
	const columns, values = "created, modified, revision, actor", "0, 0, 0, 'tester'"
	err := s.WriteAlone(ctx, func(tx *db.Tx) error {
		tx.CountChange(comity.Identifier.Resource)
		for _, sql := range []string{
			fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
				INSERT INTO co_people (co_id, status, %s) SELECT $1, 'Active', %s FROM n`, manyPeople, columns, values),
			fmt.Sprintf(`INSERT INTO co_person_roles (co_id, co_person_id, cou_id, affiliation, status, %s) SELECT $1, id, %d, 'staff', 'Active', %s FROM co_people WHERE co_id = $1`, columns, all.unit, values),
			fmt.Sprintf(`INSERT INTO co_group_members (co_id, co_group_id, co_person_id, member, owner, %s) SELECT $1, %d, id, true, false, %s FROM co_people WHERE co_id = $1`, columns, all.group, values),
			fmt.Sprintf(`INSERT INTO identifiers (co_id, co_person_id, identifier, identifier_folded, type, login, status, %s)
				SELECT $1, id, id || '@example.org', id || '@example.org', 'uid', false, 'Active', %s FROM co_people WHERE co_id = $1`, columns, values),
			fmt.Sprintf(`INSERT INTO co_groups (co_id, name, open, status, group_type, auto, nesting_mode_all, %s)
				SELECT $1, 'Readers of ' || id, false, 'Active', 'S', false, false, %s FROM co_people WHERE co_id = $1`, columns, values),
		} {
			if _, err := tx.Exec(ctx, sql, db.Args{co.Id}); err != nil {
				return err
			}
		}
		return search.Update(ctx, tx)
	})
	if err != nil {
		t.Fatal(err)
	}
	all.read(t, func(ctx context.Context, tx *db.Tx) error {
		people, err := store.List(ctx, tx, comity.CoPerson.Resource, 0, manyPeople, store.Equal("co_id", co.Id))
		for _, p := range people {
			all.people = append(all.people, p.Id)
		}
		return err
	})
	return all
}

func (all veryMany) read(t *testing.T, fn func(context.Context, *db.Tx) error) {
	t.Helper()
	if err := all.Snapshot(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// Of very many records a limited number is counted, and a search of what they have in common finds all of them.
func TestVeryMany(t *testing.T) {
	t.Parallel()
	for kind, s := range storetest.Databases(t) {
		t.Run(kind, func(t *testing.T) {
			all := newVeryMany(t, s)
			all.read(t, func(ctx context.Context, tx *db.Tx) error {
				members, err := groups.CountMembers(ctx, tx, all.group, time.Unix(1, 0))
				if want := (groups.Counts{Members: db.MaxCounted, AtLeast: true}); members != want {
					t.Errorf("the members are %+v, want %+v", members, want)
				}
				return err
			})
			all.read(t, func(ctx context.Context, tx *db.Tx) error {
				units, err := store.PeopleByUnit(ctx, tx, all.co, nil)
				if want := (store.UnitCount{People: db.MaxCounted, AtLeast: true}); units[all.unit] != want {
					t.Errorf("the people of the unit are %+v, want %+v", units[all.unit], want)
				}
				return err
			})
			all.read(t, func(ctx context.Context, tx *db.Tx) error {
				counts, err := store.PeopleByStatus(ctx, tx, all.co, store.HasRoleAmong([]int64{all.unit}, db.MaxCounted))
				if counts[comity.Active] != db.MaxCounted {
					t.Errorf("the people by status are %v", counts)
				}
				return err
			})
			t.Run("a part of identifiers", func(t *testing.T) {
				for part, want := range map[string][]int64{
					"@EXAMPLE": all.people, fmt.Sprintf("%d@e", all.people[7]): withEnd(all.people, all.people[7]), "@example.com": nil,
				} {
					all.read(t, func(ctx context.Context, tx *db.Tx) error {
						has, err := store.WithIdentifierPart(ctx, tx, comity.OwnerCO.Column, all.co, part)
						if err != nil {
							return err
						}
						return all.check(ctx, t, tx, comity.CoPerson.Resource, part, want, has)
					})
				}
			})
			t.Run("a part of names of groups", func(t *testing.T) {
				var ids []int64
				all.read(t, func(ctx context.Context, tx *db.Tx) error {
					found, err := store.List(ctx, tx, comity.CoGroup.Resource, all.group, manyPeople, store.Equal("co_id", all.co))
					for _, g := range found {
						ids = append(ids, g.Id)
					}
					return err
				})
				for part, want := range map[string][]int64{
					"READERS": ids, "re": ids, fmt.Sprintf("OF %d", all.people[manyPeople-1]): ids[manyPeople-1:], "%": nil, "writers": nil,
				} {
					all.read(t, func(ctx context.Context, tx *db.Tx) error {
						named, err := search.GroupsNamed(ctx, tx, all.co, part)
						if err != nil {
							return err
						}
						return all.check(ctx, t, tx, comity.CoGroup.Resource, part, want, named, store.NotID(all.group))
					})
				}
			})
		})
	}
}

// withEnd returns the ids whose digits end with those of another.
func withEnd(ids []int64, end int64) []int64 {
	digits := fmt.Sprint(end)
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool {
		text := fmt.Sprint(id)
		return len(text) < len(digits) || text[len(text)-len(digits):] != digits
	})
}

func (all veryMany) check(ctx context.Context, t *testing.T, tx *db.Tx, r *comity.Resource, what string, want []int64, conditions ...db.Condition) error {
	t.Helper()
	found, err := store.List(ctx, tx, r, 0, 2*manyPeople, append(conditions, store.Equal("co_id", all.co))...)
	var ids []int64
	for _, rec := range found {
		ids = append(ids, rec.Id)
	}
	if !slices.Equal(ids, want) {
		t.Errorf("%q finds %d records, want %d", what, len(ids), len(want))
	}
	return err
}
