package rest_test

import (
	"strings"
	"testing"
)

func TestAddCoGroup(t *testing.T) {
	perform(t, []step{
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"readers","Description":"They read","Status":"Active"}`, keep: "readers"},
		{call: "GET co_groups/$readers", has: `{
			"Id":"$readers","CoId":"$co","CouId":null,"Name":"readers","Description":"They read","Introduction":null,"Open":false,
			"Status":"Active","GroupType":"S","Auto":false,"NestingModeAll":false,"Revision":0,"Deleted":false}`},
		{call: "POST co_groups", answer: "400 Bad Request"},
		{call: "POST co_groups", send: `{"CoId":$co}`, answer: "400 Invalid Fields", faulty: "name status"},
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"x","Status":"Bogus"}`, answer: "400 Invalid Fields", faulty: "status"},
		{call: "POST co_groups", send: `{"CoId":999999999,"Name":"x","Status":"Active"}`, answer: "403 CO Does Not Exist"},
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"readers","Status":"Active"}`, answer: "403 Name In Use"},
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"CO:mine","Status":"Active"}`, answer: "403 Name Reserved"},
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"CO:","Status":"Active"}`, answer: "403 Name Reserved"},
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"CO:admins","Status":"Active"}`, answer: "403 Name In Use"},
		{as: "admin", call: "POST co_groups", send: `{"CoId":$co,"Name":"CO:mine","Status":"Active"}`, answer: "403 Name Reserved"},
		// Only administrators may give the names of groups of administrators.
		group("a", "admin"), group("b", "admin:mine"), group("c", "administrators"),
		{as: "admin", call: "POST co_groups", send: `{"CoId":$co,"Name":"admin:ours","Status":"Active"}`},
		// The same name in another CO is another group's.
		anotherCO("other"),
		{call: "POST co_groups", send: `{"CoId":$other,"Name":"readers","Status":"Active"}`},
	})
}

// TestGroupTypeAndAutoComeByThemselves: a group is standard, or of clusters if that is requested.
func TestGroupTypeAndAutoComeByThemselves(t *testing.T) {
	perform(t, []step{
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"s","Status":"Active","GroupType":"S","Auto":true}`, keep: "s"},
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"cl","Status":"Active","GroupType":"CL","Auto":"perhaps"}`, keep: "cl"},
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"m","Status":"Active","GroupType":"M"}`, answer: "400 Invalid Fields", faulty: "group_type"},
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"a","Status":"Active","GroupType":"A"}`, answer: "400 Invalid Fields", faulty: "group_type"},
		{call: "GET co_groups/$s", has: `{"GroupType":"S","Auto":false}`},
		{call: "GET co_groups/$cl", has: `{"GroupType":"CL","Auto":false}`},
		// Both are immutable, and another value is ignored.
		{call: "PUT co_groups/$cl", send: `{"CoId":$co,"Name":"cl","Status":"Active","GroupType":"M","Auto":true}`},
		{call: "GET co_groups/$cl", has: `{"GroupType":"CL","Auto":false,"Revision":1}`},
		{call: "DELETE co_groups/$cl"},
	})
}

func TestDeleteCoGroup(t *testing.T) {
	perform(t, []step{
		group("readers", "readers"),
		{call: "DELETE co_groups", answer: "400 Invalid Fields", faulty: "id"},
		{call: "DELETE co_groups/999999999", answer: "404 Identifier Unknown"},
		{call: "DELETE co_groups/$readers"},
		{call: "GET co_groups/$readers", answer: "404 CoGroup Unknown"},
		group("readers", "readers"),
		{call: "POST co_provisioning_targets", send: `{"CoId":$co,"Plugin":"ApiProvisioner","ProvisionCoGroupId":$readers,"Status":"X"}`, keep: "target"},
		{call: "DELETE co_groups/$readers", answer: "403 Forbidden"},
		{call: "DELETE co_provisioning_targets/$target"},
		{call: "DELETE co_groups/$readers"},
	})
}

func TestGroupsThatComeByThemselvesCannotBeDeleted(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(unit("physics", "Physics"))
		groups := s.call("", "GET", s.fill("co_groups.json?coid=$co"), nil)
		if len(groups.records) != 8 {
			s.Fatalf("a CO with a unit has %d groups", len(groups.records))
		}
		for _, g := range groups.records {
			s.perform(step{call: "DELETE co_groups/" + g["Id"], answer: "403 Forbidden"})
		}
	})
}

func TestEditCoGroup(t *testing.T) {
	perform(t, []step{
		group("readers", "readers"), group("writers", "writers"), anotherCO("other"),
		{call: "PUT co_groups/$readers", send: `{"CoId":$co,"Name":"all readers","Open":true,"Status":"Suspended"}`},
		{call: "GET co_groups/$readers", has: `{"Name":"all readers","Open":true,"Status":"Suspended","Revision":1}`},
		{call: "PUT co_groups/$readers", answer: "400 Bad Request"},
		{call: "PUT co_groups/$readers", send: `{"CoId":$co}`, answer: "400 Invalid Fields", faulty: "name status"},
		{call: "PUT co_groups/$readers", send: `{"CoId":$other,"Name":"x","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "co_id"},
		{call: "PUT co_groups/$readers", send: `{"CoId":999999999,"Name":"x","Status":"Active"}`, answer: "403 CO Does Not Exist"},
		{call: "PUT co_groups/$readers", send: `{"CoId":$co,"Name":"writers","Status":"Active"}`, answer: "403 Name In Use"},
		{call: "PUT co_groups/$readers", send: `{"CoId":$co,"Name":"CO:mine","Status":"Active"}`, answer: "403 Name Reserved"},
		{call: "PUT co_groups/$readers", send: `{"CoId":$co,"Name":"admin:mine","Status":"Active"}`},
		{call: "PUT co_groups/999999999", send: `{"CoId":$co,"Name":"x","Status":"Active"}`, answer: "404 Identifier Unknown"},
	})
}

// TestEditGroupsThatComeByThemselves: groups of administrators and approvers may be edited, except for their
// names; automatic groups may not.
func TestEditGroupsThatComeByThemselves(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(unit("physics", "Physics"))
		for _, g := range s.call("", "GET", s.fill("co_groups.json?coid=$co"), nil).records {
			edit := func(name, answer string) step {
				return step{
					call: "PUT co_groups/" + g["Id"], send: `{"CoId":$co,"Name":"` + name + `","Description":"edited","Status":"Active"}`,
					answer: answer,
				}
			}
			auto := strings.Contains(g["Name"], ":members:")
			keeping, has := "200 OK", `{"Name":"`+g["Name"]+`","Description":"edited","Revision":1}`
			if auto {
				keeping, has = "403 Forbidden", `{"Name":"`+g["Name"]+`","Description":"`+g["Description"]+`","Revision":0}`
			}
			s.perform(
				edit(g["Name"], keeping),
				edit("CO:other", "403 Name Reserved"),
				edit("other", "403 Name Reserved"),
				step{call: "GET co_groups/" + g["Id"], has: has},
			)
		}
	})
}

func TestReconcileGroups(t *testing.T) {
	perform(t, []step{
		unit("physics", "Physics"), group("readers", "readers"),
		{
			call:  "PUT co_groups/reconcile?coid=$co",
			lists: "Name: CO:members:active, CO:members:all, CO:COU:Physics:members:active, CO:COU:Physics:members:all",
		},
		{call: "PUT co_groups/reconcile?coid=999999999", answer: "403 CO Does Not Exist"},
		{as: "admin", call: "PUT co_groups/reconcile?coid=$co"},
		{as: "admin", call: "PUT co_groups/reconcile?coid=1", answer: "401 Unauthorized"},
		{as: "admin", call: "PUT co_groups/reconcile?coid=999999999", answer: "401 Unauthorized"},
		{as: "admin", call: "PUT co_groups/reconcile", answer: "401 Unauthorized"},
		{as: "user", call: "PUT co_groups/reconcile?coid=$co", answer: "401 Unauthorized"},
		{call: "POST co_groups/reconcile/$readers", answer: "200 OK"},
		{as: "admin", call: "POST co_groups/reconcile/$readers", answer: "200 OK"},
		{as: "stranger", call: "POST co_groups/reconcile/$readers", answer: "404 CoGroup Unknown"},
		{call: "POST co_groups/reconcile/999999999", answer: "404 CoGroup Unknown"},
	})
}

func TestViewCoGroups(t *testing.T) {
	perform(t, []step{
		{call: "GET co_groups?coid=$co", lists: "Name: CO:admins, CO:approvers, CO:members:active, CO:members:all"},
		{call: "GET co_groups?coid=999999999", answer: "404 CO Unknown"},
		group("readers", "readers"),
		{call: "GET co_groups/$readers", lists: "Name: readers"},
		{call: "GET co_groups/999999999", answer: "404 CoGroup Unknown"},
	})
}

// TestViewGroupsOfAPerson lists the active groups in which a person is a member or an owner now.
func TestViewGroupsOfAPerson(t *testing.T) {
	perform(t, []step{
		person("ada"), person("bob"),
		group("in", "in"), group("owned", "owned"), group("off", "off"), group("past", "past"), group("ahead", "ahead"), group("now", "now"),
		member("m", "in", "ada"),
		add("co_group_members", "m", `"CoGroupId":$owned,"Person":{"Type":"CO","Id":$ada},"Owner":true`),
		member("m", "off", "ada"),
		{call: "PUT co_groups/$off", send: `{"CoId":$co,"Name":"off","Status":"Suspended"}`},
		add("co_group_members", "m", `"CoGroupId":$past,"Person":{"Type":"CO","Id":$ada},"Member":true,"ValidThrough":"2020-01-01 00:00:00"`),
		add("co_group_members", "m", `"CoGroupId":$ahead,"Person":{"Type":"CO","Id":$ada},"Member":true,"ValidFrom":"2999-01-01 00:00:00"`),
		add("co_group_members", "m", `"CoGroupId":$now,"Person":{"Type":"CO","Id":$ada},"Member":true,
			"ValidFrom":"2020-01-01 00:00:00","ValidThrough":"2999-01-01 00:00:00"`),
		{call: "GET co_groups?copersonid=$ada", lists: "Name: CO:members:active, CO:members:all, in, owned, now"},
		{call: "GET co_groups?copersonid=$bob", lists: "Name: CO:members:active, CO:members:all"},
		{call: "GET co_groups?copersonid=999999999", answer: "404 CO Person Unknown"},
		{call: "PUT co_people/$bob", send: `{"CoId":$co,"Status":"Deleted"}`},
		{call: "GET co_groups?copersonid=$bob", answer: "204 CO Person Role Has No Groups"},
		{call: "DELETE co_people/$bob"},
		{call: "GET co_groups?copersonid=$bob", answer: "404 CO Person Unknown"},
	})
}

// TestViewGroupsByIdentifier finds a group by a part of an identifier of its own.
func TestViewGroupsByIdentifier(t *testing.T) {
	perform(t, []step{
		group("readers", "readers"), group("writers", "writers"), person("ada"),
		add("identifiers", "i", `"Identifier":"grp-Readers-1","Type":"uid","Status":"Active","Person":{"Type":"Group","Id":$readers}`),
		add("identifiers", "i", `"Identifier":"grp-readers-2","Type":"name","Status":"Active","Person":{"Type":"Group","Id":$readers}`),
		identifier("i", "ada", "grp-readers-ada"),
		{call: "GET co_groups?coid=$co&search.identifier=readers", lists: "Name: readers"},
		{call: "GET co_groups?coid=$co&search_identifier=READERS-1", lists: "Name: readers"},
		{call: "GET co_groups?coid=$co&search.identifier=nobody", lists: "Name: "},
		{call: "GET co_groups?coid=999999999&search.identifier=readers", answer: "404 CO Unknown"},
	})
}

// TestNamesThatLookReserved are reserved like those that are.
func TestNamesThatLookReserved(t *testing.T) {
	var steps []step
	for _, name := range []string{
		"co:x", "Co:admins", "ＣＯ：x", "CO：admins", "C\u200bO:x", "CO∶x", "СО:x",
	} {
		steps = append(steps,
			step{call: "POST co_groups", send: `{"CoId":$co,"Name":"` + name + `","Status":"Active"}`, answer: "403 Name Reserved"},
			step{call: "PUT co_groups/$readers", send: `{"CoId":$co,"Name":"` + name + `","Status":"Active"}`, answer: "403 Name Reserved"})
	}
	for _, name := range []string{"CO：x", "Admin∶x"} {
		steps = append(steps,
			step{call: "POST cous", send: `{"CoId":$co,"Name":"` + name + `"}`, answer: "403 Name Reserved"},
			step{call: "PUT cous/$optics", send: `{"CoId":$co,"Name":"` + name + `"}`, answer: "403 Name Reserved"})
	}
	perform(t, []step{add("co_groups", "readers", `"CoId":$co,"Name":"readers","Status":"Active"`), unit("optics", "Optics")}, steps, []step{
		// An administrator may give such names, and other names that look alike are different ones.
		add("co_groups", "", `"CoId":$co,"Name":"Admin：x","Status":"Active"`), unit("", "admin"),
		add("co_groups", "", `"CoId":$co,"Name":"Readers","Status":"Active"`), add("co_groups", "", `"CoId":$co,"Name":"ｒeaders","Status":"Active"`),
		unit("", "optics"), unit("", "项目：物理"),
		// Two names of groups of administrators are the same if they look alike.
		add("co_groups", "x", `"CoId":$co,"Name":"admin:y","Status":"Active"`),
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"ADMIN:Y","Status":"Active"}`, answer: "403 Name In Use"},
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"admin:\u200bx","Status":"Active"}`, answer: "403 Name In Use"},
		{call: "PUT co_groups/$readers", send: `{"CoId":$co,"Name":"ａdmin:y","Status":"Active"}`, answer: "403 Name In Use"},
		{call: "PUT co_groups/$x", send: `{"CoId":$co,"Name":"Admin:Y","Status":"Active"}`},
		{call: "PUT co_groups/$x", send: `{"CoId":$co,"Name":"admin:z","Status":"Active"}`},
		{call: "POST co_groups", send: `{"CoId":$co,"Name":"admin:y","Status":"Active"}`},
		anotherCO("other"),
		{call: "POST co_groups", send: `{"CoId":$other,"Name":"Admin:Z","Status":"Active"}`},
	})
}
