package rest_test

import (
	"fmt"
	"testing"

	"comity"
)

// TestCopyOfACO: a copy has the CO's configuration and none of its people.
func TestCopyOfACO(t *testing.T) {
	const copied = "?coid=$copy"
	perform(t, oneOfEach(), []step{
		add("cous", "child", `"CoId":$co,"Name":"Child","ParentId":$unit`),
		add("names", "name2", `"Given":"Bob","Type":"official","OrgIdentityId":$org`),
		{call: "POST cos/duplicate/$co", keep: "copy"},
		{call: "GET cos/$copy", has: `{"Name":"Copy of $coname","Status":"Active"}`},
		{call: "POST cos/duplicate/$co", answer: "403 Name In Use"},

		{call: "GET co_people" + copied, lists: "Id: "},
		{call: "GET org_identities" + copied, lists: "Id: "},
		{call: "GET names" + copied, lists: "Id: "},
		{call: "GET co_person_roles" + copied, lists: "Id: "},
		{call: "GET co_group_members" + copied, lists: "Id: "},
		{call: "GET identifiers" + copied, lists: "Id: "},
		{call: "GET api_users" + copied, lists: "Id: "},

		{call: "GET co_email_lists" + copied, lists: "Status: Active"},
		{call: "GET co_services" + copied, has: `{"Name":"Wiki","Visibility":"CoMember"}`},
		{call: "GET co_navigation_links" + copied, has: `{"Title":"Wiki"}`},
		{call: "GET http_servers" + copied, has: `{"Serverurl":"https://example.org/x"}`},
		{call: "GET kafka_servers" + copied, has: `{"Brokers":"kafka.example.org:9092"}`},
		{call: "GET co_provisioning_targets" + copied + "&limit=1", has: `{"Description":"Mail","Status":"X"}`},
		{call: "GET api_provisioner/co_api_provisioner_targets" + copied, has: `{"Mode":"PO","IdentifierType":"uid"}`},
		{call: "GET co_group_nestings" + copied, lists: "Revision: 0"},

		// References are to copies: the original can be deleted without them.
		{call: "DELETE cos/$co"},
		{call: "GET co_group_nestings" + copied, lists: "Revision: 0"},
		{call: "GET kafka_servers" + copied, has: `{"Brokers":"kafka.example.org:9092"}`},
		{call: "DELETE cos/$copy"},
	})
}

// TestNamesInACopy: automatic groups are named like those of a new CO, and units keep their tree.
func TestNamesInACopy(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(
			unit("late", "Late"), unit("physics", "Physics"), group("readers", "readers"),
			step{call: "PUT cous/$late", send: `{"CoId":$co,"Name":"Late","ParentId":$physics}`},
			add("co_extended_types", "pen", `"CoId":$co,"Attribute":"Name.type","Name":"pen","DisplayName":"Pen","Status":"Active"`),
			step{call: "POST cos/duplicate/$co", keep: "copy"},
			step{call: "GET co_groups?coid=$copy", lists: "Name: CO:admins, CO:approvers, CO:members:active, CO:members:all, " +
				"CO:COU:Late:admins, CO:COU:Late:approvers, CO:COU:Late:members:active, CO:COU:Late:members:all, " +
				"CO:COU:Physics:admins, CO:COU:Physics:approvers, CO:COU:Physics:members:active, CO:COU:Physics:members:all, readers"},
			add("co_people", "bob", `"CoId":$copy,"Status":"Active"`),
			add("names", "bobs", `"Given":"Bob","Type":"pen","CoPersonId":$bob`),
			step{call: "GET co_groups?copersonid=$bob", lists: "Name: CO:members:active, CO:members:all"},
		)
		units := s.call("", "GET", s.fill("cous.json?coid=$copy"), nil).records
		if len(units) != 2 || units[0]["ParentId"] != units[1]["Id"] || units[1]["ParentId"] != "" {
			s.Errorf("the copy has the units %v", units)
		}
		groups := s.call("", "GET", s.fill("co_groups.json?coid=$copy"), nil).records
		if got, want := groups[0]["Description"], s.fill("Copy of $coname Administrators"); got != want {
			s.Errorf("CO:admins is described %q, want %q", got, want)
		}
		if got, want := groups[4]["CouId"], units[0]["Id"]; got != want {
			s.Errorf("the first unit's group is of unit %s, want %s", got, want)
		}
		types := s.call("", "GET", s.fill("co_extended_types.json?coid=$co"), nil).column("Name")
		if got := s.call("", "GET", s.fill("co_extended_types.json?coid=$copy"), nil).column("Name"); len(got) != len(types) {
			s.Errorf("the copy has %d types, want %d", len(got), len(types))
		}
	})
}

// TestWhoMayDuplicate: only administrators of the platform.
func TestWhoMayDuplicate(t *testing.T) {
	perform(t, []step{
		{as: "admin", call: "POST cos/duplicate/$co", answer: "401 Unauthorized"},
		{as: "stranger", call: "POST cos/duplicate/$co", answer: "404 CO Unknown"},
		{as: "user", call: "POST cos/duplicate/$co", answer: "401 Unauthorized"},
		{call: "POST cos/duplicate/999999999", answer: "404 CO Unknown"},
		{call: "GET cos/duplicate/$co", answer: "404 Unknown"},
	})
}

// TestCopyOfManyUnits: all units keep their place in the tree.
func TestCopyOfManyUnits(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(unit("top", "Top"))
		s.addMany(comity.Cou.Resource, 1002, func(rec *comity.Record, i int) {
			rec.SetText(comity.Cou.Name, fmt.Sprint("Unit ", i))
			rec.SetInt(comity.Cou.ParentId, comity.ParseId(s.ids["top"]))
		})
		s.perform(step{call: "POST cos/duplicate/$co", keep: "copy"})
		units := s.call("", "GET", s.fill("cous.json?coid=$copy"), nil).records
		for _, one := range units[1:] {
			if one["ParentId"] != units[0]["Id"] {
				s.Fatalf("%s is under %q, want %s", one["Name"], one["ParentId"], units[0]["Id"])
			}
		}
		// Units that were added in the database have no groups of their own, which violates the rules.
		s.perform(step{call: "DELETE cos/$copy"}, step{call: "DELETE cos/$co"})
	})
}
