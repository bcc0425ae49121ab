package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
)

// automatic is the rule of automatic memberships in these tests.
var automatic = groups.AutomaticRule{
	Never:    comity.Deleted,
	Active:   []string{comity.Active, comity.GracePeriod},
	AllGroup: comity.GroupMembers, ActiveGroup: comity.GroupActive,
}

// coSpec describes a small CO: people, roles, units and groups, and memberships, of which some match the rule and
// some do not. They refer to each other by index.
type coSpec struct {
	people []string // statuses
	units  int
	roles  []roleSpec
	groups []groupSpec
	// members are pairs of a group and a person.
	members map[[2]int]bool
}

type roleSpec struct {
	person, unit int // unit -1: none
	status       string
}

type groupSpec struct {
	unit      int
	groupType string
	auto      bool
}

// randomCO returns a random description of a small CO.
func randomCO(t *rapid.T) coSpec {
	statuses := rapid.SampledFrom([]string{comity.Active, comity.GracePeriod, comity.Suspended, comity.Deleted, comity.Pending})
	w := coSpec{
		people:  rapid.SliceOfN(statuses, 1, 4).Draw(t, "people"),
		units:   rapid.IntRange(0, 2).Draw(t, "units"),
		members: map[[2]int]bool{},
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "roles") {
		w.roles = append(w.roles, roleSpec{
			person: rapid.IntRange(0, len(w.people)-1).Draw(t, fmt.Sprintf("person of role %d", i)),
			unit:   rapid.IntRange(-1, w.units-1).Draw(t, fmt.Sprintf("unit of role %d", i)),
			status: statuses.Draw(t, fmt.Sprintf("status of role %d", i)),
		})
	}
	for unit := -1; unit < w.units; unit++ {
		for groupType, auto := range map[string]bool{comity.GroupMembers: true, comity.GroupActive: true, comity.GroupAdmins: false} {
			w.groups = append(w.groups, groupSpec{unit, groupType, auto})
		}
	}
	slices.SortFunc(w.groups, func(a, b groupSpec) int { return slices.Compare([]string{a.groupType}, []string{b.groupType}) })
	for g := range w.groups {
		for p := range w.people {
			if rapid.Bool().Draw(t, fmt.Sprintf("%d in group %d", p, g)) {
				w.members[[2]int{g, p}] = true
			}
		}
	}
	return w
}

// entitled returns whether the rule puts a person in a group.
func (w coSpec) entitled(group, person int) bool {
	g, status := w.groups[group], w.people[person]
	counts := func(status string) bool {
		if g.groupType == comity.GroupMembers {
			return status != comity.Deleted
		}
		return status == comity.Active || status == comity.GracePeriod
	}
	if g.unit < 0 {
		return counts(status)
	}
	return slices.ContainsFunc(w.roles, func(r roleSpec) bool {
		return r.person == person && r.unit == g.unit && counts(r.status) && counts(status)
	})
}

// storedCO has the ids and records of a CO that addCO stored.
type storedCO struct {
	co, target            int64
	people, units, groups []int64
	members               map[[2]int]*comity.Record
}

// addCO stores a new CO as the coSpec describes it, with a target.
func (fx *fixture) addCO(t tb, w coSpec) (out storedCO) {
	t.Helper()
	fx.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		out = storedCO{members: map[[2]int]*comity.Record{}}
		put := func(where db.Place, rec *comity.Record) *comity.Record {
			rec.CoId = out.co
			if err == nil {
				err = store.Insert(ctx, tx, rec, actor, where)
			}
			return rec
		}
		out.co = put(db.Place{}, row(comity.Co.Resource)).Id
		where := db.Place{CoId: out.co}
		target, unit, group := comity.CoProvisioningTarget, comity.Cou, comity.CoGroup
		out.target = put(where, row(target.Resource, target.CoId, out.co, target.Plugin, comity.PluginAPI, target.Status, comity.ModeQueue)).Id
		put(where, row(target.Resource, target.CoId, out.co, target.Plugin, comity.PluginAPI, target.Status, comity.ModeManual))
		for range w.units {
			out.units = append(out.units, put(where, row(unit.Resource, unit.CoId, out.co)).Id)
		}
		for _, g := range w.groups {
			rec := row(group.Resource, group.CoId, out.co, group.GroupType, g.groupType, group.Auto, g.auto)
			if g.unit >= 0 {
				set(rec, group.CouId, out.units[g.unit])
			}
			out.groups = append(out.groups, put(where, rec).Id)
		}
		for _, status := range w.people {
			out.people = append(out.people, put(where, row(comity.CoPerson.Resource, comity.CoPerson.CoId, out.co, comity.CoPerson.Status, status)).Id)
		}
		of := func(person int) (db.Place, comity.Cell) {
			id := out.people[person]
			return db.Place{CoId: out.co, CoPersonId: id}, comity.OwnerCell(comity.OwnerCO.Word, id)
		}
		for _, r := range w.roles {
			where, owner := of(r.person)
			rec := row(comity.CoPersonRole.Resource, comity.CoPersonRole.Person, owner, comity.CoPersonRole.Status, r.status)
			if r.unit >= 0 {
				set(rec, comity.CoPersonRole.CouId, out.units[r.unit])
			}
			put(where, rec)
		}
		for g := range w.groups {
			for p := range w.people {
				if m := comity.CoGroupMember; w.members[[2]int{g, p}] {
					where, owner := of(p)
					out.members[[2]int{g, p}] = put(where, row(m.Resource, m.CoGroupId, out.groups[g], m.Person, owner, m.Member, true))
				}
			}
		}
		return err
	})
	return out
}

// testAutomatic synchronizes the memberships of random COs, each in a random scope, and checks memberships, history and
// deliveries.
func testAutomatic(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	elsewhere := fx.addCO(t, coSpec{people: []string{comity.Active}, groups: []groupSpec{{-1, comity.GroupMembers, true}}})
	rapidtest.Check(t, func(t *rapid.T) {
		w := randomCO(t)
		x := fx.addCO(t, w)
		scope, in := groups.Scope{CoId: x.co}, func(int, int) bool { return true }
		switch rapid.IntRange(0, 2).Draw(t, "scope") {
		case 1:
			one := rapid.IntRange(0, len(w.people)-1).Draw(t, "person of the scope")
			scope, in = groups.Scope{CoId: x.co, CoPersonId: x.people[one]}, func(_, p int) bool { return p == one }
		case 2:
			one := rapid.IntRange(0, len(w.groups)-1).Draw(t, "group of the scope")
			scope, in = groups.Scope{CoId: x.co, CoGroupId: x.groups[one]}, func(g, _ int) bool { return g == one }
		}
		before := fx.countRevisions(t)
		changes := fx.checkSync(t, w, x, scope, in)
		if got := fx.countRevisions(t) - before; got != int64(changes) {
			t.Errorf("%d revisions for %d changes", got, changes)
		}
		// A second run changes nothing.
		fx.sync(t, scope)
		if got := fx.countRevisions(t) - before; got != int64(changes) {
			t.Errorf("%d revisions for %d changes, after it was done again", got, changes)
		}
	})
	if n := len(fx.list(t, comity.CoGroupMember.Resource, store.Equal("co_id", elsewhere.co))); n != 0 {
		t.Errorf("another CO has %d memberships", n)
	}
}

func (fx *fixture) countRevisions(t tb) int64 {
	t.Helper()
	return fx.count(t, `SELECT count(*) FROM history`)
}

// sync synchronizes the memberships of a scope, by another actor than the one that added the records.
func (fx *fixture) sync(t tb, scope groups.Scope) {
	t.Helper()
	fx.write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := groups.SyncAutomatic(ctx, tx, scope, automatic, "the rules")
		return err
	})
}

// checkSync synchronizes the memberships of a scope, checks them, and returns how many should have changed.
func (fx *fixture) checkSync(t tb, w coSpec, x storedCO, scope groups.Scope, in func(group, person int) bool) (changes int) {
	t.Helper()
	fx.clearDeliveries(t, x.co)
	fx.sync(t, scope)
	f := comity.CoGroupMember
	now := map[pair]*comity.Record{}
	for _, rec := range fx.list(t, f.Resource, store.Equal("co_id", x.co)) {
		now[pair{rec.Int(f.CoGroupId), rec.OwnedBy(comity.OwnerCO)}] = rec
	}
	var enqueued []pair
	for g := range w.groups {
		for p := range w.people {
			was, is := x.members[[2]int{g, p}], now[pair{x.groups[g], x.people[p]}]
			want := was != nil
			if w.groups[g].auto && in(g, p) {
				want = w.entitled(g, p)
			}
			if want != (was != nil) {
				changes++
				enqueued = append(enqueued, pair{x.target, x.people[p]})
			}
			switch {
			case want != (is != nil):
				t.Errorf("person %d in group %d: %v, want %v", p, g, is != nil, want)
			case was != nil && is != nil:
				same(t, was, is)
			case was != nil:
				fx.checkRemoved(t, was)
			case is != nil:
				fx.checkAdded(t, is, x.groups[g], x.people[p])
			}
		}
	}
	slices.SortFunc(enqueued, pair.compare)
	if diff := cmp.Diff(slices.Compact(enqueued), fx.pending(t, x.co), cmp.AllowUnexported(pair{})); diff != "" {
		t.Errorf("enqueued (-want +got):\n%s", diff)
	}
	return changes
}

// checkRemoved fails the test unless the history shows that a membership was removed.
func (fx *fixture) checkRemoved(t tb, was *comity.Record) {
	t.Helper()
	chain := fx.revisionsOf(t, was.Resource, was.Id)
	checkChain(t, chain, false)
	if last := chain[len(chain)-1]; last.Actor != "the rules" || !cmp.Equal(last.Data, data(was)) {
		t.Errorf("membership %d was removed as %+v", was.Id, last)
	}
}

// checkAdded fails the test unless a membership and its history are like those of one that was added by an insert.
func (fx *fixture) checkAdded(t tb, is *comity.Record, group, person int64) {
	t.Helper()
	chain := fx.revisionsOf(t, is.Resource, is.Id)
	checkChain(t, chain, true)
	checkPresent(t, is, chain)
	want := row(is.Resource, comity.CoGroupMember.CoGroupId, group, comity.CoGroupMember.Person, comity.OwnerCell(comity.OwnerCO.Word, person),
		comity.CoGroupMember.Member, true)
	want.Id, want.CoId, want.Actor, want.Created, want.Modified = is.Id, is.CoId, "the rules", is.Modified, is.Modified
	same(t, want, is)
	if r := chain[0]; r.Person != person || r.Group != group || len(chain) != 1 {
		t.Errorf("membership %d has the history %+v", is.Id, chain)
	}
}

// testMemberships reads the memberships that are valid at a time.
func testMemberships(t *testing.T, b Backend) {
	fx := b.newFixture(t)
	f, g := comity.CoGroupMember, comity.CoGroup
	co := fx.co(t)
	unit := fx.insert(t, comity.Cou.Resource, comity.Cou.CoId, co)
	ada, bob, none := fx.person(t, co), fx.person(t, co), fx.person(t, co)
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	var want []groups.PersonMembership
	put := func(counts bool, who *comity.Record, group, pairs []any) {
		t.Helper()
		in := fx.insert(t, g.Resource, append([]any{g.CoId, co}, group...)...)
		fx.insert(t, f.Resource, slices.Concat([]any{f.CoGroupId, in, f.Person, who}, pairs)...)
		if counts {
			want = append(want, groups.PersonMembership{
				CoPersonId: who.Id, CoGroupId: in.Id, CouId: in.Int(g.CouId), Name: in.Text(g.Name), GroupType: in.Text(g.GroupType),
			})
		}
	}
	member := []any{f.Member, true}
	put(true, ada, nil, member)
	put(true, bob, nil, member)
	put(true, ada, []any{g.CouId, unit, g.GroupType, comity.GroupActive, g.Name, "ünï \"x\""}, member)
	put(true, ada, nil, []any{f.Member, true, f.Owner, true})
	put(false, ada, nil, []any{f.Owner, true})
	put(false, ada, nil, nil)
	put(false, ada, []any{g.Status, comity.Suspended}, member)
	put(true, ada, nil, []any{f.Member, true, f.ValidFrom, now, f.ValidThrough, now})
	put(false, ada, nil, []any{f.Member, true, f.ValidFrom, now.Add(time.Second)})
	put(false, ada, nil, []any{f.Member, true, f.ValidThrough, now.Add(-time.Second)})

	for _, tt := range []struct {
		name   string
		people []int64
	}{
		{"of nobody", nil},
		{"of one", []int64{ada.Id}},
		{"of two", []int64{bob.Id, ada.Id}},
		{"of one who has none", []int64{none.Id}},
		{"of many, who are mostly not there", append(slices.Repeat([]int64{1 << 40}, 100), bob.Id)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []groups.PersonMembership
			fx.read(t, func(ctx context.Context, tx *db.Tx) (err error) {
				got, err = groups.MembershipsNow(ctx, tx, tt.people, comity.Active, now)
				return err
			})
			slices.SortFunc(got, func(a, b groups.PersonMembership) int { return int(a.CoGroupId - b.CoGroupId) })
			var wanted []groups.PersonMembership
			for _, m := range want {
				if slices.Contains(tt.people, m.CoPersonId) {
					wanted = append(wanted, m)
				}
			}
			if diff := cmp.Diff(wanted, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
