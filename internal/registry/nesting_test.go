package registry_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
	"comity/internal/registry/registrytest"
	"comity/internal/store"
)

// nestingModel models the memberships of a few groups and people, and the nestings that they derive from.
type nestingModel struct {
	groups, people []int64
	active, all    map[int64]bool
	edges          map[int64]nestingEdge
	own            map[int64]ownMembership
}

type nestingEdge struct {
	group, target int64
	negate        bool
}

type ownMembership struct {
	group, person int64
	member        bool
	from, through time.Time
}

// derived is a derived row.
type derived struct{ Group, Person, Nesting int64 }

// rows returns the derived rows, computed from below until nothing changes.
func (m *nestingModel) rows(now time.Time) []derived {
	known := map[int64][]derived{}
	for range len(m.groups) + 1 {
		next := map[int64][]derived{}
		for _, target := range m.groups {
			next[target] = m.rowsOf(target, known, now)
		}
		known = next
	}
	var all []derived
	for _, rows := range known {
		all = append(all, rows...)
	}
	slices.SortFunc(all, compareDerived)
	return all
}

func compareDerived(a, b derived) int {
	return slices.Compare([]int64{a.Group, a.Person, a.Nesting}, []int64{b.Group, b.Person, b.Nesting})
}

func (m *nestingModel) rowsOf(target int64, known map[int64][]derived, now time.Time) []derived {
	var rows []derived
	for _, person := range m.people {
		allowed := true
		for _, e := range m.edges {
			if e.target != target {
				continue
			}
			counts := m.counts(e.group, person, known, now)
			if e.negate && counts || m.all[target] && !e.negate && !counts {
				allowed = false
			}
		}
		for id, e := range m.edges {
			if allowed && e.target == target && !e.negate && m.counts(e.group, person, known, now) {
				rows = append(rows, derived{target, person, id})
			}
		}
	}
	return rows
}

// counts says whether a person is a member of a group, by a row of their own or a derived one.
func (m *nestingModel) counts(group, person int64, known map[int64][]derived, now time.Time) bool {
	if !m.active[group] {
		return false
	}
	for _, o := range m.own {
		in := (o.from.IsZero() || !now.Before(o.from)) && (o.through.IsZero() || !now.After(o.through))
		if o.group == group && o.person == person && o.member && in {
			return true
		}
	}
	return slices.ContainsFunc(known[group], func(d derived) bool { return d.Person == person })
}

// reaches says whether there is a path from one group up to another.
func (m *nestingModel) reaches(from, to int64) bool {
	if from == to {
		return true
	}
	for _, e := range m.edges {
		if e.group == from && m.reaches(e.target, to) {
			return true
		}
	}
	return false
}

// A nesting that moves to a group below moves its rows, too.
func TestANestingMovesToAnotherTarget(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		f := comity.CoGroupNesting
		person, bottom, middle, top := fx.NewPerson(t), fx.NewGroup(t, "bottom"), fx.NewGroup(t, "middle"), fx.NewGroup(t, "top")
		fx.Join(t, person, bottom)
		fx.Nest(t, middle, top)
		nesting := fx.Nest(t, bottom, top)
		for _, target := range []int64{middle, top, middle} {
			fx.Change(t, f.Resource, nesting, registrytest.Values{f.CoGroupId: bottom, f.TargetCoGroupId: target})
			if in := fx.in(t, person, "middle"); in != (target == middle) || !fx.in(t, person, "top") {
				t.Errorf("nested in %d the person is in the middle: %v", target, in)
			}
			if problems, err := fx.Check(t.Context()); err != nil || len(problems) > 0 {
				t.Errorf("check: %v, error %v", problems, err)
			}
		}
	})
}

// A person who was excluded from a group by one of the groups that must all contain them becomes a member
// when that one is deleted.
func TestWithoutANestedGroupTheOthersSuffice(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		g, u := comity.CoGroup, comity.Cou
		for name, remove := range map[string]func(t *testing.T, target int64){
			"nesting": func(t *testing.T, target int64) {
				fx.Remove(t, comity.CoGroupNesting.Resource, fx.Nest(t, fx.NewGroup(t, "empty for its nesting"), target))
			},
			"group": func(t *testing.T, target int64) {
				group := fx.NewGroup(t, "empty")
				fx.Nest(t, group, target)
				fx.Remove(t, g.Resource, group)
			},
			"unit": func(t *testing.T, target int64) {
				unit := fx.Insert(t, u.Resource, registrytest.Values{u.CoId: fx.CoId, u.Name: "Empty"})
				group := fx.Insert(t, g.Resource, registrytest.Values{g.CoId: fx.CoId, g.CouId: unit, g.Name: "of a unit", g.Status: comity.Active})
				within := fx.Insert(t, g.Resource, registrytest.Values{g.CoId: fx.CoId, g.CouId: unit, g.Name: "of a unit, too", g.Status: comity.Active, g.NestingModeAll: true})
				fx.Nest(t, group, within)
				fx.Nest(t, group, target)
				fx.Remove(t, u.Resource, unit)
			},
		} {
			t.Run(name, func(t *testing.T) {
				person, full := fx.NewPerson(t), fx.NewGroup(t, "full for the "+name)
				fx.Join(t, person, full)
				target := fx.Insert(t, g.Resource, registrytest.Values{g.CoId: fx.CoId, g.Name: "all for the " + name, g.Status: comity.Active, g.NestingModeAll: true})
				fx.Nest(t, full, target)
				remove(t, target)
				if !fx.in(t, person, "all for the "+name) {
					t.Error("the person is not in the group")
				}
				if problems, err := fx.Check(t.Context()); err != nil || len(problems) > 0 {
					t.Errorf("check: %v, error %v", problems, err)
				}
			})
		}
	})
}

func TestNestingsFollowTheModel(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		rapidtest.Check(t, func(t *rapid.T) { followModel(t, fx) })
		if problems, err := fx.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("check: %v, error %v", problems, err)
		}
	})
}

// The part of a large change that is left to later transactions is done before the answer.
func TestNestingsFollowTheModelInPortions(t *testing.T) {
	t.Parallel()
	fx := newFixture(t, registrytest.Databases()["SQLite"](t), time.Nanosecond)
	rapidtest.Check(t, func(t *rapid.T) { followModel(t, fx) })
	if problems, err := fx.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("check: %v, error %v", problems, err)
	}
}

func followModel(t *rapid.T, fx fixture) {
	g := comity.CoGroup
	m := &nestingModel{
		active: map[int64]bool{}, all: map[int64]bool{}, edges: map[int64]nestingEdge{}, own: map[int64]ownMembership{},
	}
	fx.CoId = fx.Insert(t, comity.Co.Resource, registrytest.Values{comity.Co.Name: fmt.Sprintf("CO of %p", m), comity.Co.Status: comity.Active})
	defer fx.Remove(t, comity.Co.Resource, fx.CoId)
	for i := range 5 {
		m.groups = append(m.groups, fx.NewGroup(t, fmt.Sprintf("group %d", i)))
		m.active[m.groups[i]] = true
	}
	for range 3 {
		m.people = append(m.people, fx.NewPerson(t))
	}
	var done time.Time
	editGroup := func(id int64) {
		status := comity.Suspended
		if m.active[id] {
			status = comity.Active
		}
		rec := fx.Get(t, g.Resource, id)
		fx.Change(t, g.Resource, id, registrytest.Values{g.CoId: fx.CoId, g.Name: rec.Text(g.Name), g.Status: status, g.NestingModeAll: m.all[id]})
	}
	t.Repeat(map[string]func(*rapid.T){
		"nest":   func(t *rapid.T) { m.nest(t, fx) },
		"unnest": func(t *rapid.T) { m.unnest(t, fx) },
		"join":   func(t *rapid.T) { m.join(t, fx) },
		"change": func(t *rapid.T) { m.change(t, fx) },
		"leave":  func(t *rapid.T) { m.leave(t, fx) },
		"suspend or resume": func(t *rapid.T) {
			id := rapid.SampledFrom(m.groups).Draw(t, "group")
			m.active[id] = !m.active[id]
			editGroup(id)
		},
		"mode": func(t *rapid.T) {
			id := rapid.SampledFrom(m.groups).Draw(t, "group")
			m.all[id] = !m.all[id]
			editGroup(id)
		},
		"delete": func(t *rapid.T) { m.remove(t, fx) },
		"time passes": func(t *rapid.T) {
			fx.Wait(time.Duration(rapid.IntRange(1, 3).Draw(t, "hours")) * time.Hour)
			var err error
			if done, err = fx.Tick(t.Context(), done); err != nil {
				t.Fatalf("tick: %v", err)
			}
		},
		"": func(t *rapid.T) {
			f := comity.CoGroupMember
			var got []derived
			for _, rec := range fx.Records(t, f.Resource, store.Equal("co_id", fx.CoId), store.IsSet(f.CoGroupNestingId.Column)) {
				got = append(got, derived{rec.Int(f.CoGroupId), rec.OwnedBy(comity.OwnerCO), rec.Int(f.CoGroupNestingId)})
			}
			slices.SortFunc(got, compareDerived)
			if diff := cmp.Diff(m.rows(fx.Now()), got); diff != "" {
				t.Fatalf("derived rows (-want +got):\n%s", diff)
			}
		},
	})
}

func (m *nestingModel) nest(t *rapid.T, fx fixture) {
	f := comity.CoGroupNesting
	e := nestingEdge{
		rapid.SampledFrom(m.groups).Draw(t, "group"), rapid.SampledFrom(m.groups).Draw(t, "target"),
		rapid.IntRange(0, 3).Draw(t, "negate") == 0,
	}
	v := registrytest.Values{f.CoGroupId: e.group, f.TargetCoGroupId: e.target, f.Negate: e.negate}
	added, err := fx.Add(t.Context(), registrytest.Tester(), f.Resource, v.Input(f.Resource))
	if m.reaches(e.target, e.group) {
		if registrytest.Phrase(err) != "Nesting Would Create Cycle" {
			t.Fatalf("a cycle: %v", err)
		}
		return
	}
	for _, other := range m.edges {
		if other.group == e.group && other.target == e.target {
			if registrytest.Phrase(err) != "Forbidden" {
				t.Fatalf("the same nesting twice: %v", err)
			}
			return
		}
	}
	if err != nil {
		t.Fatalf("nest: %v", err)
	}
	m.edges[added.Id] = e
}

// remove deletes a group, and adds another in its place.
func (m *nestingModel) remove(t *rapid.T, fx fixture) {
	at := rapid.IntRange(0, len(m.groups)-1).Draw(t, "group")
	id := m.groups[at]
	fx.Remove(t, comity.CoGroup.Resource, id)
	maps.DeleteFunc(m.edges, func(_ int64, e nestingEdge) bool { return e.group == id || e.target == id })
	maps.DeleteFunc(m.own, func(_ int64, o ownMembership) bool { return o.group == id })
	m.groups[at] = fx.NewGroup(t, fmt.Sprint("in place of ", id))
	m.active[m.groups[at]] = true
}

func (m *nestingModel) unnest(t *rapid.T, fx fixture) {
	if id, ok := drawKey(t, m.edges); ok {
		fx.Remove(t, comity.CoGroupNesting.Resource, id)
		delete(m.edges, id)
	}
}

func (m *nestingModel) join(t *rapid.T, fx fixture) {
	f := comity.CoGroupMember
	o := ownMembership{group: rapid.SampledFrom(m.groups).Draw(t, "group"), person: rapid.SampledFrom(m.people).Draw(t, "person"), member: true}
	for _, other := range m.own {
		if other.group == o.group && other.person == o.person {
			return
		}
	}
	v := registrytest.Values{f.CoGroupId: o.group, f.Person: o.person, f.Member: true}
	if rapid.Bool().Draw(t, "begins") {
		o.from = fx.Now().Add(time.Duration(rapid.IntRange(-2, 4).Draw(t, "from")) * time.Hour)
		v[f.ValidFrom] = o.from
	}
	if rapid.Bool().Draw(t, "ends") {
		o.through = fx.Now().Add(time.Duration(rapid.IntRange(-1, 6).Draw(t, "through")) * time.Hour)
		if !o.through.After(o.from) {
			o.through = o.from.Add(time.Hour)
		}
		v[f.ValidThrough] = o.through
	}
	m.own[fx.Insert(t, f.Resource, v)] = o
}

func (m *nestingModel) change(t *rapid.T, fx fixture) {
	if id, ok := drawKey(t, m.own); ok {
		f, o := comity.CoGroupMember, m.own[id]
		o.member = !o.member
		fx.Change(t, f.Resource, id, registrytest.Values{f.CoGroupId: o.group, f.Person: o.person, f.Member: o.member, f.Owner: true})
		m.own[id] = o
	}
}

func (m *nestingModel) leave(t *rapid.T, fx fixture) {
	if id, ok := drawKey(t, m.own); ok {
		fx.Remove(t, comity.CoGroupMember.Resource, id)
		delete(m.own, id)
	}
}

func drawKey[T any](t *rapid.T, of map[int64]T) (int64, bool) {
	if len(of) == 0 {
		return 0, false
	}
	var ids []int64
	for id := range of {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return rapid.SampledFrom(ids).Draw(t, "id"), true
}
