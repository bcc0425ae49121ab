package rest_test

import (
	"strings"
	"testing"
)

// TestCoHasFourGroupsFromBirth: a CO is created with four groups, and its new name is in their descriptions.
func TestCoHasFourGroupsFromBirth(t *testing.T) {
	list := "GET co_groups?coid=$co"
	perform(t, []step{
		{call: list, lists: "Name: CO:admins, CO:approvers, CO:members:active, CO:members:all"},
		{call: list, lists: "Description: $coname Administrators, $coname Approvers, $coname Active Members, $coname Members"},
		{call: list, lists: "GroupType: A, AP, MA, M"},
		{call: list, lists: "Auto: false, false, true, true"},
		{call: list, lists: "Status: Active, Active, Active, Active"},
		{call: list, lists: "Open: false, false, false, false"},
		{call: list, lists: "CouId: , , , "},
		{call: list, lists: "Revision: 0, 0, 0, 0"},
		{call: "PUT cos/$co", send: `{"Name":"$coname, renamed","Status":"Active"}`},
		{call: list, lists: "Name: CO:admins, CO:approvers, CO:members:active, CO:members:all"},
		{
			call: list, lists: "Description: $coname, renamed Administrators, $coname, renamed Approvers, " +
				"$coname, renamed Active Members, $coname, renamed Members",
		},
		{call: list, lists: "Revision: 1, 1, 1, 1"},
	})
}

// TestCouHasFourGroupsFromBirth: they are renamed and deleted with the unit.
func TestCouHasFourGroupsFromBirth(t *testing.T) {
	list := "GET co_groups?coid=$co&copersonid=$ada"
	// ada is in all groups, so that they can be distinguished from the CO's own.
	groups := func(of string) string {
		return "Name: CO:members:active, CO:members:all, CO:COU:" + of + ":members:active, CO:COU:" + of + ":members:all"
	}
	perform(t, []step{
		person("ada"), unit("physics", "Physics"), roleIn("job", "ada", "physics", "Active"),
		{
			call: "GET co_groups?coid=$co", lists: "Name: CO:admins, CO:approvers, CO:members:active, CO:members:all, " +
				"CO:COU:Physics:admins, CO:COU:Physics:approvers, CO:COU:Physics:members:active, CO:COU:Physics:members:all",
		},
		{
			call: "GET co_groups?coid=$co", lists: "Description: " +
				"$coname Administrators, $coname Approvers, $coname Active Members, $coname Members, " +
				"Physics Administrators, Physics Approvers, Physics Active Members, Physics Members",
		},
		{call: "GET co_groups?coid=$co", lists: "GroupType: A, AP, MA, M, A, AP, MA, M"},
		{call: "GET co_groups?coid=$co", lists: "Auto: false, false, true, true, false, false, true, true"},
		{call: "GET co_groups?coid=$co", lists: "CouId: , , , , $physics, $physics, $physics, $physics"},
		{call: list, lists: groups("Physics")},
		{call: "PUT cous/$physics", send: `{"CoId":$co,"Name":"Natural Philosophy"}`},
		{call: list, lists: groups("Natural Philosophy")},
		{call: list, lists: "Description: $coname Active Members, $coname Members, Natural Philosophy Active Members, Natural Philosophy Members"},
		{call: list, lists: "Revision: 0, 0, 1, 1"},
		// An edit that keeps the name does not change the groups.
		{call: "PUT cous/$physics", send: `{"CoId":$co,"Name":"Natural Philosophy","Description":"all of nature"}`},
		{call: list, lists: "Revision: 0, 0, 1, 1"},
		// The old name, and those of its groups, can be used again.
		unit("new", "Physics"),
		{call: "DELETE cous/$new"},
		{call: "DELETE co_person_roles/$job"},
		{call: "DELETE cous/$physics"},
		{call: "GET co_groups?coid=$co", lists: "Name: CO:admins, CO:approvers, CO:members:active, CO:members:all"},
	})
}

// TestLongNamesOfUnits make group names longer than others may be, and those groups can be edited.
func TestLongNamesOfUnits(t *testing.T) {
	long := strings.Repeat("ü", 128)
	everywhere(t, func(s *fixture) {
		s.perform(unit("long", long))
		all := s.call("", "GET", s.fill("co_groups.json?coid=$co"), nil)
		s.ids["admins"] = all.records[4]["Id"]
		s.perform([]step{
			{call: "GET co_groups/$admins", has: `{"Name":"CO:COU:` + long + `:admins","Description":"` + long + ` Administrators"}`},
			{call: "PUT co_groups/$admins", send: `{"CoId":$co,"Name":"CO:COU:` + long + `:admins","Status":"Suspended"}`},
			// Other names may have 128 characters.
			group("most", long),
			{
				call: "POST co_groups", send: `{"CoId":$co,"Name":"` + long + `x","Status":"Active"}`,
				answer: "400 Invalid Fields", faulty: "name",
			},
			{
				call: "PUT co_groups/$most", send: `{"CoId":$co,"Name":"` + long + `x","Status":"Active"}`,
				answer: "400 Invalid Fields", faulty: "name",
			},
			// The error is reported together with the others.
			{
				call: "POST co_groups", send: `{"CoId":$co,"CouId":999999999,"Name":"` + long + `x","Status":"Bogus"}`,
				answer: "400 Invalid Fields", faulty: "cou_id name status",
			},
		}...)
	})
}

// TestGroupsOfAUnit: a group that was added to a unit is deleted with it.
func TestGroupsOfAUnit(t *testing.T) {
	perform(t, []step{
		person("ada"), unit("physics", "Physics"),
		add("co_groups", "lab", `"CoId":$co,"CouId":$physics,"Name":"lab","Status":"Active"`), group("readers", "readers"),
		member("m", "lab", "ada"),
		add("identifiers", "gid", `"Identifier":"lab","Type":"uid","Status":"Active","CoGroupId":$lab`),
		{call: "DELETE cous/$physics"},
		{call: "GET co_groups/$lab", answer: "404 CoGroup Unknown"},
		{call: "GET co_group_members/$m", answer: "404 CoGroupMember Unknown"},
		{call: "GET identifiers/$gid", answer: "404 Identifier Unknown"},
		{call: "GET co_groups/$readers", lists: "Name: readers"},
		identifier("uid", "ada", "lab"),
	})
}
