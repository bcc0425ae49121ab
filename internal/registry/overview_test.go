package registry_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry"
	"comity/internal/store"
)

func TestPeopleByStatus(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		f := comity.CoPerson
		const day = 24 * time.Hour
		status := func(person int64, status string) {
			w.edit(t, f.Resource, person, values{f.CoId: w.co, f.Status: status})
		}
		a, b, c := w.person(t), w.person(t), w.person(t)
		status(a, comity.Suspended)
		w.wait(day)
		status(b, comity.Suspended)
		w.edit(t, f.Resource, b, values{f.CoId: w.co, f.Status: comity.Suspended, f.Timezone: "Europe/Berlin"})
		w.wait(2 * day)
		w.remove(t, f.Resource, a)
		w.wait(day)

		first := began.Truncate(day)
		want := []registry.StatusesAt{
			{Day: first, People: map[string]int64{comity.Active: 2, comity.Suspended: 1}},
			{Day: first.Add(day), People: map[string]int64{comity.Active: 1, comity.Suspended: 2}},
			{Day: first.Add(3 * day), People: map[string]int64{comity.Active: 1, comity.Suspended: 1}},
			{Day: first.Add(4 * day), People: map[string]int64{comity.Active: 1, comity.Suspended: 1}},
		}
		check := func(t *testing.T) {
			t.Helper()
			got, err := w.PeopleOverTime(t.Context(), tester, w.co)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			now, err := w.PeopleByStatus(t.Context(), tester, w.co)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want[3].People, now); diff != "" {
				t.Errorf("now (-want +got):\n%s", diff)
			}
		}
		t.Run("as it was written", check)
		t.Run("added up", func(t *testing.T) {
			added := 0
			for n := -1; n != 0; {
				err := w.store.Write(t.Context(), func(tx *store.Tx) (err error) {
					n, err = tx.AddUpStatusChanges(t.Context(), 3)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				added += n
			}
			if added == 0 {
				t.Error("there was nothing to add up")
			}
			check(t)
		})
		t.Run("for others", func(t *testing.T) {
			member := authz.Caller{Username: "c", CoId: w.co, PersonId: c}
			if _, err := w.PeopleOverTime(t.Context(), member, w.co); phrase(err) != comity.Forbid().Phrase {
				t.Errorf("error %v", err)
			}
			now, err := w.PeopleByStatus(t.Context(), member, w.co)
			if diff := cmp.Diff(map[string]int64{comity.Active: 1}, now); diff != "" || err != nil {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
		})
	})
}

func TestUpcoming(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		r, m := comity.CoPersonRole, comity.CoGroupMember
		in := func(days int) time.Time { return began.Add(time.Duration(days) * 24 * time.Hour) }
		grace, emmy := w.named(t, "Grace", "Hopper"), w.named(t, "Emmy", "Noether")
		unit, group := w.unit(t, "Navy", 0), w.group(t, "readers")
		w.add(t, r.Resource, values{r.Person: grace, r.CouId: unit, r.Affiliation: "staff", r.Status: comity.Active, r.ValidThrough: in(3)})
		w.add(t, r.Resource, values{r.Person: emmy, r.CouId: unit, r.Affiliation: "staff", r.Status: comity.Active, r.ValidFrom: in(5)})
		w.add(t, m.Resource, values{m.CoGroupId: group, m.Person: emmy, m.Member: true, m.ValidFrom: in(-2), m.ValidThrough: in(1)})

		for _, tt := range []struct {
			name string
			next func() ([]registry.Upcoming, error)
			want []string
		}{
			{"ends", func() ([]registry.Upcoming, error) { return w.Ends(t.Context(), tester, w.co, 10) }, []string{"Emmy readers", "Grace Navy"}},
			{"first end", func() ([]registry.Upcoming, error) { return w.Ends(t.Context(), tester, w.co, 1) }, []string{"Emmy readers"}},
			{"begins", func() ([]registry.Upcoming, error) { return w.Begins(t.Context(), tester, w.co, 10) }, []string{"Emmy Navy"}},
			{"for a member", func() ([]registry.Upcoming, error) {
				return w.Ends(t.Context(), authz.Caller{Username: "g", CoId: w.co, PersonId: grace}, w.co, 10)
			}, []string{"Grace Navy"}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				found, err := tt.next()
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, u := range found {
					of := comity.Cou.Name
					if u.Of.Resource == comity.CoGroup.Resource {
						of = comity.CoGroup.Name
					}
					got = append(got, registry.Hanging(u.Person, comity.Name.Resource)[0].Text(comity.Name.Given)+" "+u.Of.Text(of))
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	})
}
