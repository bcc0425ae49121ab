package registry_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry"
)

// named adds a person with a name, and identifiers or addresses.
func (w *world) named(t tb, given, family string, known ...string) int64 {
	t.Helper()
	n, i, e := comity.Name, comity.Identifier, comity.EmailAddress
	person := w.person(t)
	w.add(t, n.Resource, values{n.Person: person, n.Given: given, n.Family: family, n.Type: "official", n.PrimaryName: true})
	for _, text := range known {
		if comity.IsEmailAddress(text) {
			w.add(t, e.Resource, values{e.Person: person, e.Mail: text, e.Type: "official"})
			continue
		}
		w.add(t, i.Resource, values{i.Person: person, i.Identifier: text, i.Type: "uid", i.Status: comity.Active})
	}
	return person
}

// unit adds a unit to the CO, below the parent if that is not 0.
func (w *world) unit(t tb, name string, parent int64) int64 {
	t.Helper()
	f := comity.Cou
	v := values{f.CoId: w.co, f.Name: name}
	if parent != 0 {
		v[f.ParentId] = parent
	}
	return w.add(t, f.Resource, v)
}

// role gives a person an active role in a unit.
func (w *world) role(t tb, person, unit int64) int64 {
	t.Helper()
	f := comity.CoPersonRole
	return w.add(t, f.Resource, values{f.Person: person, f.CouId: unit, f.Affiliation: "staff", f.Status: comity.Active})
}

// givenNames returns the given names of the people of a page.
func givenNames(page registry.PeoplePage) (names []string) {
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
	onBoth(t, func(t *testing.T, w *world) {
		n := comity.Name
		grace := w.named(t, "Grace", "Hopper", "ghopper", "Grace.Hopper@example.org")
		w.add(t, n.Resource, values{n.Person: grace, n.Given: "Amazing", n.Middle: "Brewster", n.Family: "Murray", n.Type: "alternate"})
		kurt := w.named(t, "Kurt", "Gödel", "kgodel", "kurt@example.org")
		w.named(t, "Emmy", "Noether", "enoether", "emmy@example.com")
		w.named(t, "Søren", "Łukasz-Straße", "x_y")
		gone := w.named(t, "Gone", "Away", "gaway")
		unit := w.unit(t, "Logic", 0)
		w.role(t, kurt, unit)
		w.edit(t, comity.CoPerson.Resource, kurt, values{comity.CoPerson.CoId: w.co, comity.CoPerson.Status: comity.Suspended})
		group := w.group(t, "readers")
		w.join(t, grace, group)
		w.remove(t, comity.CoPerson.Resource, gone)
		member := authz.Caller{Username: "g", CoId: w.co, PersonId: grace}

		for _, tt := range []struct {
			text   string
			filter registry.PeopleFilter
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
			{filter: registry.PeopleFilter{Status: comity.Active}, want: []string{"Grace", "Søren", "Emmy"}},
			{filter: registry.PeopleFilter{CouId: unit}, want: []string{"Kurt"}},
			{filter: registry.PeopleFilter{CoGroupId: group}, want: []string{"Grace"}},
			{text: "kurt", filter: registry.PeopleFilter{CouId: unit, CoGroupId: group}},
			{caller: member, want: []string{"Grace"}},
			{text: "kurt", caller: member},
			{caller: authz.Caller{Username: "u", CoId: w.co, PersonId: grace, Units: []int64{unit}}, want: []string{"Kurt", "Grace"}},
		} {
			t.Run(fmt.Sprintf("%s %v for %s", tt.text, tt.filter, tt.caller.Username), func(t *testing.T) {
				caller := tester
				if tt.caller.Username != "" {
					caller = tt.caller
				}
				page, err := w.SearchPeople(t.Context(), caller, w.co, tt.text, tt.filter, "", 10)
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
				page, err := w.SearchPeople(t.Context(), tester, w.co, "", registry.PeopleFilter{}, after, 3)
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
			page, err := w.SearchPeople(t.Context(), tester, w.co, "kurt godel", registry.PeopleFilter{}, "", 3)
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
			other := w.add(t, comity.Co.Resource, values{comity.Co.Name: "Other", comity.Co.Status: comity.Active})
			if _, err := w.SearchPeople(t.Context(), member, other, "", registry.PeopleFilter{}, "", 3); phrase(err) != "CO Unknown" {
				t.Errorf("error %v", err)
			}
		})
	})
}

// TestSearchWhateverTheLetters: case, accents in any encoding, and the width of letters make no difference,
// in all searchable texts.
func TestSearchWhateverTheLetters(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
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
				for where, v := range map[string]values{
					"given": {n.Given: text}, "middle": {n.Given: "X", n.Middle: text}, "family": {n.Given: "X", n.Family: text},
					"second name": nil, "identifier": {i.Identifier: fmt.Sprintf("%s-%d", text, number), i.Type: "uid", i.Status: comity.Active},
					"mail": {e.Mail: fmt.Sprintf("%s@example%d.org", text, number), e.Type: "official"},
				} {
					person := w.person(t)
					for f, value := range map[*comity.Field]any{n.Person: person, n.Type: "official", n.PrimaryName: true} {
						if v[n.Given] != nil {
							v[f] = value
						}
					}
					switch where {
					case "identifier":
						v[i.Person] = person
						w.add(t, i.Resource, v)
					case "mail":
						v[e.Person] = person
						if !comity.IsEmailAddress(v[e.Mail].(string)) {
							continue // no value can contain it
						}
						w.add(t, e.Resource, v)
					case "second name":
						w.add(t, n.Resource, values{n.Person: person, n.Given: "X", n.Type: "official", n.PrimaryName: true})
						w.add(t, n.Resource, values{n.Person: person, n.Given: "Y", n.Middle: text, n.Type: "alternate"})
					default:
						w.add(t, n.Resource, v)
					}
					for _, query := range append(texts, plain) {
						page, err := w.SearchPeople(t.Context(), tester, w.co, query, registry.PeopleFilter{}, "", 1000)
						if err != nil {
							t.Fatal(err)
						}
						if !slices.ContainsFunc(page.People, func(p registry.PersonFound) bool { return p.Person.Id == person }) {
							t.Errorf("%+q does not find %+q, which is the %s", query, text, where)
						}
					}
				}
			}
		}
	})
}
