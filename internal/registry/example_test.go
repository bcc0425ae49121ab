package registry_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
)

// TestExample shows what the package is for: a change is one call and one transaction. It authorizes the caller,
// validates the record, runs the rules of its resource, and writes the history.
func TestExample(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		role, person := comity.CoPersonRole, comity.CoPerson
		unit, lise := fx.NewUnit(t, "Physics", 0), fx.NewNamed(t, "Lise", "Meitner")
		values := registrytest.Values{
			role.Person: lise, role.CouId: unit, role.Affiliation: "faculty", role.Status: comity.Active,
			role.ValidThrough: fx.Now().Add(time.Hour),
		}

		// Nobody but an administrator may give a role.
		herself := authz.Caller{Username: "lise", CoId: fx.CoId, PersonId: lise}
		if _, err := fx.Add(t.Context(), herself, role.Resource, values.Input(role.Resource)); comity.CodeOf(err) != comity.Unauthorised {
			t.Errorf("she gives herself a role: %v", err)
		}
		// What is wrong with a record is answered field by field, and nothing is written.
		values[role.Affiliation] = "wizard"
		_, err := fx.Add(t.Context(), registrytest.Tester(), role.Resource, values.Input(role.Resource))
		if e := (*comity.Error)(nil); !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Field != role.Affiliation.Column {
			t.Errorf("an unknown affiliation: %v", err)
		}

		// A role makes its person a member of the unit's automatic groups, in the same transaction.
		values[role.Affiliation] = "faculty"
		added, err := fx.Add(t.Context(), registrytest.Tester(), role.Resource, values.Input(role.Resource))
		if err != nil {
			t.Fatal(err)
		}
		if got := groupsOf(t, fx, lise); !slices.Contains(got, "CO:COU:Physics:members:active") {
			t.Errorf("she is in %v", got)
		}

		// The clock carries out what ends by time: the role, the status that follows from it, the membership.
		fx.Wait(2 * time.Hour)
		if _, err := fx.Tick(t.Context(), registrytest.Began()); err != nil {
			t.Fatal(err)
		}
		if got := fx.Get(t, person.Resource, lise).Text(person.Status); got != comity.Expired {
			t.Errorf("her status is %s", got)
		}
		if got := groupsOf(t, fx, lise); slices.Contains(got, "CO:COU:Physics:members:active") {
			t.Errorf("she is still in %v", got)
		}

		// A delete takes the dependents along; the history keeps every revision.
		if err := fx.Delete(t.Context(), registrytest.Tester(), role.Resource, added.Id); err != nil {
			t.Fatal(err)
		}
		then, err := fx.RecordAsOf(t.Context(), registrytest.Tester(), role.Resource, added.Id, view.AsOf{Revision: 0})
		if err != nil || then.Text(role.Status) != comity.Active {
			t.Errorf("her role as it was: %v, error %v", then, err)
		}
	})
}

// groupsOf returns the names of the groups that a person is in.
func groupsOf(t *testing.T, fx *registrytest.Fixture, person int64) (names []string) {
	t.Helper()
	p, err := fx.Person(t.Context(), registrytest.Tester(), person)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range view.Dependents(p.Record, comity.CoGroupMember.Resource) {
		names = append(names, p.Named.Of(m, comity.CoGroupMember.CoGroupId).Text(comity.CoGroup.Name))
	}
	return names
}
