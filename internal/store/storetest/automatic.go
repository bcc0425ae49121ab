package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
)

var automatic = groups.AutomaticRule{
	Never:    comity.Deleted,
	Active:   []string{comity.Active, comity.GracePeriod},
	AllGroup: comity.GroupMembers, ActiveGroup: comity.GroupActive,
}

// world is a small CO: people, roles, units and groups, and memberships, of which some match the rule and some
// do not. All refer to each other by index.
type world struct {
	people []string // statuses
	units  int
	roles  []worldRole
	groups []worldGroup
	// members are pairs of a group and a person.
	members map[[2]int]bool
}

type worldRole struct {
	person, unit int // unit -1: none
	status       string
}

type worldGroup struct {
	unit      int
	groupType string
	auto      bool
}

// drawWorld draws a random world.
func drawWorld(t *rapid.T) world {
	statuses := rapid.SampledFrom([]string{comity.Active, comity.GracePeriod, comity.Suspended, comity.Deleted, comity.Pending})
	w := world{
		people:  rapid.SliceOfN(statuses, 1, 4).Draw(t, "people"),
		units:   rapid.IntRange(0, 2).Draw(t, "units"),
		members: map[[2]int]bool{},
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "roles") {
		w.roles = append(w.roles, worldRole{
			person: rapid.IntRange(0, len(w.people)-1).Draw(t, fmt.Sprintf("person of role %d", i)),
			unit:   rapid.IntRange(-1, w.units-1).Draw(t, fmt.Sprintf("unit of role %d", i)),
			status: statuses.Draw(t, fmt.Sprintf("status of role %d", i)),
		})
	}
	for unit := -1; unit < w.units; unit++ {
		for groupType, auto := range map[string]bool{comity.GroupMembers: true, comity.GroupActive: true, comity.GroupAdmins: false} {
			w.groups = append(w.groups, worldGroup{unit, groupType, auto})
		}
	}
	slices.SortFunc(w.groups, func(a, b worldGroup) int { return slices.Compare([]string{a.groupType}, []string{b.groupType}) })
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
func (w world) entitled(group, person int) bool {
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
	return slices.ContainsFunc(w.roles, func(r worldRole) bool {
		return r.person == person && r.unit == g.unit && counts(r.status) && counts(status)
	})
}

// built has the ids and records of a stored world.
type built struct {
	co, target            int64
	people, units, groups []int64
	members               map[[2]int]*comity.Record
}

// build stores a world in a new CO with a target.
func (b *bed) build(t tb, w world) (out built) {
	t.Helper()
	b.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		out = built{members: map[[2]int]*comity.Record{}}
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

// testAutomatic synchronizes the memberships of random worlds and scopes, and checks memberships, history and
// deliveries.
func testAutomatic(t *testing.T, b Backend) {
	bed := b.bed(t)
	elsewhere := bed.build(t, world{people: []string{comity.Active}, groups: []worldGroup{{-1, comity.GroupMembers, true}}})
	rapidtest.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		x := bed.build(t, w)
		scope, in := groups.Scope{CoId: x.co}, func(int, int) bool { return true }
		switch rapid.IntRange(0, 2).Draw(t, "scope") {
		case 1:
			one := rapid.IntRange(0, len(w.people)-1).Draw(t, "person of the scope")
			scope, in = groups.Scope{CoId: x.co, CoPersonId: x.people[one]}, func(_, p int) bool { return p == one }
		case 2:
			one := rapid.IntRange(0, len(w.groups)-1).Draw(t, "group of the scope")
			scope, in = groups.Scope{CoId: x.co, CoGroupId: x.groups[one]}, func(g, _ int) bool { return g == one }
		}
		before := bed.historySize(t)
		changes := bed.syncs(t, w, x, scope, in)
		if got := bed.historySize(t) - before; got != int64(changes) {
			t.Errorf("%d revisions for %d changes", got, changes)
		}
		// A second run changes nothing.
		bed.sync(t, scope)
		if got := bed.historySize(t) - before; got != int64(changes) {
			t.Errorf("%d revisions for %d changes, after it was done again", got, changes)
		}
	})
	if n := len(bed.list(t, comity.CoGroupMember.Resource, store.Equal("co_id", elsewhere.co))); n != 0 {
		t.Errorf("another CO has %d memberships", n)
	}
}

func (b *bed) historySize(t tb) int64 {
	t.Helper()
	return b.count(t, `SELECT count(*) FROM history`)
}

// sync synchronizes the memberships of a scope, by another actor than the one that built the world.
func (b *bed) sync(t tb, scope groups.Scope) {
	t.Helper()
	b.write(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := groups.SyncAutomatic(ctx, tx, scope, automatic, "the rules")
		return err
	})
}

// syncs synchronizes the memberships of a scope, checks them, and returns how many should have changed.
func (b *bed) syncs(t tb, w world, x built, scope groups.Scope, in func(group, person int) bool) (changes int) {
	t.Helper()
	b.clearDeliveries(t, x.co)
	b.sync(t, scope)
	f := comity.CoGroupMember
	now := map[pair]*comity.Record{}
	for _, rec := range b.list(t, f.Resource, store.Equal("co_id", x.co)) {
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
				b.removed(t, was)
			case is != nil:
				b.joined(t, is, x.groups[g], x.people[p])
			}
		}
	}
	slices.SortFunc(enqueued, pair.compare)
	if diff := cmp.Diff(slices.Compact(enqueued), b.marked(t, x.co), cmp.AllowUnexported(pair{})); diff != "" {
		t.Errorf("enqueued (-want +got):\n%s", diff)
	}
	return changes
}

// removed fails the test unless the history shows that a membership was removed.
func (b *bed) removed(t tb, was *comity.Record) {
	t.Helper()
	chain := b.of(t, was.Resource, was.Id)
	checkChain(t, chain, false)
	if last := chain[len(chain)-1]; last.Actor != "the rules" || !cmp.Equal(last.Data, data(was)) {
		t.Errorf("membership %d was removed as %+v", was.Id, last)
	}
}

// joined fails the test unless a membership and its history are like those of one that was added by an insert.
func (b *bed) joined(t tb, is *comity.Record, group, person int64) {
	t.Helper()
	chain := b.of(t, is.Resource, is.Id)
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
