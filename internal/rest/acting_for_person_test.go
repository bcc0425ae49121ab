package rest_test

import (
	"testing"

	"comity"
)

// unitsWithPeople is a CO with two units below Physics and one beside it, a person with a role in each, and the
// callers: Physics' administrator, the CO's, and a member without rights.
func unitsWithPeople(s *fixture) {
	s.perform(
		unit("physics", "Physics"), add("cous", "optics", `"CoId":$co,"Name":"Optics","ParentId":$physics`), unit("history", "History"),
		person("ada"), roleIn("adarole", "ada", "physics", "Active"), name("adaname", "ada", "Ada"),
		person("max"), roleIn("maxrole", "max", "optics", "Active"),
		person("clio"), roleIn("cliorole", "clio", "history", "Active"), name("clioname", "clio", "Clio"),
		person("phadmin"), person("coadmin"), person("nobodyelse"),
	)
	s.ids["phadmins"], s.ids["coadmins"], s.ids["hiadmins"] = s.adminsOf("physics"), s.adminsOf(""), s.adminsOf("history")
	s.perform(member("m1", "phadmins", "phadmin"), member("m2", "coadmins", "coadmin"))
	for _, as := range []string{"phadmin", "coadmin", "nobodyelse", "ada"} {
		s.acting(as, as)
	}
}

// TestUnitAdministrator: a unit's administrator administers the unit and those below it: the people with
// roles in them, the roles and the groups; and nothing else.
func TestUnitAdministrator(t *testing.T) {
	everywhere(t, func(s *fixture) {
		unitsWithPeople(s)
		const as = "phadmin"
		s.perform(
			step{as: as, call: "GET co_people?coid=$co", lists: "Id: $ada, $max, $phadmin"},
			step{as: as, call: "GET cous?coid=$co", lists: "Name: Physics, Optics"},
			step{as: as, call: "GET names?coid=$co", lists: "Given: Ada"},
			step{as: as, call: "GET names?copersonid=$clio", answer: "404 CO Person Unknown"},
			step{as: as, call: "PUT names/$clioname", send: `{"Given":"Klio","Type":"official","CoPersonId":$clio}`, answer: "404 Name Unknown"},
			step{as: as, call: "PUT names/$adaname", send: `{"Given":"Augusta","Type":"official","CoPersonId":$ada}`},
			step{as: as, call: "PUT names/$adaname", send: `{"Given":"Augusta","Type":"official","CoPersonId":$clio}`, answer: "403 Person Does Not Exist"},

			// The unit's own fields, except for its parent.
			step{as: as, call: "PUT cous/$optics", send: `{"CoId":$co,"Name":"Optics","Description":"light"}`},
			step{as: as, call: "PUT cous/$optics", send: `{"CoId":$co,"Name":"Optics","ParentId":$history}`, answer: "400 Invalid Fields", faulty: "parent_id"},
			step{as: as, call: "PUT cous/$physics", send: `{"CoId":$co,"Name":"Physics","ParentId":null}`, only: "json"},
			step{as: as, call: "DELETE cous/$optics", answer: "401 Unauthorized"},
			step{as: as, call: "POST cous", send: `{"CoId":$co,"Name":"Radio","ParentId":$physics}`, answer: "401 Unauthorized"},

			// Its groups.
			step{as: as, call: "POST co_groups", send: `{"CoId":$co,"CouId":$optics,"Name":"Lasers","Status":"Active"}`, keep: "lasers"},
			step{as: as, call: "POST co_groups", send: `{"CoId":$co,"CouId":$optics,"Name":"admin:lasers","Status":"Active"}`, answer: "403 Name Reserved"},
			step{as: "coadmin", call: "POST co_groups", send: `{"CoId":$co,"CouId":$optics,"Name":"admin:lasers","Status":"Active"}`},
			step{as: as, call: "POST co_groups", send: `{"CoId":$co,"Name":"Everybody","Status":"Active"}`, answer: "401 Unauthorized"},
			step{as: as, call: "POST co_group_members", send: `{"CoGroupId":$lasers,"CoPersonId":$max,"Member":true}`, keep: "laser"},
			step{as: as, call: "POST co_group_members", send: `{"CoGroupId":$coadmins,"CoPersonId":$phadmin,"Member":true}`, answer: "400 Invalid Fields", faulty: "co_group_id"},
			step{as: as, call: "POST co_group_members", send: `{"CoGroupId":$phadmins,"CoPersonId":$ada,"Member":true}`},

			// A new person gets a role in the unit, and may be given names before.
			step{as: as, call: "POST co_people", send: `{"CoId":$co,"Status":"Active"}`, keep: "new"},
			step{as: as, call: "GET co_people/$new", answer: "404 CoPerson Unknown"},
			step{as: as, call: "POST names", send: `{"Given":"New","Type":"official","CoPersonId":$new}`},
			step{as: as, call: "POST co_person_roles", send: `{"CoPersonId":$new,"Affiliation":"staff","Status":"Active"}`, answer: "401 Unauthorized"},
			step{as: as, call: "POST co_person_roles", send: `{"CoPersonId":$new,"CouId":$physics,"Affiliation":"staff","Status":"Active"}`, keep: "newrole"},
			step{as: as, call: "GET co_people/$new", has: `{"Status":"Active"}`},
			step{as: as, call: "POST co_person_roles", send: `{"CoPersonId":$clio,"CouId":$physics,"Affiliation":"staff","Status":"Active"}`, answer: "403 Person Does Not Exist"},
			step{as: as, call: "POST co_person_roles", send: `{"CoPersonId":$ada,"CouId":$history,"Affiliation":"staff","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "cou_id"},
			step{as: as, call: "PUT co_person_roles/$newrole", send: `{"CoPersonId":$new,"CouId":null,"Affiliation":"staff","Status":"Active"}`, answer: "401 Unauthorized", only: "json"},

			// Whoever could add logins could log in as anybody.
			step{as: as, call: "POST identifiers", send: `{"Identifier":"ada","Type":"uid","Login":true,"Status":"Active","CoPersonId":$ada}`, answer: "401 Unauthorized"},
			step{as: as, call: "POST identifiers", send: `{"Identifier":"ada","Type":"uid","Status":"Active","CoPersonId":$ada}`, keep: "uid"},
			step{as: as, call: "PUT identifiers/$uid", send: `{"Identifier":"ada","Type":"uid","Login":true,"Status":"Active","CoPersonId":$ada}`, answer: "401 Unauthorized"},

			// Records of the CO.
			step{as: as, call: "GET api_users?coid=$co", answer: "401 Unauthorized"},
			step{as: as, call: "PUT co_groups/reconcile?coid=$co", answer: "401 Unauthorized"},
			step{as: as, call: "POST co_groups/reconcile/$lasers", answer: "200 OK"},
			step{as: as, call: "POST co_groups/reconcile/$hiadmins", answer: "404 CoGroup Unknown"},
		)
	})
}

// TestDeletingAPersonIsForTheCO: a unit's administrator is refused with the reason, then removes the person
// from the unit; the CO's administrator deletes a person without roles.
func TestDeletingAPersonIsForTheCO(t *testing.T) {
	everywhere(t, func(s *fixture) {
		unitsWithPeople(s)
		s.perform(
			roleIn("adahistory", "ada", "history", "Active"),
			step{as: "phadmin", call: "DELETE co_people/$ada", answer: "403 CouPerson Exists In Unowned COU"},
			step{as: "coadmin", call: "DELETE co_people/$ada", answer: "403 CoPersonRole Exists"},
			step{as: "coadmin", call: "DELETE co_person_roles/$adahistory"},
			step{as: "phadmin", call: "DELETE co_people/$ada", answer: "403 CoPersonRole Exists"},
			step{as: "phadmin", call: "DELETE co_person_roles/$adarole"},
			step{as: "phadmin", call: "DELETE co_people/$ada", answer: "404 CoPerson Unknown"},
			step{as: "phadmin", call: "GET co_people/$ada", answer: "404 CoPerson Unknown"},
			step{as: "coadmin", call: "DELETE co_people/$ada"},
		)
	})
}

// TestGroupOwner: an owner changes the memberships of the group and nothing else of it.
func TestGroupOwner(t *testing.T) {
	everywhere(t, func(s *fixture) {
		unitsWithPeople(s)
		const as = "nobodyelse"
		s.perform(
			group("readers", "Readers"), group("others", "Others"), member("m3", "readers", "ada"), member("m4", "others", "max"),
			add("co_group_members", "own", `"CoGroupId":$readers,"Person":{"Type":"CO","Id":$nobodyelse},"Owner":true`),
			step{as: as, call: "GET co_group_members?cogroupid=$readers", lists: "Person: CO $ada, CO $nobodyelse"},
			step{as: as, call: "GET co_group_members?cogroupid=$others", answer: "404 CO Group Unknown"},
			step{as: as, call: "POST co_group_members", send: `{"CoGroupId":$readers,"CoPersonId":$clio,"Member":true}`, keep: "m5"},
			step{as: as, call: "PUT co_group_members/$m5", send: `{"CoGroupId":$readers,"CoPersonId":$clio,"Member":true,"ValidThrough":"2100-01-01 00:00:00"}`},
			step{as: as, call: "DELETE co_group_members/$m5"},
			step{as: as, call: "PUT co_groups/$readers", send: `{"CoId":$co,"Name":"Mine","Status":"Active"}`, answer: "401 Unauthorized"},
			step{as: as, call: "DELETE co_groups/$readers", answer: "401 Unauthorized"},
			// A nesting shows who is in the other group: it needs a right over both.
			step{as: as, call: "POST co_group_nestings", send: `{"CoGroupId":$others,"TargetCoGroupId":$readers}`, answer: "400 Invalid Fields", faulty: "co_group_id"},
			step{call: "GET co_groups?copersonid=$ada&expand=CoGroupMembers", answer: "200 OK", only: "json"},
			// A member sees the group, and of its memberships their own.
			step{as: "ada", call: "GET co_groups/$readers", has: `{"Name":"Readers"}`},
			step{as: "ada", call: "GET co_group_members?cogroupid=$readers", lists: "Person: CO $ada"},
			step{as: "ada", call: "POST co_group_members", send: `{"CoGroupId":$readers,"CoPersonId":$max,"Member":true}`, answer: "401 Unauthorized"},
		)
		// A former owner does not see it.
		s.perform(step{call: "DELETE co_group_members/$own"},
			step{as: as, call: "GET co_group_members?cogroupid=$readers", answer: "404 CO Group Unknown"})
	})
}

// TestRightsOfAPersonEnd: rights end with the membership, the person's status, and the person.
func TestRightsOfAPersonEnd(t *testing.T) {
	everywhere(t, func(s *fixture) {
		unitsWithPeople(s)
		lists := func() string { return s.call("coadmin", "GET", s.fill("api_users.json?coid=$co"), nil).line() }
		becomes := func(want string) { s.Helper(); s.eventually(func() bool { return lists() == want }) }
		becomes("200 OK")
		s.perform(step{call: "PUT co_group_members/$m2", send: `{"CoGroupId":$coadmins,"CoPersonId":$coadmin,"Member":true,"ValidThrough":"2001-01-01 00:00:00"}`})
		becomes("401 Unauthorized")
		s.perform(step{as: "coadmin", call: "GET co_people?coid=$co", lists: "Id: $coadmin"})
		s.perform(step{call: "PUT co_group_members/$m2", send: `{"CoGroupId":$coadmins,"CoPersonId":$coadmin,"Member":true,"ValidThrough":""}`})
		becomes("200 OK")
		s.perform(step{call: "PUT co_people/$coadmin", send: `{"CoId":$co,"Status":"Suspended"}`})
		s.eventually(func() bool {
			return s.call("coadmin", "GET", s.fill("co_people.json?coid=$co"), nil).line() == "401 Unauthorized"
		})
		s.perform(step{call: "DELETE co_people/$coadmin"})
	})
}

// TestPersonOfThePlatform: an administrator of the platform's CO administers everything.
func TestPersonOfThePlatform(t *testing.T) {
	everywhere(t, func(s *fixture) {
		co := s.ids["co"]
		s.ids["co"] = "1"
		s.perform(person("root"), person("guest"))
		s.ids["roots"] = s.adminsOf("")
		s.perform(member("m", "roots", "root"))
		root, guest := s.fill("root$n"), s.fill("guest$n")
		s.acting(root, "root")
		s.acting(guest, "guest")
		s.ids["co"] = co
		s.perform(step{as: root, call: "GET cos/$co", has: `{"Name":"$coname"}`},
			step{as: root, call: "POST cous", send: `{"CoId":$co,"Name":"Physics"}`},
			step{as: guest, call: "GET cos/$co", answer: "404 CO Unknown"},
			step{as: guest, call: "GET cos/1", answer: "200 OK"})
	})
}

// TestPrivilegeIsThePersons: an API user who acts for a person has the person's rights and no others.
func TestPrivilegeIsThePersons(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(person("ada"))
		a := s.send("", "POST", "api_users.json",
			`{"Version":"1.0","CoId":$co,"Username":"both","Privileged":true,"CoPersonId":$ada,"Status":"Active"}`, nil)
		s.expect(a, "201 Added")
		login := s.user("admin")
		login.Username, login.Key = s.fill("co_$co.both"), a.secret
		s.users["both"] = login
		s.perform(step{as: "both", call: "GET servers?coid=$co", answer: "401 Unauthorized"},
			step{as: "both", call: "GET co_people?coid=$co", lists: "Id: $ada"},
			step{call: "DELETE co_people/$ada"})
		// The user is suspended with the person it acts for, so that it does not get more rights than before.
		for _, u := range s.call("", "GET", s.fill("api_users.json?coid=$co"), nil).records {
			if u["Username"] == login.Username && (u["Status"] != comity.Suspended || u["CoPersonId"] != "") {
				s.Errorf("the API user of a deleted person: %v", u)
			}
		}
	})
}
