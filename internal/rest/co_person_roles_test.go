package rest_test

import "testing"

func TestAddCoPersonRole(t *testing.T) {
	perform(t, []step{
		person("ada"), person("boss"), unit("physics", "Physics"), anotherCO("other"),
		add("co_people", "stranger", `"CoId":$other,"Status":"Active"`),
		add("cous", "theirs", `"CoId":$other,"Name":"Physics"`),
		{call: "POST co_person_roles", keep: "job", send: `{
			"Person":{"Type":"CO","Id":$ada},"CouId":$physics,"Affiliation":"staff","Title":"Professor","O":"University","Ou":"Physics",
			"SponsorCoPersonId":$boss,"ManagerCoPersonId":$boss,"Status":"Active",
			"ValidFrom":"2020-01-01 00:00:00","ValidThrough":"2999-01-01 00:00:00"}`},
		{call: "GET co_person_roles/$job", has: `{
			"Id":"$job","Person":"CO $ada","CouId":"$physics","Affiliation":"staff","Title":"Professor","O":"University","Ou":"Physics",
			"SponsorCoPersonId":"$boss","ManagerCoPersonId":"$boss","Status":"Active","Ordr":1,
			"ValidFrom":"2020-01-01 00:00:00","ValidThrough":"2999-01-01 00:00:00","Revision":0,"Deleted":false}`},
		{call: "POST co_person_roles", answer: "400 Bad Request"},
		{call: "POST co_person_roles", send: `{"O":"University"}`, answer: "400 Invalid Fields", faulty: "affiliation co_person_id status"},
		{
			call: "POST co_person_roles", send: `{"CoPersonId":$ada,"Affiliation":"boss","Status":"Active"}`,
			answer: "400 Invalid Fields", faulty: "affiliation",
		},
		{
			call: "POST co_person_roles", send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"Locked"}`,
			answer: "400 Invalid Fields", faulty: "status",
		},
		{
			call: "POST co_person_roles", answer: "400 Invalid Fields", faulty: "valid_from valid_through",
			send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"Active","ValidFrom":"2040-01-01 00:00:00","ValidThrough":"2020-01-01 00:00:00"}`,
		},
		{
			call: "POST co_person_roles", answer: "400 Invalid Fields", faulty: "cou_id manager_co_person_id sponsor_co_person_id",
			send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"Active","CouId":999999999,"SponsorCoPersonId":999999999,"ManagerCoPersonId":0}`,
		},
		{
			call: "POST co_person_roles", answer: "400 Invalid Fields", faulty: "cou_id manager_co_person_id sponsor_co_person_id",
			send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"Active","CouId":$theirs,"SponsorCoPersonId":$stranger,"ManagerCoPersonId":$stranger}`,
		},
		{
			call: "POST co_person_roles", send: `{"CoPersonId":999999999,"Affiliation":"staff","Status":"Active"}`,
			answer: "403 Person Does Not Exist",
		},
		{
			call: "POST co_person_roles", send: `{"Person":{"Type":"Org","Id":$ada},"Affiliation":"staff","Status":"Active"}`,
			answer: "400 Invalid Fields", faulty: "person",
		},
	})
}

func TestEditCoPersonRole(t *testing.T) {
	perform(t, []step{
		person("ada"), person("bob"), unit("physics", "Physics"), roleIn("job", "ada", "physics", "Active"), anotherCO("other"),
		add("co_people", "stranger", `"CoId":$other,"Status":"Active"`),
		{call: "PUT co_person_roles/$job", send: `{"Person":{"Type":"CO","Id":$ada},"Affiliation":"faculty","Status":"Suspended","CouId":""}`},
		{call: "GET co_person_roles/$job", has: `{"Affiliation":"faculty","Status":"Suspended","CouId":null,"Revision":1}`},
		{call: "PUT co_person_roles/$job", answer: "400 Bad Request"},
		{call: "PUT co_person_roles/$job", send: `{"CoPersonId":$ada}`, answer: "400 Invalid Fields", faulty: "affiliation status"},
		{
			call: "PUT co_person_roles/$job", send: `{"Affiliation":"staff","Status":"Active"}`,
			answer: "400 Invalid Fields", faulty: "co_person_id",
		},
		{
			call: "PUT co_person_roles/$job", send: `{"CoPersonId":$stranger,"Affiliation":"staff","Status":"Active"}`,
			answer: "403 Person Does Not Exist",
		},
		{
			call: "PUT co_person_roles/$job", send: `{"CoPersonId":999999999,"Affiliation":"staff","Status":"Active"}`,
			answer: "403 Person Does Not Exist",
		},
		{
			call: "PUT co_person_roles/999999999", send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"Active"}`,
			answer: "404 CoPersonRole Unknown",
		},
		// It may be given to another person of the CO.
		{call: "PUT co_person_roles/$job", send: `{"CoPersonId":$bob,"Affiliation":"staff","Status":"Active"}`},
		{call: "GET co_person_roles/$job", has: `{"Person":"CO $bob","Revision":2}`},
		{call: "GET co_person_roles?copersonid=$ada", answer: "204 CO Person Has No CoPersonRole"},
	})
}

func TestViewCoPersonRoles(t *testing.T) {
	perform(t, []step{
		person("ada"), person("bob"), unit("physics", "Physics"), unit("optics", "Optics"),
		{call: "GET co_person_roles?coid=$co", lists: "Id: "},
		{call: "GET co_person_roles?copersonid=$ada", answer: "204 CO Person Has No CoPersonRole"},
		{call: "GET co_person_roles?couid=$physics", answer: "204 COU Has No CoPersonRole"},
		roleIn("a", "ada", "physics", "Active"), roleIn("b", "bob", "physics", "Active"), roleIn("c", "bob", "optics", "Active"),
		role("d", "bob", "Active"),
		{call: "GET co_person_roles?coid=$co", lists: "Id: $a, $b, $c, $d"},
		{call: "GET co_person_roles?copersonid=$bob", lists: "Id: $b, $c, $d"},
		{call: "GET co_person_roles?couid=$physics", lists: "Id: $a, $b"},
		{call: "GET co_person_roles?couid=$physics&copersonid=$bob", lists: "Id: $b"},
		{call: "GET co_person_roles?copersonid=999999999", answer: "404 CO Person Unknown"},
		{call: "GET co_person_roles?couid=999999999", answer: "404 COU Unknown"},
		{call: "GET co_person_roles?coid=999999999", answer: "404 CO Unknown"},
		{call: "GET co_person_roles?copersonid=", answer: "400 Bad Request"},
		{call: "GET co_person_roles?couid=", answer: "400 Bad Request"},
	})
}

// TestRolesGetTheNextNumber of their person's roles, unless they name one.
func TestRolesGetTheNextNumber(t *testing.T) {
	perform(t, []step{
		person("ada"), person("bob"),
		role("a", "ada", "Active"), role("b", "ada", "Active"),
		add("co_person_roles", "c", `"CoPersonId":$ada,"Affiliation":"staff","Status":"Active","Ordr":7`),
		role("d", "ada", "Active"), role("e", "bob", "Active"),
		add("co_person_roles", "f", `"CoPersonId":$bob,"Affiliation":"staff","Status":"Active","Ordr":""`),
		{call: "GET co_person_roles?copersonid=$ada", lists: "Ordr: 1, 2, 7, 8"},
		{call: "GET co_person_roles?copersonid=$bob", lists: "Ordr: 1, 2"},
		// The largest number has no successor, which does not keep roles from being added.
		add("co_person_roles", "g", `"CoPersonId":$bob,"Affiliation":"staff","Status":"Active","Ordr":9223372036854775807`),
		role("h", "bob", "Active"),
		{call: "GET co_person_roles/$g", has: `{"Ordr":9223372036854775807}`},
	})
}

// TestOwnManager: nobody manages a role of their own, be it added, edited or moved to them; a sponsor may
// have it.
func TestOwnManager(t *testing.T) {
	send := func(call, person, more, faulty string) step {
		return step{
			call: call, send: `{"Affiliation":"staff","Status":"Active","Person":{"Type":"CO","Id":$` + person + `}` + more + `}`,
			answer: map[bool]string{true: "400 Invalid Fields"}[faulty != ""], faulty: faulty,
		}
	}
	const manager = "manager_co_person_id"
	perform(t, []step{
		person("ada"), person("bob"),
		send("POST co_person_roles", "ada", `,"ManagerCoPersonId":$ada`, manager),
		add("co_person_roles", "job", `"Affiliation":"staff","Status":"Active","CoPersonId":$ada,"ManagerCoPersonId":$bob,"SponsorCoPersonId":$ada`),
		send("PUT co_person_roles/$job", "ada", `,"ManagerCoPersonId":$ada`, manager),
		send("PUT co_person_roles/$job", "bob", ``, manager),
		send("PUT co_person_roles/$job", "bob", `,"ManagerCoPersonId":$ada`, ""),
	})
}
