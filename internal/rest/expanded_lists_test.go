package rest_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// TestExpandedLists show the dependents of each record.
func TestExpandedLists(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(
			person("ada"), person("bob"), name("one", "ada", "Ada"), name("two", "ada", "Augusta"), name("three", "bob", "Bob"),
			identifier("uid", "ada", "ada"),
		)
		a := s.call("admin", "GET", s.fill("co_people.json?coid=$co&expand=Names,Identifiers"), nil)
		s.expect(a, "200 OK")
		var got struct {
			CoPeople []struct{ Names, Identifiers []struct{ Id json.Number } }
		}
		if err := json.Unmarshal(a.body, &got); err != nil || len(got.CoPeople) != 2 {
			s.Fatalf("%v in %s", err, a.body)
		}
		ids := func(records []struct{ Id json.Number }) string {
			var all []string
			for _, r := range records {
				all = append(all, r.Id.String())
			}
			return strings.Join(all, " ")
		}
		for i, want := range [][2]string{{"$one $two", "$uid"}, {"$three", ""}} {
			names, identifiers := ids(got.CoPeople[i].Names), ids(got.CoPeople[i].Identifiers)
			if names != s.fill(want[0]) || identifiers != s.fill(want[1]) {
				s.Errorf("person %d has the names %s and identifiers %s, want %s", i, names, identifiers, s.fill(want[0]+", "+want[1]))
			}
		}
		a = s.call("admin", "GET", s.fill("co_people.xml?coid=$co&expand=Names&limit=1"), nil)
		s.expect(a, "200 OK")
		if n := strings.Count(string(a.body), "<Name "); n != 2 || !slices.Equal(a.column("Id"), []string{s.ids["ada"]}) {
			s.Errorf("%d names in %s", n, a.body)
		}
		for _, tt := range []struct{ query, want string }{
			{"expand=Names,%20Names", "200 OK"},
			{"expand=", "400 Bad Request"},
			{"expand=Cous", "400 Bad Request"},
			{"expand=names", "400 Bad Request"},
			{"expand=Addresses", "400 Bad Request"},
			{"expand=Names,Nothing", "400 Bad Request"},
		} {
			s.expect(s.call("", "GET", s.fill("co_people.json?coid=$co&"+tt.query), nil), tt.want)
		}
	})
}
