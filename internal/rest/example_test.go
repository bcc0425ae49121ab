package rest_test

import "testing"

// TestExample shows what the package is for: a program adds a person in the envelope of REST API v1, gives her
// a role in a unit, lists the groups that she is in, and learns from status and phrase what went wrong.
func TestExample(t *testing.T) {
	everywhere(t, func(s *fixture) {
		// What is sent and answered is JSON, or XML if the path ends in .xml. An add answers with the new id.
		added := s.send("admin", "POST", "co_people.json",
			`{"RequestType":"CoPeople","Version":"1.0","CoPeople":[{"Version":"1.0","CoId":"$co","Status":"Active"}]}`, nil)
		s.expect(added, "201 Added")
		s.ids["ada"] = added.created
		if want := s.fill(`{"ResponseType":"NewObject","Version":"1.0","ObjectType":"CoPerson","Id":"$ada"}`); string(added.body) != want {
			s.Errorf("the answer is %s, want %s", added.body, want)
		}

		s.perform(
			// Everything about a person is a record of its own, which names its owner. The steps have no envelope.
			step{as: "admin", call: "POST names", send: `{"Given":"Ada","Family":"Lovelace","Type":"official","Person":{"Type":"CO","Id":$ada}}`},
			step{as: "admin", call: "POST cous", send: `{"CoId":$co,"Name":"Physics"}`, keep: "physics"},
			step{
				as: "admin", call: "POST co_person_roles",
				send: `{"Person":{"Type":"CO","Id":$ada},"CouId":$physics,"Affiliation":"staff","Status":"Active"}`,
			},

			// The query narrows a list. The groups of the CO and of the unit follow the role by themselves.
			step{as: "admin", call: "GET names?copersonid=$ada", lists: "Family: Lovelace"},
			inGroups("ada", "CO:members:active, CO:members:all, CO:COU:Physics:members:active, CO:COU:Physics:members:all"),

			// An edit sends the whole record, and each makes a revision.
			step{as: "admin", call: "PUT co_people/$ada", send: `{"CoId":$co,"Status":"Active","DateOfBirth":"1815-12-10"}`},
			step{as: "admin", call: "GET co_people/$ada", has: `{"Status":"Active","DateOfBirth":"1815-12-10"}`},

			// An error says which field is wrong, what is in the way, or that there is no such record for this caller.
			step{as: "admin", call: "POST cous", send: `{"CoId":$co}`, answer: "400 Invalid Fields", faulty: "name"},
			step{as: "admin", call: "DELETE co_people/$ada", answer: "403 CoPersonRole Exists"},
			step{as: "stranger", call: "GET co_people/$ada", answer: "404 CoPerson Unknown"},
			step{as: "nobody", call: "GET co_people/$ada", answer: "401 Unauthorized"},
		)
	})
}
