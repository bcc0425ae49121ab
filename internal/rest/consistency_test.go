package rest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestOnePrimaryNameWhateverComesTogether: of concurrent changes, exactly one name is primary in the end.
func TestOnePrimaryNameWhateverComesTogether(t *testing.T) {
	primary := `{"Given":"x","Type":"official","PrimaryName":true,"CoPersonId":$ada}`
	for title, calls := range map[string][]step{
		"first names": slices.Repeat([]step{{call: "POST names", send: `{"Given":"x","Type":"official","CoPersonId":$ada}`}}, 4),
		"more names":  slices.Repeat([]step{{call: "POST names", send: primary}}, 4),
		"edits":       {{call: "PUT names/$a", send: primary}, {call: "PUT names/$b", send: primary}, {call: "PUT names/$c", send: primary}},
		"one that goes": {
			{call: "PUT names/$a", send: `{"Given":"x","Type":"official","CoPersonId":$bob}`},
			{call: "PUT names/$b", send: primary},
			{call: "POST names", send: primary},
		},
		"an edit and a delete": {{call: "PUT names/$b", send: primary}, {call: "DELETE names/$b"}, {call: "DELETE names/$a"}},
	} {
		t.Run(title, func(t *testing.T) {
			before := []step{person("ada"), person("bob"), name("d", "bob", "x")}
			if title != "first names" {
				before = append(before, name("a", "ada", "x"), name("b", "ada", "x"), name("c", "ada", "x"))
			}
			race(t, before, calls, func(s *fixture, answers []string) {
				for _, answer := range answers {
					if strings.HasPrefix(answer, "5") {
						s.Errorf("the calls are answered %q", answers)
					}
				}
				for _, who := range []string{"ada", "bob"} {
					names := s.call("", "GET", s.fill("names.json?copersonid=$"+who), nil)
					if n := strings.Count(strings.Join(names.column("PrimaryName"), " "), "true"); n != 1 {
						s.Errorf("%s has %d primary names after %q", who, n, answers)
					}
				}
			})
		})
	}
}

// TestNoCycleOfUnits: concurrent changes of parents make no cycle.
func TestNoCycleOfUnits(t *testing.T) {
	before := []step{unit("a", "A $r"), unit("b", "B $r"), unit("c", "C $r")}
	calls := []step{
		{call: "PUT cous/$a", send: `{"CoId":$co,"Name":"A $r","ParentId":$b}`},
		{call: "PUT cous/$b", send: `{"CoId":$co,"Name":"B $r","ParentId":$c}`},
		{call: "PUT cous/$c", send: `{"CoId":$co,"Name":"C $r","ParentId":$a}`},
	}
	race(t, before, calls, func(s *fixture, answers []string) {
		slices.Sort(answers)
		if want := []string{"200 OK", "200 OK", "403 Parent Would Create Cycle"}; !slices.Equal(answers, want) {
			s.Errorf("the calls are answered %q, want %q", answers, want)
		}
	})
}

// TestPersonAndGroupsFitTheRoles after concurrent changes: the person has the best status of the roles, and
// is in the groups that follow from the statuses.
func TestPersonAndGroupsFitTheRoles(t *testing.T) {
	set := func(keep, owner, status string) step {
		return step{
			call: "PUT co_person_roles/$" + keep,
			send: `{"CoPersonId":$` + owner + `,"CouId":$physics,"Affiliation":"staff","Status":"` + status + `"}`,
		}
	}
	another := func(owner, status string) step {
		return step{call: "POST co_person_roles", send: `{"CoPersonId":$` + owner + `,"CouId":$physics,"Affiliation":"staff","Status":"` + status + `"}`}
	}
	for title, calls := range map[string][]step{
		"edits of two roles":      {set("job", "ada", "Expired"), set("rest", "ada", "Suspended")},
		"edits of one role":       {set("job", "ada", "Expired"), set("job", "ada", "Suspended"), set("job", "ada", "GracePeriod")},
		"an add and a delete":     {another("ada", "GracePeriod"), {call: "DELETE co_person_roles/$job"}},
		"adds":                    {another("ada", "GracePeriod"), another("ada", "Active"), another("ada", "Denied")},
		"a move and an edit":      {set("job", "bob", "Active"), set("job", "ada", "Expired")},
		"two moves":               {set("job", "bob", "Active"), set("other", "ada", "Active")},
		"a move and a delete":     {set("job", "bob", "Active"), {call: "DELETE co_person_roles/$job"}},
		"a move, and of the same": {set("job", "bob", "Active"), {call: "PUT co_person_roles/$job", send: `{"CoPersonId":$bob,"Affiliation":"staff","Status":"Denied"}`}},
	} {
		t.Run(title, func(t *testing.T) {
			before := []step{
				unit("physics", "Physics $r"), person("ada"), person("bob"),
				roleIn("job", "ada", "physics", "Active"), roleIn("rest", "ada", "physics", "Pending"), roleIn("other", "bob", "physics", "Denied"),
			}
			race(t, before, calls, func(s *fixture, answers []string) {
				for _, who := range []string{"ada", "bob"} {
					s.checkPerson(who, answers)
				}
			})
		})
	}
}

// checkPerson compares a person's status and groups with their roles.
func (s *fixture) checkPerson(who string, answers []string) {
	s.Helper()
	held := s.call("", "GET", s.fill("co_person_roles.json?copersonid=$"+who), nil).column("Status")
	if len(held) == 0 {
		return
	}
	best := slices.MinFunc(held, func(a, b string) int { return slices.Index(statuses, a) - slices.Index(statuses, b) })
	status := s.call("", "GET", s.fill("co_people/$"+who+".json"), nil).column("Status")[0]
	if status != best {
		s.Errorf("%s is %s with the roles %q after %q", who, status, held, answers)
	}
	groups := map[string]bool{}
	inUnit := s.call("", "GET", s.fill("co_person_roles.json?copersonid=$"+who+"&couid=$physics"), nil).column("Status")
	for _, role := range append(inUnit, "") {
		for _, g := range strings.Split(in(status, role), ", ") {
			groups[strings.Replace(g, "Physics", s.fill("Physics $r"), 1)] = true
		}
	}
	got := s.call("", "GET", s.fill("co_groups.json?copersonid=$"+who), nil).column("Name")
	if len(got) != len(groups) || slices.ContainsFunc(got, func(g string) bool { return !groups[g] }) {
		s.Errorf("%s is in %q, want %v after %q", who, got, fmt.Sprint(groups), answers)
	}
}
