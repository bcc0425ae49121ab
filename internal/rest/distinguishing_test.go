package rest_test

import (
	"testing"
)

// TestAnOwnerDistinguishesPeople: the owner of a group sees the names, email addresses and units of people whom
// they may add, and nothing else; a caller who owns no group sees none of these.
func TestAnOwnerDistinguishesPeople(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(
			unit("physics", "Physics"), group("readers", "readers"), group("others", "others"),
			add("co_people", "ada", `"CoId":$co,"Status":"Active","DateOfBirth":"1815-12-10","Timezone":"Europe/London"`),
			add("names", "adaname", `"Given":"Ada","Family":"Lovelace","Type":"official","Language":"en","CoPersonId":$ada`),
			add("names", "adaother", `"Given":"Enchantress","Type":"alternate","CoPersonId":$ada`),
			add("email_addresses", "adamail", `"Mail":"ada@example.org","Type":"official","CoPersonId":$ada`),
			add("identifiers", "adaid", `"Identifier":"secret-ada","Type":"uid","Status":"Active","CoPersonId":$ada`),
			add("co_person_roles", "adarole", `"CoPersonId":$ada,"CouId":$physics,"Affiliation":"staff","Title":"Countess","Status":"Active","ValidThrough":"2031-01-01 00:00:00"`),
			add("co_people", "gone", `"CoId":$co,"Status":"Suspended"`),
			add("names", "gonename", `"Given":"Gone","Type":"official","CoPersonId":$gone`),
			add("co_people", "kept", `"CoId":$co,"Status":"Suspended"`),
			add("names", "keptname", `"Given":"Kept","Type":"official","CoPersonId":$kept`),
			person("owner"), person("bystander"),
			add("names", "ownername", `"Given":"Olga","Type":"official","CoPersonId":$owner`),
			member("m1", "readers", "kept"), member("m2", "others", "ada"),
			add("co_group_members", "m3", `"CoGroupId":$readers,"CoPersonId":$owner,"Owner":true`),
		)
		s.acting("owner", "owner")
		s.acting("bystander", "bystander")
		for range 2 {
			s.perform(
				step{as: "owner", call: "GET co_people/$ada", has: `{"Id":"$ada","CoId":"$co","Status":null,"DateOfBirth":null,"Timezone":null}`},
				step{as: "owner", call: "GET names?copersonid=$ada", has: `{"Given":"Ada","Family":"Lovelace","Language":null}`},
				step{as: "owner", call: "GET names/$adaother", answer: "404 Name Unknown"},
				step{as: "owner", call: "GET email_addresses?copersonid=$ada", has: `{"Mail":"ada@example.org"}`},
				step{as: "owner", call: "GET co_person_roles?copersonid=$ada", has: `{"CouId":"$physics","Title":null,"Affiliation":null,"Status":null,"ValidThrough":null}`},
				step{as: "owner", call: "GET cous/$physics", has: `{"Name":"Physics"}`},
				step{as: "owner", call: "GET co_people?coid=$co&given=ada", lists: "Id: $ada"},
				step{as: "owner", call: "GET co_people?coid=$co&search.mail=ada@example.org", lists: "Id: $ada"},
				// Hidden fields cannot be used to find them.
				step{as: "owner", call: "GET co_people?coid=$co&search.identifier=secret", lists: "Id: "},
				step{as: "owner", call: "GET co_people?coid=$co&identifier=secret-ada", lists: "Id: "},
				step{as: "owner", call: "GET identifiers/$adaid", answer: "404 Identifier Unknown"},
				// A person who is not active is visible while they are in the owner's group.
				step{as: "owner", call: "GET co_people/$gone", answer: "404 CoPerson Unknown"},
				step{as: "owner", call: "GET names/$gonename", answer: "404 Name Unknown"},
				step{as: "owner", call: "GET co_people/$kept", has: `{"Id":"$kept","Status":null}`},
				step{as: "owner", call: "GET names/$keptname", has: `{"Given":"Kept"}`},
				// They see their own record completely.
				step{as: "owner", call: "GET co_people/$owner", has: `{"Id":"$owner","Status":"Active"}`},
				step{as: "owner", call: "PUT co_people/$ada", send: `{"CoId":$co,"Status":"Active"}`, answer: "401 Unauthorized"},
				step{as: "owner", call: "GET co_people/$ada?revision=0", answer: "401 Unauthorized"},
				step{as: "bystander", call: "GET co_people/$ada", answer: "404 CoPerson Unknown"},
				step{as: "bystander", call: "GET names/$adaname", answer: "404 Name Unknown"},
				step{as: "stranger", call: "GET names/$adaname", answer: "404 Name Unknown"},
			)
			s.format = "xml"
		}
		s.format = "json"
		s.perform(
			add("names", "lost", `"Given":"Lost","Type":"official","CoPersonId":$bystander`),
			step{as: "owner", call: "POST co_group_members", send: `{"CoGroupId":$readers,"CoPersonId":$ada,"Member":true}`, keep: "m4"},
			step{call: "DELETE co_group_members/$m3"},
		)
	})
}
