package view_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
)

// givenNames returns the given names of the people of a page.
func givenNames(page view.PeoplePage) (names []string) {
	for _, p := range page.People {
		name := "nobody"
		if p.Name != nil {
			name = p.Name.Text(comity.Name.Given)
		}
		names = append(names, name)
	}
	return names
}

func TestSearchPeople(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		n := comity.Name
		grace := fx.NewNamed(t, "Grace", "Hopper", "ghopper", "Grace.Hopper@example.org")
		fx.Insert(t, n.Resource, registrytest.Values{n.Person: grace, n.Given: "Amazing", n.Middle: "Brewster", n.Family: "Murray", n.Type: "alternate"})
		kurt := fx.NewNamed(t, "Kurt", "Gödel", "kgodel", "kurt@example.org")
		fx.NewNamed(t, "Emmy", "Noether", "enoether", "emmy@example.com")
		fx.NewNamed(t, "Søren", "Łukasz-Straße", "x_y")
		gone := fx.NewNamed(t, "Gone", "Away", "gaway")
		unit := fx.NewUnit(t, "Logic", 0)
		fx.NewRole(t, kurt, unit)
		fx.Change(t, comity.CoPerson.Resource, kurt, registrytest.Values{comity.CoPerson.CoId: fx.CoId, comity.CoPerson.Status: comity.Suspended})
		group := fx.NewGroup(t, "readers")
		fx.Join(t, grace, group)
		fx.Remove(t, comity.CoPerson.Resource, gone)
		member := authz.Caller{Username: "g", CoId: fx.CoId, PersonId: grace}

		for _, tt := range []struct {
			text   string
			filter view.PeopleFilter
			caller authz.Caller
			want   []string
		}{
			{text: "", want: []string{"Kurt", "Grace", "Søren", "Emmy"}},
			{text: "grace hop", want: []string{"Grace"}},
			{text: "Hopper, G", want: []string{"Grace"}},
			{text: "murray brew", want: []string{"Grace"}},
			{text: "GRACE.HOPPER@EX", want: []string{"Grace"}},
			{text: "opper", want: []string{"Grace"}},
			{text: "godel", want: []string{"Kurt"}},
			{text: "GÖDEL", want: []string{"Kurt"}},
			{text: "soren lukasz strasse", want: []string{"Søren"}},
			{text: "example", want: []string{"Kurt", "Grace", "Emmy"}},
			{text: "e", want: []string{"Emmy"}},
			{text: "k g", want: []string{"Kurt"}},
			{text: "x_", want: []string{"Søren"}},
			{text: "x%"},
			{text: "race hopper grace nobody"},
			{text: "gone"},
			{filter: view.PeopleFilter{Status: comity.Active}, want: []string{"Grace", "Søren", "Emmy"}},
			{filter: view.PeopleFilter{CouId: unit}, want: []string{"Kurt"}},
			{filter: view.PeopleFilter{CoGroupId: group}, want: []string{"Grace"}},
			{text: "kurt", filter: view.PeopleFilter{CouId: unit, CoGroupId: group}},
			{caller: member, want: []string{"Grace"}},
			{text: "kurt", caller: member},
			{caller: authz.Caller{Username: "u", CoId: fx.CoId, PersonId: grace, Units: []int64{unit}}, want: []string{"Kurt", "Grace"}},
		} {
			t.Run(fmt.Sprintf("%s %v for %s", tt.text, tt.filter, tt.caller.Username), func(t *testing.T) {
				caller := registrytest.Tester()
				if tt.caller.Username != "" {
					caller = tt.caller
				}
				page, err := fx.SearchPeople(t.Context(), caller, fx.CoId, tt.text, tt.filter, "", 10)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, givenNames(page), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}

		t.Run("a page at a time", func(t *testing.T) {
			var got []string
			for after := ""; ; {
				page, err := fx.SearchPeople(t.Context(), registrytest.Tester(), fx.CoId, "", view.PeopleFilter{}, after, 3)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, givenNames(page)...)
				if after = page.Next; after == "" {
					break
				}
			}
			if diff := cmp.Diff([]string{"Kurt", "Grace", "Søren", "Emmy"}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
		t.Run("what is shown", func(t *testing.T) {
			page, err := fx.SearchPeople(t.Context(), registrytest.Tester(), fx.CoId, "kurt godel", view.PeopleFilter{}, "", 3)
			if err != nil || len(page.People) != 1 {
				t.Fatalf("%v, error %v", page, err)
			}
			p := page.People[0]
			got := []string{
				p.Person.Text(comity.CoPerson.Status), p.EmailAddress.Text(comity.EmailAddress.Mail),
				p.Identifier.Text(comity.Identifier.Identifier), p.Units[0].Text(comity.Cou.Name),
			}
			if diff := cmp.Diff([]string{comity.Suspended, "kurt@example.org", "kgodel", "Logic"}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
		t.Run("of a CO that the caller may not know of", func(t *testing.T) {
			other := fx.Insert(t, comity.Co.Resource, registrytest.Values{comity.Co.Name: "Other", comity.Co.Status: comity.Active})
			if _, err := fx.SearchPeople(t.Context(), member, other, "", view.PeopleFilter{}, "", 3); registrytest.Phrase(err) != "CO Unknown" {
				t.Errorf("error %v", err)
			}
		})
	})
}

// TestSearchWhateverTheLetters: case, accents in any encoding, and the width of letters make no difference,
// in all searchable texts.
func TestSearchWhateverTheLetters(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		written := map[string][]string{
			"emile":   {"Émile", "ÉMILE", "émile", "E\u0301mile", "e\u0301MILE", "Ｅ\u0301ｍｉｌｅ", "ｅｍｉｌｅ", "Emile"},
			"nguye":   {"NGUYỄ", "Nguye\u0302\u0303", "nguyễ"},
			"fisch":   {"ﬁsch", "FISCH", "Ｆisch"},
			"strasse": {"Straße", "STRASSE", "STRAẞE"}, "αθηνα": {"Αθήνα", "ΑΘΗΝΑ"}, "ζωης": {"ΖΩΉΣ", "Ζωής"},
			"андреи": {"Андрей", "АНДРЕЙ"}, "김": {"김", "\u1100\u1175\u11b7"}, "ガ": {"ガ", "ｶﾞ"}, "łodz": {"Łódź", "LODZ", "łO\u0301dz"},
		}
		n, e, i := comity.Name, comity.EmailAddress, comity.Identifier
		number := 0
		for plain, texts := range written {
			for _, text := range texts {
				number++
				for where, v := range map[string]registrytest.Values{
					"given": {n.Given: text}, "middle": {n.Given: "X", n.Middle: text}, "family": {n.Given: "X", n.Family: text},
					"second name": nil, "identifier": {i.Identifier: fmt.Sprintf("%s-%d", text, number), i.Type: "uid", i.Status: comity.Active},
					"mail": {e.Mail: fmt.Sprintf("%s@example%d.org", text, number), e.Type: "official"},
				} {
					person := fx.NewPerson(t)
					for f, value := range map[*comity.Field]any{n.Person: person, n.Type: "official", n.PrimaryName: true} {
						if v[n.Given] != nil {
							v[f] = value
						}
					}
					switch where {
					case "identifier":
						v[i.Person] = person
						fx.Insert(t, i.Resource, v)
					case "mail":
						v[e.Person] = person
						if !comity.IsEmailAddress(v[e.Mail].(string)) {
							continue // no value can contain it
						}
						fx.Insert(t, e.Resource, v)
					case "second name":
						fx.Insert(t, n.Resource, registrytest.Values{n.Person: person, n.Given: "X", n.Type: "official", n.PrimaryName: true})
						fx.Insert(t, n.Resource, registrytest.Values{n.Person: person, n.Given: "Y", n.Middle: text, n.Type: "alternate"})
					default:
						fx.Insert(t, n.Resource, v)
					}
					for _, query := range append(texts, plain) {
						page, err := fx.SearchPeople(t.Context(), registrytest.Tester(), fx.CoId, query, view.PeopleFilter{}, "", 1000)
						if err != nil {
							t.Fatal(err)
						}
						if !slices.ContainsFunc(page.People, func(p view.PersonFound) bool { return p.Person.Id == person }) {
							t.Errorf("%+q does not find %+q, which is the %s", query, text, where)
						}
					}
				}
			}
		}
	})
}
