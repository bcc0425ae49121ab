package view_test

import (
	"errors"
	"testing"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry"
	"comity/internal/registry/registrytest"
)

// TestRightsToAll compares, for many records, the rights with the outcome of each change.
func TestRightsToAll(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		unit := fx.NewUnit(t, "Logic", 0)
		kurt, grace := fx.NewNamed(t, "Kurt", "Gödel", "kgodel"), fx.NewNamed(t, "Grace", "Hopper", "ghopper")
		fx.NewRole(t, kurt, unit)
		i := comity.Identifier
		fx.Insert(t, i.Resource, registrytest.Values{i.Person: kurt, i.Identifier: "login", i.Type: "eppn", i.Login: true, i.Status: comity.Active})
		var records []*comity.Record
		for _, r := range []*comity.Resource{comity.CoPerson.Resource, comity.Name.Resource, i.Resource, comity.CoPersonRole.Resource} {
			records = append(records, fx.Records(t, r)...)
		}
		for name, caller := range map[string]authz.Caller{
			"administrator":         registrytest.Tester(),
			"administrator of unit": {Username: "u", CoId: fx.CoId, PersonId: grace, Units: []int64{unit}},
			"member":                {Username: "k", CoId: fx.CoId, PersonId: kurt},
		} {
			t.Run(name, func(t *testing.T) {
				all, err := fx.RightsToAll(t.Context(), caller, records)
				if err != nil {
					t.Fatal(err)
				}
				for _, rec := range records {
					want := authz.Rights{
						Edit: mayTry(t, func(stop registry.Precondition) error {
							return fx.Edit(t.Context(), caller, rec.Resource, rec.Id, comity.Input{Record: rec}, stop)
						}),
						Delete: mayTry(t, func(stop registry.Precondition) error {
							return fx.Delete(t.Context(), caller, rec.Resource, rec.Id, stop)
						}),
					}
					if got := all[rec.Resource][rec.Id]; got != want {
						t.Errorf("to %s %d: %+v, want %+v", rec.Resource.Singular, rec.Id, got, want)
					}
					if got, err := fx.RightsTo(t.Context(), caller, rec); got != want || err != nil {
						t.Errorf("to %s %d alone: %+v, %v, want %+v", rec.Resource.Singular, rec.Id, got, err, want)
					}
				}
			})
		}
	})
}

// mayTry says whether a change passed authorization. It is stopped before it is made.
func mayTry(t *testing.T, change func(stop registry.Precondition) error) bool {
	t.Helper()
	stop := errors.New("stop")
	err := change(func(*comity.Record) error { return stop })
	var e *comity.Error
	if !errors.Is(err, stop) && !errors.As(err, &e) {
		t.Fatalf("it is answered %v", err)
	}
	return e == nil || e.Code != comity.Unauthorised && e.Code != comity.NotFound
}
