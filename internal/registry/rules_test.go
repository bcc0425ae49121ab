package registry_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
)

// sequence is the number of steps in a sequence. A property is checked with a hundred sequences, on two
// databases, so that this number makes ten thousand steps.
var sequence = func() int {
	if os.Getenv("COMITY_SOAK") != "" {
		return 1000
	}
	return 50
}()

// TestWhateverHappensTheRulesHold carries out random steps in the registry and in a model of its rules: each
// answer must be the one that the model predicts, and now and then everything that the registry lists must be
// what follows from the model.
func TestWhateverHappensTheRulesHold(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		number := 0
		rapidtest.Check(t, func(rt *rapid.T) {
			number++
			r := &run{T: rt, fixture: fx, model: newModel(), ticked: fx.Now()}
			r.at = fx.Now()
			r.CoId = fx.Insert(rt, comity.Co.Resource, registrytest.Values{comity.Co.Name: fmt.Sprint("CO ", number), comity.Co.Status: comity.Active})
			defer fx.Remove(rt, comity.Co.Resource, r.CoId)
			r.learnGroups()
			for range 3 {
				r.addPerson()
				r.addUnit()
				r.addGroup()
				r.addNesting()
			}
			names := slices.Sorted(maps.Keys(steps))
			for i := range sequence {
				steps[rapid.SampledFrom(names).Draw(rt, "step")](r)
				if i%25 == 24 {
					r.compare()
				}
			}
			if problems, err := fx.Check(rt.Context()); err != nil || len(problems) > 0 {
				rt.Fatalf("check: %v, error %v", problems, err)
			}
		})
	})
}

// lists returns all that the registry lists of a resource in the CO.
func (r *run) lists(res *comity.Resource) []*comity.Record {
	l, err := r.List(r.Context(), registrytest.Tester(), view.ListQuery{Resource: res, CoIds: []int64{r.CoId}})
	if err != nil {
		r.Fatalf("list %s: %v", res.Plural, err)
	}
	return l.Records
}

// compare compares what the registry lists with the model.
func (r *run) compare() {
	for _, c := range []struct {
		resource *comity.Resource
		row      func(*comity.Record) string
		want     []string
	}{
		{comity.CoPerson.Resource, personRow, rows(r.people, func(id int64, p *modelPerson) string { return line(id, p.status) })},
		{comity.CoPersonRole.Resource, roleRow, rows(r.roles, func(id int64, o *modelRole) string {
			return line(id, o.person, o.unit, o.status, o.from, o.through)
		})},
		{comity.Cou.Resource, unitRow, rows(r.units, func(id int64, u *modelUnit) string { return line(id, u.name, u.parent) })},
		{comity.CoGroup.Resource, groupRow, rows(r.groups, func(id int64, g *modelGroup) string {
			return line(id, r.nameOf(g), g.kind, g.auto(), g.unit, g.status, g.all)
		})},
		{comity.CoGroupNesting.Resource, nestingRow, rows(r.nestings, func(id int64, n *modelNesting) string {
			return line(id, n.group, n.target, n.negate)
		})},
		{comity.CoGroupMember.Resource, memberRow, r.memberRows()},
		{comity.Name.Resource, nameRow, rows(r.names, func(id int64, n *modelName) string { return line(id, n.person, n.primary) })},
		{comity.Identifier.Resource, identifierRow, rows(r.identifiers, func(id int64, i *modelIdentifier) string {
			return line(id, i.kind, i.text, i.person, i.group)
		})},
	} {
		got := []string{}
		for _, rec := range r.lists(c.resource) {
			got = append(got, c.row(rec))
		}
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			r.Fatalf("%s at %v (-model +registry):\n%s", c.resource.Plural, r.at, diff)
		}
	}
}

// memberRows returns the rows that were added, the automatic ones, and one for each nesting that makes a
// person a member.
func (r *run) memberRows() []string {
	out := rows(r.members, func(_ int64, o *modelMember) string {
		return line(o.group, o.person, int64(0), o.member, o.owner, o.from, o.through)
	})
	for group, g := range r.groups {
		for person := range r.people {
			by := r.derived(group, person)
			if r.automatic(g, person) {
				by = append(by, 0)
			}
			for _, nesting := range by {
				out = append(out, line(group, person, nesting, true, false, time.Time{}, time.Time{}))
			}
		}
	}
	slices.Sort(out)
	return out
}

func rows[V any](of map[int64]*V, row func(int64, *V) string) []string {
	out := []string{}
	for id, v := range of {
		out = append(out, row(id, v))
	}
	slices.Sort(out)
	return out
}

// line formats a row to compare and to read.
func line(values ...any) string {
	for i, v := range values {
		if t, is := v.(time.Time); is {
			values[i] = t.UTC().Format(comity.TimeLayout)
		}
	}
	return strings.TrimSpace(fmt.Sprintln(values...))
}

func personRow(rec *comity.Record) string { return line(rec.Id, rec.Text(comity.CoPerson.Status)) }

func roleRow(rec *comity.Record) string {
	f := comity.CoPersonRole
	return line(rec.Id, rec.OwnedBy(comity.OwnerCO), rec.Int(f.CouId), rec.Text(f.Status), timeOf(rec, f.ValidFrom), timeOf(rec, f.ValidThrough))
}

func unitRow(rec *comity.Record) string {
	return line(rec.Id, rec.Text(comity.Cou.Name), rec.Int(comity.Cou.ParentId))
}

func groupRow(rec *comity.Record) string {
	f := comity.CoGroup
	return line(rec.Id, rec.Text(f.Name), rec.Text(f.GroupType), rec.Bool(f.Auto), rec.Int(f.CouId), rec.Text(f.Status), rec.Bool(f.NestingModeAll))
}

func nestingRow(rec *comity.Record) string {
	f := comity.CoGroupNesting
	return line(rec.Id, rec.Int(f.CoGroupId), rec.Int(f.TargetCoGroupId), rec.Bool(f.Negate))
}

func memberRow(rec *comity.Record) string {
	f := comity.CoGroupMember
	return line(rec.Int(f.CoGroupId), rec.OwnedBy(comity.OwnerCO), rec.Int(f.CoGroupNestingId), rec.Bool(f.Member), rec.Bool(f.Owner),
		timeOf(rec, f.ValidFrom), timeOf(rec, f.ValidThrough))
}

func nameRow(rec *comity.Record) string {
	return line(rec.Id, rec.OwnedBy(comity.OwnerCO), rec.Bool(comity.Name.PrimaryName))
}

func identifierRow(rec *comity.Record) string {
	f := comity.Identifier
	return line(rec.Id, rec.Text(f.Type), rec.Text(f.Identifier), rec.OwnedBy(comity.OwnerCO), rec.OwnedBy(comity.OwnerGroup))
}

func timeOf(rec *comity.Record, f *comity.Field) time.Time {
	if !rec.Has(f) {
		return time.Time{}
	}
	return rec.Time(f)
}
