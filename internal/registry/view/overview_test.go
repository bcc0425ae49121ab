package view_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
	"comity/internal/store"
	"comity/internal/store/db"
)

func TestPeopleByStatus(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		f := comity.CoPerson
		const day = 24 * time.Hour
		status := func(person int64, status string) {
			fx.Change(t, f.Resource, person, registrytest.Values{f.CoId: fx.CoId, f.Status: status})
		}
		a, b, c := fx.NewPerson(t), fx.NewPerson(t), fx.NewPerson(t)
		status(a, comity.Suspended)
		fx.Wait(day)
		status(b, comity.Suspended)
		fx.Change(t, f.Resource, b, registrytest.Values{f.CoId: fx.CoId, f.Status: comity.Suspended, f.Timezone: "Europe/Berlin"})
		fx.Wait(2 * day)
		fx.Remove(t, f.Resource, a)
		fx.Wait(day)

		first := registrytest.Began().Truncate(day)
		want := []view.StatusesAt{
			{Day: first, People: map[string]int64{comity.Active: 2, comity.Suspended: 1}},
			{Day: first.Add(day), People: map[string]int64{comity.Active: 1, comity.Suspended: 2}},
			{Day: first.Add(3 * day), People: map[string]int64{comity.Active: 1, comity.Suspended: 1}},
			{Day: first.Add(4 * day), People: map[string]int64{comity.Active: 1, comity.Suspended: 1}},
		}
		check := func(t *testing.T) {
			t.Helper()
			got, err := fx.PeopleOverTime(t.Context(), registrytest.Tester(), fx.CoId)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			now, _, err := fx.PeopleByStatus(t.Context(), registrytest.Tester(), fx.CoId)
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
				err := fx.Store.Write(t.Context(), func(tx *db.Tx) (err error) {
					n, err = store.AddUpStatusChanges(t.Context(), tx, 3)
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
			member := authz.Caller{Username: "c", CoId: fx.CoId, PersonId: c}
			if _, err := fx.PeopleOverTime(t.Context(), member, fx.CoId); registrytest.Phrase(err) != comity.Forbid().Phrase {
				t.Errorf("error %v", err)
			}
			now, _, err := fx.PeopleByStatus(t.Context(), member, fx.CoId)
			if diff := cmp.Diff(map[string]int64{comity.Active: 1}, now); diff != "" || err != nil {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
		})
	})
}

func TestUpcoming(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		r, m := comity.CoPersonRole, comity.CoGroupMember
		in := func(days int) time.Time { return registrytest.Began().Add(time.Duration(days) * 24 * time.Hour) }
		grace, emmy := fx.NewNamed(t, "Grace", "Hopper"), fx.NewNamed(t, "Emmy", "Noether")
		unit, group := fx.NewUnit(t, "Navy", 0), fx.NewGroup(t, "readers")
		fx.Insert(t, r.Resource, registrytest.Values{r.Person: grace, r.CouId: unit, r.Affiliation: "staff", r.Status: comity.Active, r.ValidThrough: in(3)})
		fx.Insert(t, r.Resource, registrytest.Values{r.Person: emmy, r.CouId: unit, r.Affiliation: "staff", r.Status: comity.Active, r.ValidFrom: in(5)})
		fx.Insert(t, m.Resource, registrytest.Values{m.CoGroupId: group, m.Person: emmy, m.Member: true, m.ValidFrom: in(-2), m.ValidThrough: in(1)})

		for _, tt := range []struct {
			name string
			next func() ([]view.Upcoming, error)
			want []string
		}{
			{"ends", func() ([]view.Upcoming, error) { return fx.Ends(t.Context(), registrytest.Tester(), fx.CoId, 10) }, []string{"Emmy readers", "Grace Navy"}},
			{"first end", func() ([]view.Upcoming, error) { return fx.Ends(t.Context(), registrytest.Tester(), fx.CoId, 1) }, []string{"Emmy readers"}},
			{"begins", func() ([]view.Upcoming, error) { return fx.Begins(t.Context(), registrytest.Tester(), fx.CoId, 10) }, []string{"Emmy Navy"}},
			{"for a member", func() ([]view.Upcoming, error) {
				return fx.Ends(t.Context(), authz.Caller{Username: "g", CoId: fx.CoId, PersonId: grace}, fx.CoId, 10)
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
					got = append(got, view.Dependents(u.Person, comity.Name.Resource)[0].Text(comity.Name.Given)+" "+u.Of.Text(of))
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	})
}
