package rest_test

import "testing"

func TestAddCoGroupMember(t *testing.T) {
	perform(t, []step{
		group("readers", "readers"), person("ada"), person("bob"), anotherCO("other"),
		add("co_people", "stranger", `"CoId":$other,"Status":"Active"`),
		add("co_groups", "theirs", `"CoId":$other,"Name":"readers","Status":"Active"`),
		{call: "POST co_group_members", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":$ada},"Member":true}`, keep: "m"},
		{call: "GET co_group_members/$m", has: `{
			"Id":"$m","CoGroupId":"$readers","Person":"CO $ada","Member":true,"Owner":false,"ValidFrom":null,"ValidThrough":null,
			"Revision":0,"Deleted":false}`},
		{call: "POST co_group_members", send: `{"CoGroupId":$readers,"CoPersonId":$bob,"Owner":true}`, keep: "o"},
		{call: "GET co_group_members/$o", has: `{"Person":"CO $bob","CoPersonId":null,"Member":false,"Owner":true}`},
		{call: "POST co_group_members", answer: "400 Bad Request"},
		{call: "POST co_group_members", send: `{"Id":5}`, answer: "400 Invalid Fields", faulty: "co_group_id co_person_id member"},
		{call: "POST co_group_members", send: `{"Member":true}`, answer: "400 Invalid Fields", faulty: "co_group_id co_person_id"},
		{
			call: "POST co_group_members", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":$ada}}`,
			answer: "400 Invalid Fields", faulty: "member",
		},
		{
			call: "POST co_group_members", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":$ada},"Member":false,"Owner":false}`,
			answer: "400 Invalid Fields", faulty: "member",
		},
		{
			call: "POST co_group_members", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":$ada},"Member":true}`,
			answer: "403 CoPerson Already Member",
		},
		{
			call: "POST co_group_members", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":$bob},"Member":true}`,
			answer: "403 CoPerson Already Member",
		},
		{
			call: "POST co_group_members", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":999999999},"Member":true}`,
			answer: "403 Person Does Not Exist",
		},
		{
			call: "POST co_group_members", send: `{"CoGroupId":999999999,"Person":{"Type":"CO","Id":$ada},"Member":true}`,
			answer: "400 Invalid Fields", faulty: "co_group_id",
		},
		// Group and person must be in the same CO.
		{
			call: "POST co_group_members", send: `{"CoGroupId":$theirs,"Person":{"Type":"CO","Id":$ada},"Member":true}`,
			answer: "400 Invalid Fields", faulty: "co_group_id",
		},
		{
			call: "POST co_group_members", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":$stranger},"Member":true}`,
			answer: "400 Invalid Fields", faulty: "co_group_id",
		},
	})
}

func TestEditCoGroupMember(t *testing.T) {
	perform(t, []step{
		group("readers", "readers"), group("writers", "writers"), person("ada"), person("bob"), person("eve"),
		member("m", "readers", "ada"), member("other", "readers", "bob"),
		{call: "PUT co_group_members/$m", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":$ada},"Owner":true}`},
		{call: "GET co_group_members/$m", has: `{"Member":true,"Owner":true,"Revision":1}`},
		{call: "PUT co_group_members/$m", answer: "400 Bad Request"},
		{call: "PUT co_group_members/$m", send: `{"Owner":true}`, answer: "400 Invalid Fields", faulty: "co_group_id co_person_id"},
		{
			call: "PUT co_group_members/$m", send: `{"CoGroupId":$writers,"Person":{"Type":"CO","Id":$ada}}`,
			answer: "400 Invalid Fields", faulty: "co_group_id",
		},
		{
			call: "PUT co_group_members/$m", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":$bob}}`,
			answer: "403 CoPerson Already Member",
		},
		{
			call: "PUT co_group_members/$m", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":999999999}}`,
			answer: "403 Person Does Not Exist",
		},
		{
			call: "PUT co_group_members/999999999", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":$ada}}`,
			answer: "404 CoGroupMember Unknown",
		},
		{call: "PUT co_group_members/$m", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":$eve}}`},
		{call: "GET co_group_members/$m", has: `{"Person":"CO $eve","Member":true,"Owner":true,"Revision":2}`},
	})
}

// TestMembershipLeftWithNothingIsDeleted: a row must be a member, an owner, or both.
func TestMembershipLeftWithNothingIsDeleted(t *testing.T) {
	perform(t, []step{
		group("readers", "readers"), person("ada"), person("bob"),
		member("m", "readers", "ada"), member("kept", "readers", "bob"),
		{call: "PUT co_group_members/$m", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":$ada},"Member":false}`},
		{call: "GET co_group_members/$m", answer: "404 CoGroupMember Unknown"},
		{call: "GET co_group_members?cogroupid=$readers", lists: "Id: $kept"},
		{call: "PUT co_group_members/$kept", send: `{"CoGroupId":$readers,"Person":{"Type":"CO","Id":$bob},"Member":false,"Owner":true}`},
		{call: "GET co_group_members/$kept", has: `{"Member":false,"Owner":true,"Revision":1}`},
		// The person may join again.
		member("m", "readers", "ada"),
	})
}

func TestDeleteCoGroupMember(t *testing.T) {
	perform(t, []step{
		group("readers", "readers"), person("ada"), member("m", "readers", "ada"),
		{call: "DELETE co_group_members", answer: "400 Invalid Fields", faulty: "id"},
		{call: "DELETE co_group_members/999999999", answer: "404 CoGroupMember Unknown"},
		{call: "DELETE co_group_members/$m"},
		{call: "DELETE co_group_members/$m", answer: "404 CoGroupMember Unknown"},
		member("m", "readers", "ada"),
	})
}

// TestAutomaticMembershipsAreNotForCallersToChange.
func TestAutomaticMembershipsAreNotForCallersToChange(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(person("ada"), add("co_people", "gone", `"CoId":$co,"Status":"Deleted"`))
		auto := s.call("", "GET", s.fill("co_groups.json?copersonid=$ada"), nil).records
		rows := s.call("", "GET", s.fill("co_group_members.json?copersonid=$ada"), nil).records
		if len(auto) != 2 || len(rows) != 2 {
			s.Fatalf("an active person is in %d groups by %d rows", len(auto), len(rows))
		}
		for i, row := range rows {
			s.ids["group"], s.ids["row"] = auto[i]["Id"], row["Id"]
			s.perform([]step{
				{call: "DELETE co_group_members/$row", answer: "403 Forbidden"},
				{
					call: "PUT co_group_members/$row", send: `{"CoGroupId":$group,"Person":{"Type":"CO","Id":$ada},"Owner":true}`,
					answer: "403 Forbidden",
				},
				{
					call: "PUT co_group_members/$row", send: `{"CoGroupId":$group,"Person":{"Type":"CO","Id":$ada},"Member":false}`,
					answer: "403 Forbidden",
				},
				{
					call: "PUT co_group_members/$row", send: `{"CoGroupId":$group,"Person":{"Type":"CO","Id":$gone}}`,
					answer: "403 Forbidden",
				},
				{
					call: "POST co_group_members", send: `{"CoGroupId":$group,"Person":{"Type":"CO","Id":$gone},"Member":true}`,
					answer: "403 Forbidden",
				},
				{
					call: "POST co_group_members", send: `{"CoGroupId":$group,"Person":{"Type":"CO","Id":$ada},"Owner":true}`,
					answer: "403 CoPerson Already Member",
				},
				{call: "GET co_group_members/$row", has: `{"Person":"CO $ada","Member":true,"Owner":false,"Revision":0}`},
			}...)
		}
	})
}

// TestAdministratorsAreMembersLikeOthers: members of the group of a CO's or unit's administrators or
// approvers have a row that was added.
func TestAdministratorsAreMembersLikeOthers(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(unit("physics", "Physics"), person("ada"))
		for _, g := range s.call("", "GET", s.fill("co_groups.json?coid=$co"), nil).records {
			if g["Auto"] == "true" {
				continue
			}
			s.ids["group"] = g["Id"]
			s.perform(member("m", "group", "ada"), step{call: "DELETE co_group_members/$m"})
		}
	})
}

func TestViewCoGroupMembers(t *testing.T) {
	perform(t, []step{
		group("readers", "readers"), group("writers", "writers"), person("ada"), person("bob"), anotherCO("empty"),
		{call: "GET co_group_members?cogroupid=$readers", lists: "Id: "},
		member("a", "readers", "ada"), member("b", "readers", "bob"),
		add("co_group_members", "c", `"CoGroupId":$writers,"Person":{"Type":"CO","Id":$bob},"Owner":true`),
		{call: "GET co_group_members?cogroupid=$readers", lists: "Id: $a, $b"},
		{call: "GET co_group_members?cogroupid=$readers&copersonid=$bob", lists: "Id: $b"},
		{call: "GET co_group_members?cogroupid=$writers&copersonid=$ada", lists: "Id: "},
		{call: "GET co_group_members?copersonid=$bob&owner=true", lists: "Id: $c"},
		{call: "GET co_group_members?cogroupid=$readers&owner=true", lists: "Id: "},
		{call: "GET co_group_members?cogroupid=$writers&owner=false", lists: "Id: "},
		{call: "GET co_group_members?cogroupid=$readers&owner=false", lists: "Id: $a, $b"},
		{call: "GET co_group_members?coid=$empty", lists: "Id: "},
		{call: "GET co_group_members?cogroupid=999999999", answer: "404 CO Group Unknown"},
		{call: "GET co_group_members?copersonid=999999999", answer: "404 CO Person Unknown"},
		{call: "GET co_group_members?cogroupid=", answer: "400 Bad Request"},
		{call: "GET co_group_members/999999999", answer: "404 CoGroupMember Unknown"},
	})
}
