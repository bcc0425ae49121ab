package registry_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"comity"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
)

// The search text of a person is updated once in a transaction, however many of their records change.
func TestManyRowsOfAPersonAreSearched(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		f := comity.Identifier
		person := fx.NewNamed(t, "Grace", "Hopper")
		all := make([]registrytest.Values, 1000)
		for i := range all {
			all[i] = registrytest.Values{f.Person: person, f.Identifier: fmt.Sprintf("many%04d", i), f.Type: "uid", f.Status: comity.Active}
		}
		ids := fx.InsertMany(t, f.Resource, all)
		found := func(text string, want bool) {
			t.Helper()
			page, err := fx.SearchPeople(t.Context(), registrytest.Tester(), fx.CoId, text, view.PeopleFilter{}, "", 10)
			if err != nil || (len(page.People) == 1) != want {
				t.Errorf("%q finds %d, error %v", text, len(page.People), err)
			}
		}
		found("many0999", true)
		fx.Change(t, f.Resource, ids[999], registrytest.Values{f.Person: person, f.Identifier: "other", f.Type: "uid", f.Status: comity.Active})
		found("many0999", false)
		found("other", true)
		fx.Remove(t, f.Resource, ids[999])
		found("other", false)
		found("many0000", true)
	})
}

// A person has up to 5,000 records of a resource.
func TestBoundOfAPersonsRows(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		f := comity.Url
		person := fx.NewPerson(t)
		fx.InsertMany(t, f.Resource, []registrytest.Values{{f.Person: person, f.Url: "https://example.org/", f.Type: "official"}})
		number := "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4999) "
		fx.raw(t, number+fmt.Sprintf(`INSERT INTO urls (co_id, co_person_id, url, type, created, modified, revision, actor)
			SELECT %d, %d, 'https://example.org/', 'official', 0, 0, 0, 'tester' FROM n`, fx.CoId, person))
		_, err := fx.Add(t.Context(), registrytest.Tester(), f.Resource, registrytest.Values{f.Person: person, f.Url: "https://example.org/", f.Type: "official"}.Input(f.Resource))
		var e *comity.Error
		if !errors.As(err, &e) || e.Phrase != comity.PhraseForbidden || !strings.Contains(e.Detail, "5000 Urls") {
			t.Errorf("one more is answered %v", err)
		}
		fx.raw(t, fmt.Sprintf(`DELETE FROM urls WHERE co_person_id = %d AND revision = 0 AND created = 0`, person))
		fx.Insert(t, f.Resource, registrytest.Values{f.Person: person, f.Url: "https://example.org/", f.Type: "official"})
	})
}
