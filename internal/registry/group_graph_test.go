package registry_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/registry/registrytest"
	"comity/internal/store"
)

// derivedRows counts the derived rows of a CO.
func (fx fixture) derivedRows(t *testing.T) (n int) {
	t.Helper()
	db := openRaw(t, fx.Database)
	defer func() { _ = db.Close() }()
	err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM co_group_members WHERE co_group_nesting_id IS NOT NULL`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Ten layers of ten groups, each nested in all of the layer above: a membership at the bottom derives a row
// for each nesting. There are 10 to the 9th paths to the top.
func TestDenseGraph(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		const layers, width = 10, 10
		groups := make([][]int64, layers)
		for i := range groups {
			for j := range width {
				groups[i] = append(groups[i], fx.NewGroup(t, fmt.Sprintf("group %d of layer %d", j, i)))
			}
		}
		f := comity.CoGroupNesting
		var nestings []registrytest.Values
		for i := range layers - 1 {
			for _, below := range groups[i] {
				for _, above := range groups[i+1] {
					nestings = append(nestings, registrytest.Values{f.CoGroupId: below, f.TargetCoGroupId: above})
				}
			}
		}
		fx.InsertMany(t, f.Resource, nestings)
		person := fx.NewPerson(t)
		member := fx.Join(t, person, groups[0][0])
		if got, want := fx.derivedRows(t), width+(layers-2)*width*width; got != want {
			t.Errorf("%d derived rows, want %d", got, want)
		}
		fx.Remove(t, comity.CoGroupMember.Resource, member)
		if got := fx.derivedRows(t); got != 0 {
			t.Errorf("%d derived rows of nobody", got)
		}
	})
}

// The graph of groups has limits, so that a membership derives no more rows than a short transaction can
// write.
func TestBoundsOfTheGraph(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		f := comity.CoGroupNesting
		refused := func(t *testing.T, group, target int64, words string) {
			t.Helper()
			_, err := fx.Add(t.Context(), registrytest.Tester(), f.Resource, registrytest.Values{f.CoGroupId: group, f.TargetCoGroupId: target}.Input(f.Resource))
			var e *comity.Error
			if !errors.As(err, &e) || e.Phrase != comity.PhraseForbidden || !strings.Contains(e.Detail, words) {
				t.Errorf("it is answered %v, want one with %q", err, words)
			}
		}
		var all []registrytest.Values
		for i := range 60 {
			all = append(all, registrytest.Values{comity.CoGroup.CoId: fx.CoId, comity.CoGroup.Name: fmt.Sprintf("group %d", i), comity.CoGroup.Status: comity.Active})
		}
		groups := fx.InsertMany(t, comity.CoGroup.Resource, all)
		var chain []registrytest.Values
		for i := range 50 {
			chain = append(chain, registrytest.Values{f.CoGroupId: groups[i], f.TargetCoGroupId: groups[i+1]})
		}
		fx.InsertMany(t, f.Resource, chain)
		refused(t, groups[50], groups[51], "51 levels deep")
		refused(t, groups[51], groups[0], "51 levels deep")
		fx.Nest(t, groups[51], groups[1])
		fx.raw(t, fmt.Sprintf(`INSERT INTO co_group_nestings (co_id, co_group_id, target_co_group_id, negate, created, modified, revision, actor)
			SELECT n.co_id, n.co_group_id, x.id, n.negate, 0, 0, 0, 'tester' FROM co_group_nestings n, co_groups x
			WHERE n.co_id = %d AND n.id = (SELECT min(id) FROM co_group_nestings) AND x.co_id = n.co_id AND x.id >= %d`, fx.CoId, groups[52]))
		for range 8 {
			fx.raw(t, fmt.Sprintf(`INSERT INTO co_group_nestings (co_id, co_group_id, target_co_group_id, negate, created, modified, revision, actor)
				SELECT n.co_id, n.co_group_id, n.target_co_group_id, n.negate, 0, 0, 0, 'tester' FROM co_group_nestings n
				WHERE n.co_id = %d ORDER BY n.id LIMIT 500`, fx.CoId))
		}
		refused(t, groups[52], groups[53], "at most 2000")
	})
}

// Changes of large groups update the groups in which they are nested in portions on SQLite, and are complete
// at the end: also if the program ended between two portions.
func TestLongChanges(t *testing.T) {
	t.Parallel()
	for name, database := range registrytest.Databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fx := newFixture(t, database(t), time.Nanosecond)
			g, n := comity.CoGroup, comity.CoGroupNesting
			people := fx.ManyPeople(t, 130)
			crowd, top, roof := fx.NewGroup(t, "crowd"), fx.NewGroup(t, "top"), fx.NewGroup(t, "roof")
			fx.JoinAll(t, crowd, people)
			fx.Nest(t, top, roof)
			check := func(t *testing.T, want int) {
				t.Helper()
				if got := fx.derivedRows(t); got != want {
					t.Errorf("%d derived rows, want %d", got, want)
				}
				if problems, err := fx.Check(t.Context()); err != nil || len(problems) > 0 {
					t.Errorf("check: %v, error %v", problems, err)
				}
			}
			suspend := func(status string) {
				fx.Change(t, g.Resource, crowd, registrytest.Values{g.CoId: fx.CoId, g.Name: "crowd", g.Status: status})
			}
			nesting := fx.Nest(t, crowd, top)
			check(t, 260)
			suspend(comity.Suspended)
			check(t, 0)
			suspend(comity.Active)
			check(t, 260)
			fx.Remove(t, n.Resource, nesting)
			check(t, 0)
			fx.Nest(t, crowd, top)
			check(t, 260)

			// A delete of which only the row of the long change was written, by a program that then ended.
			fx.Join(t, fx.NewPerson(t), crowd)
			fx.raw(t, fmt.Sprintf(`INSERT INTO long_changes (co_id, task, resource, record_id, after_id, actor) VALUES (%d, 'delete', 'CoGroup', %d, 0, 'tester')`, fx.CoId, crowd))
			if err := fx.CarryOn(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			check(t, 0)
			if left := fx.Records(t, comity.CoGroupMember.Resource, store.Equal("co_group_id", crowd)); len(left) > 0 {
				t.Errorf("%d rows are left of a group that is gone", len(left))
			}
		})
	}
}

// A CO is deleted in portions on SQLite, and completely in the end: also if the program ended between two.
func TestDeleteOfACOInPortions(t *testing.T) {
	t.Parallel()
	for name, database := range registrytest.Databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fx := newFixture(t, database(t), time.Nanosecond)
			fill := func(name string) int64 {
				fx.CoId = fx.Insert(t, comity.Co.Resource, registrytest.Values{comity.Co.Name: name, comity.Co.Status: comity.Active})
				unit := fx.Insert(t, comity.Cou.Resource, registrytest.Values{comity.Cou.CoId: fx.CoId, comity.Cou.Name: "Optics"})
				fx.Insert(t, comity.Cou.Resource, registrytest.Values{comity.Cou.CoId: fx.CoId, comity.Cou.Name: "Lasers", comity.Cou.ParentId: unit})
				people := fx.ManyPeople(t, 50)
				for _, p := range people[:10] {
					n, r := comity.Name, comity.CoPersonRole
					fx.Insert(t, n.Resource, registrytest.Values{n.Person: p, n.Given: "Ada", n.Type: "official", n.PrimaryName: true})
					fx.Insert(t, r.Resource, registrytest.Values{r.Person: p, r.CouId: unit, r.Status: comity.Active, r.Affiliation: "member", r.SponsorCoPersonId: people[49]})
				}
				crowd, top := fx.NewGroup(t, "crowd"), fx.NewGroup(t, "top")
				fx.JoinAll(t, crowd, people)
				fx.Nest(t, crowd, top)
				return fx.CoId
			}
			rows := func(co int64) (n int) {
				for _, r := range comity.Stored() {
					column := "co_id"
					if r == comity.Co.Resource {
						column = "id"
					}
					n += len(fx.Records(t, r, store.Equal(column, co)))
				}
				return n
			}
			kept, gone, interrupted := fill("Kept"), fill("Gone"), fill("Interrupted")
			before := rows(kept)
			fx.Remove(t, comity.Co.Resource, gone)
			if n := rows(gone); n > 0 {
				t.Errorf("%d records are left of a CO that is gone", n)
			}
			fx.raw(t, fmt.Sprintf(`INSERT INTO long_changes (co_id, task, resource, record_id, after_id, actor) VALUES (%d, 'delete', 'Co', %[1]d, 0, 'tester')`, interrupted))
			if err := fx.CarryOn(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			if n := rows(interrupted); n > 0 {
				t.Errorf("%d records are left of a CO whose delete was interrupted", n)
			}
			if n := rows(kept); n != before {
				t.Errorf("%d records are left of another CO, of %d", n, before)
			}
			if problems, err := fx.Check(t.Context()); err != nil || len(problems) > 0 {
				t.Errorf("check: %v, error %v", problems, err)
			}
		})
	}
}
