package registry_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/registry"
	"comity/internal/store"
)

// addMany adds records a thousand at a time.
func (w *world) addMany(t tb, r *comity.Resource, all []values) (ids []int64) {
	t.Helper()
	for len(all) > 0 {
		n := min(len(all), 1000)
		var inputs []comity.Input
		for _, v := range all[:n] {
			inputs = append(inputs, v.input(r))
		}
		results, err := w.AddAll(t.Context(), tester, r, inputs, registry.Once{})
		if err != nil {
			t.Fatalf("add %d %s: %v", n, r.Plural, err)
		}
		for _, result := range results {
			ids = append(ids, result.Id)
		}
		all = all[n:]
	}
	return ids
}

func (w *world) manyPeople(t tb, n int) []int64 {
	t.Helper()
	all := make([]values, n)
	for i := range all {
		all[i] = values{comity.CoPerson.CoId: w.co, comity.CoPerson.Status: comity.Active}
	}
	return w.addMany(t, comity.CoPerson.Resource, all)
}

func (w *world) joinAll(t tb, group int64, people []int64) []int64 {
	t.Helper()
	f := comity.CoGroupMember
	all := make([]values, len(people))
	for i, p := range people {
		all[i] = values{f.CoGroupId: group, f.Person: p, f.Member: true}
	}
	return w.addMany(t, f.Resource, all)
}

// derivedRows counts the derived rows of a CO.
func (w *world) derivedRows(t *testing.T) (n int) {
	t.Helper()
	db := openRaw(t, w.name)
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
	onBoth(t, func(t *testing.T, w *world) {
		const layers, width = 10, 10
		groups := make([][]int64, layers)
		for i := range groups {
			for j := range width {
				groups[i] = append(groups[i], w.group(t, fmt.Sprintf("group %d of layer %d", j, i)))
			}
		}
		f := comity.CoGroupNesting
		var nestings []values
		for i := range layers - 1 {
			for _, below := range groups[i] {
				for _, above := range groups[i+1] {
					nestings = append(nestings, values{f.CoGroupId: below, f.TargetCoGroupId: above})
				}
			}
		}
		w.addMany(t, f.Resource, nestings)
		person := w.person(t)
		member := w.join(t, person, groups[0][0])
		if got, want := w.derivedRows(t), width+(layers-2)*width*width; got != want {
			t.Errorf("%d derived rows, want %d", got, want)
		}
		w.remove(t, comity.CoGroupMember.Resource, member)
		if got := w.derivedRows(t); got != 0 {
			t.Errorf("%d derived rows of nobody", got)
		}
	})
}

// The graph of groups has limits, so that a membership derives no more rows than a short transaction can
// write.
func TestBoundsOfTheGraph(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		f := comity.CoGroupNesting
		refused := func(t *testing.T, group, target int64, words string) {
			t.Helper()
			_, err := w.Add(t.Context(), tester, f.Resource, values{f.CoGroupId: group, f.TargetCoGroupId: target}.input(f.Resource))
			var e *comity.Error
			if !errors.As(err, &e) || e.Phrase != comity.PhraseForbidden || !strings.Contains(e.Detail, words) {
				t.Errorf("it is answered %v, want one with %q", err, words)
			}
		}
		var all []values
		for i := range 60 {
			all = append(all, values{comity.CoGroup.CoId: w.co, comity.CoGroup.Name: fmt.Sprintf("group %d", i), comity.CoGroup.Status: comity.Active})
		}
		groups := w.addMany(t, comity.CoGroup.Resource, all)
		var chain []values
		for i := range 50 {
			chain = append(chain, values{f.CoGroupId: groups[i], f.TargetCoGroupId: groups[i+1]})
		}
		w.addMany(t, f.Resource, chain)
		refused(t, groups[50], groups[51], "51 levels deep")
		refused(t, groups[51], groups[0], "51 levels deep")
		w.nest(t, groups[51], groups[1])
		w.raw(t, fmt.Sprintf(`INSERT INTO co_group_nestings (co_id, co_group_id, target_co_group_id, negate, created, modified, revision, actor)
			SELECT n.co_id, n.co_group_id, x.id, n.negate, 0, 0, 0, 'tester' FROM co_group_nestings n, co_groups x
			WHERE n.co_id = %d AND n.id = (SELECT min(id) FROM co_group_nestings) AND x.co_id = n.co_id AND x.id >= %d`, w.co, groups[52]))
		for range 8 {
			w.raw(t, fmt.Sprintf(`INSERT INTO co_group_nestings (co_id, co_group_id, target_co_group_id, negate, created, modified, revision, actor)
				SELECT n.co_id, n.co_group_id, n.target_co_group_id, n.negate, 0, 0, 0, 'tester' FROM co_group_nestings n
				WHERE n.co_id = %d ORDER BY n.id LIMIT 500`, w.co))
		}
		refused(t, groups[52], groups[53], "at most 2000")
	})
}

// Changes of large groups update the groups in which they are nested in portions on SQLite, and are complete
// at the end: also if the program ended between two portions.
func TestLongChanges(t *testing.T) {
	t.Parallel()
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorldOf(t, database(t), time.Nanosecond)
			g, n := comity.CoGroup, comity.CoGroupNesting
			people := w.manyPeople(t, 130)
			crowd, top, roof := w.group(t, "crowd"), w.group(t, "top"), w.group(t, "roof")
			w.joinAll(t, crowd, people)
			w.nest(t, top, roof)
			check := func(t *testing.T, want int) {
				t.Helper()
				if got := w.derivedRows(t); got != want {
					t.Errorf("%d derived rows, want %d", got, want)
				}
				if problems, err := w.Check(t.Context()); err != nil || len(problems) > 0 {
					t.Errorf("check: %v, error %v", problems, err)
				}
			}
			suspend := func(status string) {
				w.edit(t, g.Resource, crowd, values{g.CoId: w.co, g.Name: "crowd", g.Status: status})
			}
			nesting := w.nest(t, crowd, top)
			check(t, 260)
			suspend(comity.Suspended)
			check(t, 0)
			suspend(comity.Active)
			check(t, 260)
			w.remove(t, n.Resource, nesting)
			check(t, 0)
			w.nest(t, crowd, top)
			check(t, 260)

			// A delete of which only the row of the long change was written, by a program that then ended.
			w.join(t, w.person(t), crowd)
			w.raw(t, fmt.Sprintf(`INSERT INTO long_changes (co_id, task, resource, record_id, after_id, actor) VALUES (%d, 'delete', 'CoGroup', %d, 0, 'tester')`, w.co, crowd))
			if err := w.CarryOn(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			check(t, 0)
			if left := w.list(t, comity.CoGroupMember.Resource, store.Equal("co_group_id", crowd)); len(left) > 0 {
				t.Errorf("%d rows are left of a group that is gone", len(left))
			}
		})
	}
}

// A CO is deleted in portions on SQLite, and completely in the end: also if the program ended between two.
func TestDeleteOfACOInPortions(t *testing.T) {
	t.Parallel()
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorldOf(t, database(t), time.Nanosecond)
			fill := func(name string) int64 {
				w.co = w.add(t, comity.Co.Resource, values{comity.Co.Name: name, comity.Co.Status: comity.Active})
				unit := w.add(t, comity.Cou.Resource, values{comity.Cou.CoId: w.co, comity.Cou.Name: "Optics"})
				w.add(t, comity.Cou.Resource, values{comity.Cou.CoId: w.co, comity.Cou.Name: "Lasers", comity.Cou.ParentId: unit})
				people := w.manyPeople(t, 50)
				for _, p := range people[:10] {
					n, r := comity.Name, comity.CoPersonRole
					w.add(t, n.Resource, values{n.Person: p, n.Given: "Ada", n.Type: "official", n.PrimaryName: true})
					w.add(t, r.Resource, values{r.Person: p, r.CouId: unit, r.Status: comity.Active, r.Affiliation: "member", r.SponsorCoPersonId: people[49]})
				}
				crowd, top := w.group(t, "crowd"), w.group(t, "top")
				w.joinAll(t, crowd, people)
				w.nest(t, crowd, top)
				return w.co
			}
			rows := func(co int64) (n int) {
				for _, r := range comity.Stored() {
					column := "co_id"
					if r == comity.Co.Resource {
						column = "id"
					}
					n += len(w.list(t, r, store.Equal(column, co)))
				}
				return n
			}
			kept, gone, interrupted := fill("Kept"), fill("Gone"), fill("Interrupted")
			before := rows(kept)
			w.remove(t, comity.Co.Resource, gone)
			if n := rows(gone); n > 0 {
				t.Errorf("%d records are left of a CO that is gone", n)
			}
			w.raw(t, fmt.Sprintf(`INSERT INTO long_changes (co_id, task, resource, record_id, after_id, actor) VALUES (%d, 'delete', 'Co', %[1]d, 0, 'tester')`, interrupted))
			if err := w.CarryOn(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			if n := rows(interrupted); n > 0 {
				t.Errorf("%d records are left of a CO whose delete was interrupted", n)
			}
			if n := rows(kept); n != before {
				t.Errorf("%d records are left of another CO, of %d", n, before)
			}
			if problems, err := w.Check(t.Context()); err != nil || len(problems) > 0 {
				t.Errorf("check: %v, error %v", problems, err)
			}
		})
	}
}
