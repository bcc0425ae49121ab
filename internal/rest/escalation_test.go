package rest_test

import (
	"strings"
	"testing"
)

// TestAdministrativeGroupsStayWhereTheyAre: members of a unit's group of administrators administer the unit
// that the group was created with, not another one and not the CO.
func TestAdministrativeGroupsStayWhereTheyAre(t *testing.T) {
	everywhere(t, func(s *fixture) {
		unitsWithPeople(s)
		for _, as := range []string{"", "admin", "coadmin", "phadmin"} {
			s.perform(
				step{as: as, call: "PUT co_groups/$phadmins", send: `{"CoId":$co,"CouId":$optics,"Name":"CO:COU:Physics:admins","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "cou_id"},
				step{as: as, call: "PUT co_groups/$phadmins", send: `{"CoId":$co,"CouId":"$physics","Name":"CO:COU:Physics:admins","Description":"They lead","Status":"Active"}`},
			)
		}
		for _, as := range []string{"", "admin", "coadmin"} {
			s.perform(
				step{as: as, call: "PUT co_groups/$phadmins", send: `{"CoId":$co,"CouId":null,"Name":"CO:COU:Physics:admins","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "cou_id"},
				step{as: as, call: "PUT co_groups/$coadmins", send: `{"CoId":$co,"CouId":$optics,"Name":"CO:admins","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "cou_id"},
			)
		}
		s.perform(step{as: "phadmin", call: "GET api_users?coid=$co", answer: "401 Unauthorized"})
	})
}

// TestMembersSearchWhatTheySee: a group is found by its identifiers only by callers who may see these.
func TestMembersSearchWhatTheySee(t *testing.T) {
	everywhere(t, func(s *fixture) {
		unitsWithPeople(s)
		s.perform(
			group("readers", "Readers"), member("m3", "readers", "ada"),
			add("identifiers", "gid", `"Identifier":"readers-7","Type":"uid","Status":"Active","CoGroupId":$readers`),
			step{as: "ada", call: "GET co_groups?coid=$co&search.identifier=readers-7", lists: "Name: Readers"},
			step{as: "ada", call: "GET identifiers?cogroupid=$readers", has: `{"Identifier":"readers-7"}`},
			step{as: "ada", call: "GET identifiers/$gid", has: `{"Identifier":"readers-7"}`},
			step{as: "ada", call: "PUT identifiers/$gid", send: `{"Identifier":"readers-8","Type":"uid","Status":"Active","CoGroupId":$readers}`, answer: "401 Unauthorized"},
			step{as: "nobodyelse", call: "GET identifiers/$gid", answer: "404 Identifier Unknown"},
		)
	})
}

// TestPastOfSomebodyElse: a record that came from somebody else does not show the previous owner's data to
// its new owner.
func TestPastOfSomebodyElse(t *testing.T) {
	everywhere(t, func(s *fixture) {
		unitsWithPeople(s)
		s.perform(
			add("identity_documents", "passport", `"DocumentType":"P","DocumentIdentifier":"C7","Person":{"Type":"CO","Id":$clio}`),
			step{call: "PUT identity_documents/$passport", send: `{"DocumentType":"P","DocumentIdentifier":"A1","Person":{"Type":"CO","Id":$ada}}`},
			step{as: "coadmin", call: "GET identity_documents/$passport?revision=0", has: `{"DocumentIdentifier":"C7"}`},
		)
		for _, as := range []string{"ada", "phadmin"} {
			s.perform(
				step{as: as, call: "GET identity_documents/$passport", has: `{"DocumentIdentifier":"A1"}`},
				step{as: as, call: "GET identity_documents/$passport?revision=0", answer: "401 Unauthorized", says: "administrators of the CO"},
			)
			for _, rec := range s.call(as, "GET", s.fill("history_records.json?copersonid=$ada"), nil).records {
				if strings.Contains(rec["Comment"], "C7") {
					s.Errorf("%s reads %q", as, rec["Comment"])
				}
			}
		}
	})
}

// TestWhoAdministersMore: a caller with fewer administrative rights cannot suspend, expire, delete or
// reactivate a person, directly or indirectly.
func TestWhoAdministersMore(t *testing.T) {
	everywhere(t, func(s *fixture) {
		unitsWithPeople(s)
		const (
			as   = "phadmin"
			why  = "administers more than you do"
			none = "401 Unauthorized"
		)
		role := func(more string) string {
			return `{"CoPersonId":$boss,"CouId":$physics,"Affiliation":"staff",` + more + `}`
		}
		s.perform(
			person("boss"), roleIn("bossrole", "boss", "physics", "Active"), person("peer"), roleIn("peerrole", "peer", "physics", "Active"),
			member("m3", "phadmins", "peer"),
			step{as: as, call: "POST co_people", send: `{"CoId":$co,"Status":"Active"}`, keep: "new"},
		)
		for _, group := range []string{"coadmins", "hiadmins"} {
			s.ids["above"] = s.ids[group]
			s.perform(
				member("right", "above", "boss"), member("newright", "above", "new"),
				step{as: as, call: "PUT co_people/$boss", send: `{"CoId":$co,"Status":"Suspended"}`, answer: none, says: why},
				step{as: as, call: "PUT co_people/$boss", send: `{"CoId":$co,"Status":"Locked"}`, answer: none, says: why},
				step{as: as, call: "DELETE co_people/$boss", answer: none, says: why},
				step{as: as, call: "PUT co_person_roles/$bossrole", send: role(`"Status":"Suspended"`), answer: none, says: why},
				step{as: as, call: "PUT co_person_roles/$bossrole", send: role(`"Status":"Active","ValidThrough":"2001-01-01 00:00:00"`), answer: none, says: why},
				// The clock would end it.
				step{as: as, call: "PUT co_person_roles/$bossrole", send: role(`"Status":"Active","ValidThrough":"2100-01-01 00:00:00"`), answer: none, says: why},
				step{as: as, call: "PUT co_person_roles/$bossrole", send: role(`"Status":"Active","ValidFrom":"2100-01-01 00:00:00"`), answer: none, says: why},
				step{as: as, call: "PUT co_person_roles/$bossrole", send: `{"CoPersonId":$ada,"CouId":$physics,"Affiliation":"staff","Status":"Active"}`, answer: none, says: why},
				step{as: as, call: "PUT co_person_roles/$adarole", send: role(`"Status":"Active"`), answer: none, says: why},
				step{as: as, call: "DELETE co_person_roles/$bossrole", answer: none, says: why},
				// The first role decides the person's status.
				step{as: as, call: "POST co_person_roles", send: `{"CoPersonId":$new,"CouId":$physics,"Affiliation":"staff","Status":"Suspended"}`, answer: none, says: why},
				step{as: as, call: "PUT co_person_roles/$bossrole", send: role(`"Status":"Active","Title":"Head"`)},
				step{as: as, call: "PUT co_people/$boss", send: `{"CoId":$co,"Status":"Active","DateOfBirth":"1906-12-09"}`},
				step{call: "PUT co_person_roles/$bossrole", send: role(`"Status":"Suspended"`)},
				step{as: as, call: "PUT co_people/$boss", send: `{"CoId":$co,"Status":"Active"}`, answer: none, says: why},
				step{as: as, call: "PUT co_person_roles/$bossrole", send: role(`"Status":"Active"`), answer: none, says: why},
				step{call: "PUT co_person_roles/$bossrole", send: role(`"Status":"Active"`)},
				step{call: "DELETE co_group_members/$right"}, step{call: "DELETE co_group_members/$newright"},
			)
		}
		s.perform(
			// A person with as many rights, or none, may be changed.
			step{as: as, call: "PUT co_person_roles/$peerrole", send: `{"CoPersonId":$peer,"CouId":$physics,"Affiliation":"staff","Status":"Suspended"}`},
			step{as: as, call: "PUT co_people/$boss", send: `{"CoId":$co,"Status":"Suspended"}`},
			step{as: "coadmin", call: "PUT co_people/$boss", send: `{"CoId":$co,"Status":"Active"}`},
		)
	})
}

// TestLoginsAreGivenByTheCO: running an assignment that adds a login needs the right to add one, because the
// login is derived from names that others may change.
func TestLoginsAreGivenByTheCO(t *testing.T) {
	everywhere(t, func(s *fixture) {
		unitsWithPeople(s)
		s.perform(
			add("co_identifier_assignments", "plain", `"CoId":$co,"Status":"Active","IdentifierType":"badge","Algorithm":"S"`),
			step{as: "phadmin", call: "POST identifiers/assign", send: `{"CoPersonId":$ada}`, answer: "200 OK"},
			add("co_identifier_assignments", "logins", `"CoId":$co,"Status":"Active","IdentifierType":"uid","Algorithm":"S","Format":"(G)","Login":true`),
			step{as: "phadmin", call: "PUT names/$adaname", send: `{"Given":"Mallory","Type":"official","CoPersonId":$ada}`},
			step{as: "phadmin", call: "POST identifiers/assign", send: `{"CoPersonId":$ada}`, answer: "401 Unauthorized", says: "gives a login"},
			step{call: "GET identifiers?copersonid=$ada", lists: "Type: badge"},
			step{as: "coadmin", call: "POST identifiers/assign", send: `{"CoPersonId":$ada}`, answer: "200 OK"},
			step{call: "GET identifiers?copersonid=$ada", lists: "Identifier: 1, Mallory"},
			// Existing identifiers stay, so there is nothing to assign.
			step{as: "phadmin", call: "POST identifiers/assign", send: `{"CoPersonId":$ada}`, answer: "200 OK"},
		)
	})
}
