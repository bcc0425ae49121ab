package rest_test

import (
	"testing"
)

func TestAddIdentifier(t *testing.T) {
	perform(t, []step{
		person("ada"), orgIdentity("home"), group("readers", "readers"), target("target", "X"), anotherCO("other"),
		add("co_provisioning_targets", "theirs", `"CoId":$other,"Plugin":"ApiProvisioner","Status":"X"`),
		{call: "POST identifiers", keep: "uid", send: `{
			"Identifier":"ada","Type":"uid","Login":true,"Status":"Active","Language":"en","CoProvisioningTargetId":$target,
			"Person":{"Type":"CO","Id":$ada}}`},
		{call: "GET identifiers/$uid", has: `{
			"Id":"$uid","Identifier":"ada","Type":"uid","Login":true,"Status":"Active","Language":"en","CoProvisioningTargetId":"$target",
			"Person":"CO $ada","Revision":0,"Deleted":false}`},
		{call: "POST identifiers", send: `{"Identifier":"h","Type":"eppn","Status":"Active","Person":{"Type":"Org","Id":$home}}`, keep: "org"},
		{call: "GET identifiers/$org", has: `{"Person":"Org $home","Login":false,"CoProvisioningTargetId":null}`},
		// The owner of a group's identifier is returned as CoGroupId.
		{call: "POST identifiers", send: `{"Identifier":"g","Type":"uid","Status":"Active","Person":{"Type":"Group","Id":$readers}}`, keep: "group"},
		{call: "GET identifiers/$group", has: `{"CoGroupId":"$readers","Person":null}`},
		{call: "POST identifiers", send: `{"Identifier":"f","Type":"uid","Status":"Active","CoGroupId":$readers}`, keep: "flat"},
		{call: "GET identifiers/$flat", has: `{"CoGroupId":"$readers","Person":null}`},
		{call: "POST identifiers", answer: "400 Bad Request"},
		{call: "POST identifiers", send: `{"CoPersonId":$ada}`, answer: "400 Invalid Fields", faulty: "identifier status type"},
		{
			call: "POST identifiers", send: `{"Identifier":"x","Type":"bogus","Status":"Active","CoPersonId":$ada}`,
			answer: "400 Invalid Fields", faulty: "type",
		},
		{
			call: "POST identifiers", answer: "400 Invalid Fields", faulty: "co_provisioning_target_id",
			send: `{"Identifier":"x","Type":"uid","Status":"Active","CoPersonId":$ada,"CoProvisioningTargetId":$theirs}`,
		},
		{call: "POST identifiers", send: `{"Identifier":"x","Type":"uid","Status":"Active"}`, answer: "403 No Person Specified"},
		{
			call: "POST identifiers", send: `{"Identifier":"x","Type":"uid","Status":"Active","CoPersonId":999999999}`,
			answer: "403 Person Does Not Exist",
		},
		{
			call: "POST identifiers", send: `{"Identifier":"ada","Type":"uid","Status":"Active","CoPersonId":$ada}`,
			answer: "403 Identifier In Use", says: `"ada"`,
		},
	})
}

func TestViewIdentifiers(t *testing.T) {
	perform(t, []step{
		person("ada"), orgIdentity("home"), group("readers", "readers"),
		{call: "GET identifiers?coid=$co", lists: "Id: "},
		{call: "GET identifiers?copersonid=$ada", answer: "204 CO Person Has No Identifier"},
		{call: "GET identifiers?orgidentityid=$home", answer: "204 Org Identity Has No Identifier"},
		{call: "GET identifiers?cogroupid=$readers", answer: "204 CO Group Has No Identifier"},
		identifier("a", "ada", "a"),
		add("identifiers", "b", `"Identifier":"b","Type":"uid","Status":"Active","OrgIdentityId":$home`),
		add("identifiers", "c", `"Identifier":"c","Type":"uid","Status":"Active","CoGroupId":$readers`),
		{call: "GET identifiers?coid=$co", lists: "Identifier: a, b, c"},
		{call: "GET identifiers?copersonid=$ada", lists: "Identifier: a"},
		{call: "GET identifiers?orgidentityid=$home", lists: "Identifier: b"},
		{call: "GET identifiers?cogroupid=$readers", lists: "Identifier: c"},
		{call: "GET identifiers?copersonid=999999999", answer: "404 CO Person Unknown"},
		{call: "GET identifiers?orgidentityid=999999999", answer: "404 Org Identity Unknown"},
		{call: "GET identifiers?cogroupid=999999999", answer: "404 CO Group Unknown"},
		{call: "GET identifiers?cogroupid=", answer: "400 Bad Request"},
	})
}

// TestIdentifiersAreUnique for their type among the people and groups of a CO; those of org identities are
// not compared.
func TestIdentifiersAreUnique(t *testing.T) {
	owned := func(keep, owner, value, kind, answer string) step {
		st := add("identifiers", keep, `"Identifier":"`+value+`","Type":"`+kind+`","Status":"Active","Person":`+owner)
		st.answer = answer
		return st
	}
	edited := func(keep, owner, value, kind, answer string) step {
		st := owned("", owner, value, kind, answer)
		st.call = "PUT identifiers/$" + keep
		return st
	}
	const (
		ada, bob  = `{"Type":"CO","Id":$ada}`, `{"Type":"CO","Id":$bob}`
		readers   = `{"Type":"Group","Id":$readers}`
		home, far = `{"Type":"Org","Id":$home}`, `{"Type":"Org","Id":$far}`
		stranger  = `{"Type":"CO","Id":$stranger}`
		inUse     = "403 Identifier In Use"
	)
	perform(t, []step{
		person("ada"), person("bob"), group("readers", "readers"), orgIdentity("home"), orgIdentity("far"), anotherCO("other"),
		add("co_people", "stranger", `"CoId":$other,"Status":"Active"`),
		owned("a", ada, "x1", "uid", ""),
		owned("", ada, "x1", "uid", inUse), owned("", bob, "x1", "uid", inUse), owned("", readers, "x1", "uid", inUse),
		// With another type, in another CO, or in capitals it is another identifier.
		owned("", bob, "x1", "eppn", ""), owned("", stranger, "x1", "uid", ""), owned("b", bob, "X1", "uid", ""),
		owned("h", home, "x1", "uid", ""), owned("f", far, "x1", "uid", ""), owned("", home, "x1", "uid", ""),
		owned("g", readers, "x2", "uid", ""), owned("", ada, "x2", "uid", inUse),
	}, []step{
		// This applies to edits of the value, of the type, and of the owner, too.
		edited("b", bob, "x1", "uid", inUse),
		edited("b", bob, "x1", "eppn", inUse),
		edited("b", bob, "X1", "uid", ""),
		edited("h", bob, "x1", "uid", inUse),
		edited("h", readers, "x1", "uid", inUse),
		edited("h", home, "x1", "uid", ""),
		edited("h", far, "x1", "uid", ""),
		edited("a", bob, "x1", "uid", ""),
		edited("a", home, "x1", "uid", ""),
		edited("h", bob, "x1", "uid", ""),
		edited("a", ada, "x1", "uid", inUse),
	}, []step{
		// Suspended ones, and those of a person whose Status is Deleted, are in use.
		{call: "PUT identifiers/$h", send: `{"Identifier":"x1","Type":"uid","Status":"Suspended","Person":` + bob + `}`},
		{call: "PUT co_people/$bob", send: `{"CoId":$co,"Status":"Deleted"}`},
		owned("", ada, "x1", "uid", inUse),
		// Those of a deleted record can be used again.
		{call: "DELETE identifiers/$h"},
		owned("x", ada, "x1", "uid", ""),
		{call: "DELETE co_groups/$readers"},
		owned("", ada, "x2", "uid", ""),
		{call: "DELETE co_people/$bob"},
		owned("", ada, "X1", "uid", ""),
		owned("", ada, "x1", "eppn", ""),
	})
}

func TestIdentifierInUseNamesIt(t *testing.T) {
	perform(t, []step{
		person("ada"), identifier("a", "ada", `A \"quoted\" Ünïcode`),
		{
			call: "POST identifiers", send: `{"Identifier":"A \"quoted\" Ünïcode","Type":"uid","Status":"Active","CoPersonId":$ada}`,
			answer: "403 Identifier In Use", says: "Ünïcode",
		},
	})
}
