package rest_test

import "testing"

// inGroup returns the step that checks who is in a group: the kept names of people, in the order of their
// rows.
func inGroup(group, people string) step {
	return step{call: "GET co_group_members?cogroupid=$" + group, lists: "Person: " + people}
}

// TestNestedMembers: members of a nested group are members of the target, by a derived row that nobody else
// can change, at every level and for as long as that is so.
func TestNestedMembers(t *testing.T) {
	const ada, bob = "CO $ada", "CO $bob"
	start := []step{
		person("ada"), person("bob"), group("staff", "staff"), group("readers", "readers"), group("visitors", "visitors"), group("top", "top"),
	}
	for title, steps := range map[string][]step{
		"before and after": {
			member("one", "staff", "ada"), nesting("in", "staff", "readers", ""), inGroup("readers", ada),
			{call: "GET co_group_members?cogroupid=$readers", has: `{"CoGroupNestingId":"$in","Member":"true","Owner":"false"}`},
			member("two", "staff", "bob"), inGroup("readers", ada+", "+bob),
			{call: "DELETE co_group_members/$one"},
			inGroup("readers", bob),
			{call: "DELETE co_group_nestings/$in"},
			inGroup("readers", ""), inGroup("staff", bob),
		},
		"beside a row of one's own": {
			member("one", "staff", "ada"), nesting("in", "staff", "readers", ""), member("own", "readers", "ada"), inGroup("readers", ada+", "+ada),
			{call: "POST co_group_members", send: `{"CoGroupId":$readers,"CoPersonId":$ada,"Member":true}`, answer: "403 CoPerson Already Member"},
			{call: "DELETE co_group_members/$one"},
			{call: "GET co_group_members?cogroupid=$readers", lists: "Id: $own"},
		},
		"an owner alone": {
			add("co_group_members", "one", `"CoGroupId":$staff,"CoPersonId":$ada,"Owner":true`), nesting("in", "staff", "readers", ""), inGroup("readers", ""),
			{call: "PUT co_group_members/$one", send: `{"CoGroupId":$staff,"CoPersonId":$ada,"Member":true}`},
			inGroup("readers", ada),
			{call: "PUT co_group_members/$one", send: `{"CoGroupId":$staff,"CoPersonId":$bob}`},
			inGroup("readers", bob),
		},
		"three levels": {
			nesting("in", "staff", "readers", ""), nesting("m", "readers", "visitors", ""), nesting("l", "visitors", "top", ""),
			member("one", "staff", "ada"), inGroup("top", ada),
			{call: "DELETE co_group_nestings/$in"},
			inGroup("visitors", ""), inGroup("top", ""),
		},
		"a group between is deleted": {
			nesting("in", "staff", "readers", ""), nesting("m", "readers", "visitors", ""), nesting("l", "visitors", "top", ""),
			member("one", "staff", "ada"), inGroup("top", ada),
			{call: "DELETE co_groups/$readers"},
			inGroup("visitors", ""), inGroup("top", ""),
		},
		"two ways": {
			nesting("in", "staff", "readers", ""), nesting("m", "readers", "top", ""), nesting("l", "staff", "top", ""),
			member("one", "staff", "ada"), inGroup("top", ada+", "+ada),
			{call: "DELETE co_group_nestings/$l"},
			inGroup("top", ada),
		},
		"suspended": {
			nesting("in", "staff", "readers", ""), nesting("m", "readers", "top", ""), member("one", "staff", "ada"), inGroup("top", ada),
			{call: "PUT co_groups/$staff", send: `{"CoId":$co,"Name":"staff","Status":"Suspended"}`},
			inGroup("readers", ""), inGroup("top", ""),
			{call: "PUT co_groups/$staff", send: `{"CoId":$co,"Name":"staff","Status":"Active"}`},
			inGroup("readers", ada), inGroup("top", ada),
		},
		"out of date": {
			nesting("in", "staff", "readers", ""), member("one", "staff", "ada"), inGroup("readers", ada),
			{call: "PUT co_group_members/$one", send: `{"CoGroupId":$staff,"CoPersonId":$ada,"ValidThrough":"2020-01-01 00:00:00"}`},
			inGroup("readers", ""),
		},
		"negate": {
			nesting("in", "staff", "readers", ""), nesting("not", "visitors", "readers", `,"Negate":true`),
			member("one", "staff", "ada"), member("two", "staff", "bob"), inGroup("readers", ada+", "+bob),
			member("out", "visitors", "ada"), inGroup("readers", bob),
			member("own", "readers", "ada"), inGroup("readers", bob+", "+ada),
			{call: "PUT co_group_nestings/$not", send: `{"CoGroupId":$visitors,"TargetCoGroupId":$readers,"Negate":false}`},
			{call: "GET co_group_members?cogroupid=$readers&copersonid=$bob", lists: "CoGroupNestingId: $in"},
			{call: "DELETE co_group_nestings/$not"},
			{call: "DELETE co_group_members/$own"},
			inGroup("readers", bob+", "+ada),
		},
		"all of them": {
			{call: "PUT co_groups/$readers", send: `{"CoId":$co,"Name":"readers","Status":"Active","NestingModeAll":true}`},
			nesting("in", "staff", "readers", ""), nesting("m", "visitors", "readers", ""),
			member("one", "staff", "ada"), inGroup("readers", ""),
			member("two", "visitors", "ada"), inGroup("readers", ada+", "+ada),
			{call: "DELETE co_group_members/$one"},
			inGroup("readers", ""),
			{call: "PUT co_groups/$readers", send: `{"CoId":$co,"Name":"readers","Status":"Active","NestingModeAll":false}`},
			inGroup("readers", ada),
		},
		"the target moves": {
			nesting("in", "staff", "readers", ""), member("one", "staff", "ada"),
			{call: "PUT co_group_nestings/$in", send: `{"CoGroupId":$staff,"TargetCoGroupId":$top}`},
			inGroup("readers", ""), inGroup("top", ada),
		},
		"the person goes": {
			nesting("in", "staff", "readers", ""), member("one", "staff", "ada"), {call: "DELETE co_people/$ada"}, inGroup("readers", ""),
		},
	} {
		t.Run(title, func(t *testing.T) { perform(t, start, steps) })
	}
}

// TestAutomaticGroupsNest: a person with a new role in a unit becomes a member of the groups in which the
// unit's groups are nested.
func TestAutomaticGroupsNest(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(person("ada"), unit("physics", "Physics"), group("readers", "readers"), group("top", "top"))
		groups := s.call("", "GET", s.fill("co_groups.json?coid=$co"), nil)
		for i, name := range groups.column("Name") {
			if name == "CO:COU:Physics:members:active" {
				s.ids["active"] = groups.records[i]["Id"]
			}
		}
		s.perform(
			nesting("in", "active", "readers", ""), nesting("m", "readers", "top", ""), inGroup("top", ""),
			roleIn("job", "ada", "physics", "Active"), inGroup("readers", "CO $ada"), inGroup("top", "CO $ada"),
			step{call: "PUT co_person_roles/$job", send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"Suspended"}`},
			inGroup("readers", ""), inGroup("top", ""),
			step{call: "PUT co_person_roles/$job", send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"Active"}`}, inGroup("top", "CO $ada"),
			step{call: "PUT co_people/$ada", send: `{"CoId":$co,"Status":"Locked"}`}, inGroup("top", ""),
			// No group can be nested in an automatic group.
			step{call: "POST co_group_nestings", send: `{"CoGroupId":$top,"TargetCoGroupId":$active}`, answer: "403 Nesting Would Create Cycle"},
			group("staff", "staff"),
			step{call: "POST co_group_nestings", send: `{"CoGroupId":$staff,"TargetCoGroupId":$active}`, answer: "403 Forbidden"},
		)
	})
}

// TestNestingsThatCannotBe: no group can be nested in itself, at any depth.
func TestNestingsThatCannotBe(t *testing.T) {
	const cycle = "403 Nesting Would Create Cycle"
	perform(t, []step{
		person("ada"), group("a", "a"), group("b", "b"), group("c", "c"), group("d", "d"), member("one", "a", "ada"),
		nesting("ab", "a", "b", ""), nesting("bc", "b", "c", ""), nesting("cd", "c", "d", ""),
		{call: "POST co_group_nestings", send: `{"CoGroupId":$a,"TargetCoGroupId":$a}`, answer: cycle},
		{call: "POST co_group_nestings", send: `{"CoGroupId":$b,"TargetCoGroupId":$a}`, answer: cycle},
		{call: "POST co_group_nestings", send: `{"CoGroupId":$d,"TargetCoGroupId":$a}`, answer: cycle},
		{call: "POST co_group_nestings", send: `{"CoGroupId":$d,"TargetCoGroupId":$a,"Negate":true}`, answer: cycle},
		{call: "PUT co_group_nestings/$ab", send: `{"CoGroupId":$d,"TargetCoGroupId":$b}`, answer: cycle},
		{call: "PUT co_group_nestings/$cd", send: `{"CoGroupId":$c,"TargetCoGroupId":$a}`, answer: cycle},
		// If the nesting itself is the only path, it may be reversed.
		{call: "PUT co_group_nestings/$cd", send: `{"CoGroupId":$d,"TargetCoGroupId":$c}`},
		{call: "GET co_group_nestings?coid=$co", lists: "Id: $ab, $bc, $cd"},
		{call: "POST co_group_nestings", send: `{"CoGroupId":$a}`, answer: "400 Invalid Fields", faulty: "target_co_group_id"},
	})
}

// TestRowsThatNestingsMade: derived rows cannot be changed by callers.
func TestRowsThatNestingsMade(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(person("ada"), group("a", "a"), group("b", "b"), nesting("ab", "a", "b", ""), member("one", "a", "ada"))
		s.ids["derived"] = s.call("", "GET", s.fill("co_group_members.json?cogroupid=$b"), nil).column("Id")[0]
		s.perform(
			step{call: "DELETE co_group_members/$derived", answer: "403 Forbidden"},
			step{call: "PUT co_group_members/$derived", send: `{"CoGroupId":$b,"CoPersonId":$ada,"Owner":true}`, answer: "403 Forbidden"},
			step{call: "PUT co_group_members/$derived", send: `{"CoGroupId":$b,"CoPersonId":$ada,"CoGroupNestingId":null}`, answer: "403 Forbidden"},
			step{call: "POST co_groups/reconcile/$b", answer: "200 OK"}, inGroup("b", "CO $ada"),
		)
	})
}

// TestNestingTwice: there is one nesting between two groups, which includes or excludes.
func TestNestingTwice(t *testing.T) {
	nest := func(call, group, target, negate, answer string) step {
		return step{
			call: call, send: `{"CoGroupId":$` + group + `,"TargetCoGroupId":$` + target + `,"Negate":` + negate + `}`,
			answer: answer, says: map[bool]string{true: "edit or delete that one"}[answer != ""],
		}
	}
	const no = "403 Forbidden"
	perform(t, []step{
		group("staff", "staff"), group("readers", "readers"), group("top", "top"), nesting("in", "staff", "readers", ""), nesting("up", "staff", "top", `,"Negate":true`),
		nest("POST co_group_nestings", "staff", "readers", "false", no),
		nest("POST co_group_nestings", "staff", "readers", "true", no),
		nest("POST co_group_nestings", "staff", "top", "false", no),
		nest("PUT co_group_nestings/$up", "staff", "readers", "true", no),
		nest("PUT co_group_nestings/$up", "staff", "readers", "false", no),
		nest("PUT co_group_nestings/$in", "staff", "readers", "true", ""),
		nest("PUT co_group_nestings/$in", "staff", "readers", "false", ""),
		nest("PUT co_group_nestings/$up", "readers", "top", "false", ""),
	})
}
