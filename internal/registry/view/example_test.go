package view_test

import (
	"testing"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
)

// TestExample shows what the package is for: the registry is read on behalf of a caller, who is shown what they
// may see of it and nothing else.
func TestExample(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		reader := view.New(fx.Store)
		physics := fx.NewUnit(t, "Physics", 0)
		emmy := fx.NewNamed(t, "Emmy", "Noether", "enoether")
		fx.NewNamed(t, "Lise", "Meitner", "lmeitner")
		fx.NewRole(t, emmy, physics)

		// A list is asked for by a typed query. It is read page by page.
		people := view.ListQuery{Resource: comity.CoPerson.Resource, CoIds: []int64{fx.CoId}, Limit: 1}
		page, err := reader.List(t.Context(), registrytest.Tester(), people)
		if err != nil || len(page.Records) != 1 || page.More != emmy {
			t.Fatalf("a page: %+v, error %v", page, err)
		}
		people.After = page.More
		if page, err = reader.List(t.Context(), registrytest.Tester(), people); err != nil || len(page.Records) != 1 || page.More != 0 {
			t.Fatalf("the next page: %+v, error %v", page, err)
		}

		// Somebody who acts for a person sees less: of the people, Emmy sees herself.
		caller := authz.Caller{Username: "emmy", CoId: fx.CoId, PersonId: emmy}
		found, err := reader.SearchPeople(t.Context(), caller, fx.CoId, "", view.PeopleFilter{}, "", 10)
		if err != nil || len(found.People) != 1 || found.People[0].Person.Id != emmy {
			t.Errorf("she finds %+v, error %v", found.People, err)
		}

		// A person view has the person with everything about them, and the reason of each membership.
		person, err := reader.Person(t.Context(), caller, emmy)
		if err != nil {
			t.Fatal(err)
		}
		if roles := view.Dependents(person.Record, comity.CoPersonRole.Resource); len(roles) != 1 {
			t.Errorf("roles: %v", roles)
		}
		for _, reason := range person.Reasons {
			if reason.Kind == view.ReasonGiven {
				t.Errorf("nobody gave her a membership, %s is said to", reason.Actor)
			}
		}
	})
}
