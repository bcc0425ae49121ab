package rest_test

import (
	"strings"
	"testing"
)

// TestAdministrativeGroupsStayWhereTheyAre: who is in a unit's group of administrators administers the
// unit that it came with, not another one and not the CO.
func TestAdministrativeGroupsStayWhereTheyAre(t *testing.T) {
	everywhere(t, func(s *scene) {
		staffed(s)
		for _, as := range []string{"", "admin", "coadmin", "phadmin"} {
			s.play(
				step{as: as, call: "PUT co_groups/$phadmins", send: `{"CoId":$co,"CouId":$optics,"Name":"CO:COU:Physics:admins","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "cou_id"},
				step{as: as, call: "PUT co_groups/$phadmins", send: `{"CoId":$co,"CouId":"$physics","Name":"CO:COU:Physics:admins","Description":"They lead","Status":"Active"}`},
			)
		}
		for _, as := range []string{"", "admin", "coadmin"} {
			s.play(
				step{as: as, call: "PUT co_groups/$phadmins", send: `{"CoId":$co,"CouId":null,"Name":"CO:COU:Physics:admins","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "cou_id"},
				step{as: as, call: "PUT co_groups/$coadmins", send: `{"CoId":$co,"CouId":$optics,"Name":"CO:admins","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "cou_id"},
			)
		}
		s.play(step{as: "phadmin", call: "GET api_users?coid=$co", answer: "401 Unauthorized"})
	})
}

// TestMembersSearchWhatTheySee: a group is found by its identifiers by those who may see these.
func TestMembersSearchWhatTheySee(t *testing.T) {
	everywhere(t, func(s *scene) {
		staffed(s)
		s.play(
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

// TestPastOfSomebodyElse: a record that came from somebody else shows its new owner nothing of them.
func TestPastOfSomebodyElse(t *testing.T) {
	everywhere(t, func(s *scene) {
		staffed(s)
		s.play(
			add("identity_documents", "passport", `"DocumentType":"P","DocumentIdentifier":"C7","Person":{"Type":"CO","Id":$clio}`),
			step{call: "PUT identity_documents/$passport", send: `{"DocumentType":"P","DocumentIdentifier":"A1","Person":{"Type":"CO","Id":$ada}}`},
			step{call: "PUT identity_documents/$passport", send: `{"DocumentType":"P","DocumentIdentifier":"A2","Person":{"Type":"CO","Id":$ada}}`},
		)
		for _, as := range []string{"ada", "phadmin"} {
			s.play(
				step{as: as, call: "GET identity_documents/$passport?revision=1", has: `{"DocumentIdentifier":"A1"}`},
				step{as: as, call: "GET identity_documents/$passport?revision=0", answer: "404 IdentityDocument Unknown"},
			)
		}
		s.play(step{as: "coadmin", call: "GET identity_documents/$passport?revision=0", has: `{"DocumentIdentifier":"C7"}`})
		for _, as := range []string{"ada", "phadmin"} {
			for _, rec := range s.call(as, "GET", s.fill("history_records.json?copersonid=$ada"), nil).records {
				if strings.Contains(rec["Comment"], "C7") {
					s.Errorf("%s reads %q", as, rec["Comment"])
				}
			}
		}
	})
}
