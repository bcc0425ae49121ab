package rest_test

import "testing"

func personIs(keep, status string) step {
	return step{call: "GET co_people/$" + keep, has: `{"Status":"` + status + `"}`}
}

func setRole(keep, person, status string) step {
	return step{call: "PUT co_person_roles/$" + keep, send: `{"CoPersonId":$` + person + `,"Affiliation":"staff","Status":"` + status + `"}`}
}

// TestPersonTakesTheBestStatusOfTheRoles: the person's status gets better with each better role that is
// added, gets worse with each that is deleted, and stays without roles.
func TestPersonTakesTheBestStatusOfTheRoles(t *testing.T) {
	var better, worse []step
	for i := len(statuses) - 1; i >= 0; i-- {
		better = append(better, role("r"+letter(i), "ada", statuses[i]), personIs("ada", statuses[i]))
	}
	for i := range statuses {
		last := min(i+1, len(statuses)-1)
		worse = append(worse, step{call: "DELETE co_person_roles/$r" + letter(i)}, personIs("ada", statuses[last]))
	}
	perform(t, []step{person("ada")}, better, worse)
}

func letter(i int) string { return string(rune('a' + i)) }

// TestPersonFollowsEveryPairOfRoles in every change of one of them.
func TestPersonFollowsEveryPairOfRoles(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(person("ada"), role("one", "ada", "Active"), role("two", "ada", "Active"))
		for i, one := range statuses {
			s.perform(setRole("one", "ada", one))
			for j, two := range statuses {
				s.perform(setRole("two", "ada", two), personIs("ada", statuses[min(i, j)]))
			}
		}
	})
}

// TestLockedPersonStaysLocked whatever happens to the roles.
func TestLockedPersonStaysLocked(t *testing.T) {
	perform(t, []step{
		add("co_people", "ada", `"CoId":$co,"Status":"Locked"`),
		role("job", "ada", "Active"), personIs("ada", "Locked"),
		setRole("job", "ada", "Expired"), personIs("ada", "Locked"),
		{call: "DELETE co_person_roles/$job"},
		personIs("ada", "Locked"),
		role("job", "ada", "Active"),
		// Until a caller unlocks the person; then the next change is followed again.
		{call: "PUT co_people/$ada", send: `{"CoId":$co,"Status":"Suspended"}`},
		setRole("job", "ada", "GracePeriod"), personIs("ada", "GracePeriod"),
	})
}

// TestPersonFollowsOnlyWhatChanges: a status that was set stays until a role is added, deleted or changed in
// status, and an unchanged status makes no revision.
func TestPersonFollowsOnlyWhatChanges(t *testing.T) {
	perform(t, []step{
		add("co_people", "ada", `"CoId":$co,"Status":"Pending"`), unit("physics", "Physics"),
		role("job", "ada", "Active"),
		{call: "GET co_people/$ada", has: `{"Status":"Active","Revision":1}`},
		role("second", "ada", "Expired"),
		{call: "GET co_people/$ada", has: `{"Status":"Active","Revision":1}`},
		{call: "PUT co_people/$ada", send: `{"CoId":$co,"Status":"Approved"}`},
		{call: "PUT co_person_roles/$job", send: `{"CoPersonId":$ada,"CouId":$physics,"Affiliation":"faculty","Title":"Dean","Status":"Active"}`},
		{call: "GET co_people/$ada", has: `{"Status":"Approved","Revision":2}`},
		setRole("second", "ada", "Suspended"),
		{call: "GET co_people/$ada", has: `{"Status":"Active","Revision":3}`},
	})
}

// TestRoleGivenToAnotherPerson: the statuses of both people follow.
func TestRoleGivenToAnotherPerson(t *testing.T) {
	perform(t, []step{
		person("ada"), person("bob"),
		role("job", "ada", "Active"), role("rest", "ada", "Expired"),
		role("other", "bob", "Suspended"),
		personIs("ada", "Active"), personIs("bob", "Suspended"),
		setRole("job", "bob", "Active"),
		personIs("ada", "Expired"), personIs("bob", "Active"),
		setRole("rest", "bob", "GracePeriod"),
		// Without roles the status stays.
		personIs("ada", "Expired"), personIs("bob", "Active"),
		setRole("job", "ada", "Denied"),
		personIs("ada", "Denied"), personIs("bob", "GracePeriod"),
	})
}
