package rest_test

import "testing"

// TestEditKeepsWhatItDoesNotName.
func TestEditKeepsWhatItDoesNotName(t *testing.T) {
	const edit, has = `"Person":{"Type":"CO","Id":$ada},"Affiliation":"staff","Status":"Active"`, `"Affiliation":"staff","Status":"Active"`
	perform(t, []step{
		person("ada"), unit("physics", "Physics"),
		add("co_person_roles", "job", edit+`,"CouId":$physics,"SponsorCoPersonId":$ada,"Title":"Dean","O":"Univ","Ordr":4,
			"ValidFrom":"2020-01-01 00:00:00","ValidThrough":"2999-01-01 00:00:00"`),
		{call: "PUT co_person_roles/$job", send: `{` + edit + `}`},
		{call: "GET co_person_roles/$job", has: `{` + has + `,"CouId":"$physics","SponsorCoPersonId":"$ada","Title":"Dean","O":"Univ","Ordr":4,
			"ValidFrom":"2020-01-01 00:00:00","ValidThrough":"2999-01-01 00:00:00","Ou":null}`},
		// "" clears a field, and is stored in a text field.
		{call: "PUT co_person_roles/$job", send: `{` + edit + `,"CouId":"","SponsorCoPersonId":"","Title":"","Ordr":"","ValidFrom":"","ValidThrough":" "}`},
		{call: "GET co_person_roles/$job", has: `{` + has + `,"CouId":null,"SponsorCoPersonId":null,"Title":"","O":"Univ","Ordr":null,
			"ValidFrom":null,"ValidThrough":null}`},
		// null clears every field.
		{call: "PUT co_person_roles/$job", send: `{` + edit + `,"Title":null,"O":null,"CouId":null}`, only: "json"},
		{call: "GET co_person_roles/$job", has: `{` + has + `,"Title":null,"O":null}`, only: "json"},
		{call: "PUT co_person_roles/$job", send: `{` + edit + `,"Title":"Dean"}`},
		{call: "GET co_person_roles/$job", has: `{"Title":"Dean"}`},
	})
}

// TestEmptyTextsAreStored by add, too; for a required field they are refused.
func TestEmptyTextsAreStored(t *testing.T) {
	perform(t, []step{
		add("co_groups", "g", `"CoId":$co,"Name":"g","Description":"","Introduction":"  ","Status":"Active","CouId":""`),
		{call: "GET co_groups/$g", has: `{"Description":"","Introduction":"","CouId":null}`},
		{call: "POST co_groups", send: `{"CoId":$co,"Name":" ","Status":""}`, answer: "400 Invalid Fields", faulty: "name status"},
		{call: "POST co_groups", send: `{"CoId":"","Name":"x","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "co_id"},
		{as: "admin", call: "POST co_groups", send: `{"CoId":"","Name":"x","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "co_id"},
		{call: "PUT co_groups/$g", send: `{"CoId":$co,"Name":"","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "name"},
		{call: "PUT co_groups/$g", send: `{"CoId":$co,"Name":null,"Status":null}`, answer: "400 Invalid Fields", faulty: "name status", only: "json"},
		{call: "PUT co_groups/$g", send: `{"CoId":null,"Name":"g","Status":"Active"}`, answer: "400 Invalid Fields", faulty: "co_id", only: "json"},
		{call: "GET co_groups/$g", has: `{"Name":"g","Revision":0}`},
	})
}

// TestClearedFieldsGoBackToTheirDefaults where they have one.
func TestClearedFieldsGoBackToTheirDefaults(t *testing.T) {
	perform(t, []step{
		add("co_groups", "g", `"CoId":$co,"Name":"g","Status":"Active","Open":true,"NestingModeAll":"1"`),
		{call: "GET co_groups/$g", has: `{"Open":true,"NestingModeAll":true}`},
		{call: "PUT co_groups/$g", send: `{"CoId":$co,"Name":"g","Status":"Active","Open":"","NestingModeAll":""}`},
		{call: "GET co_groups/$g", has: `{"Open":false,"NestingModeAll":false}`},
		add("co_provisioning_targets", "t", `"CoId":$co,"Plugin":"ApiProvisioner","Status":"X","RetryInterval":5,"MaxRetry":5`),
		{call: "PUT co_provisioning_targets/$t", send: `{"CoId":$co,"Plugin":"ApiProvisioner","Status":"X","RetryInterval":"","MaxRetry":""}`},
		{call: "GET co_provisioning_targets/$t", has: `{"RetryInterval":900,"MaxRetry":3}`},
		server("s"),
		add("http_servers", "h", `"ServerId":$s,"Serverurl":"https://example.org/","AuthType":"X","SslVerifyPeer":false,"SslVerifyHost":false`),
		{call: "GET http_servers/$h", has: `{"SslVerifyPeer":false,"SslVerifyHost":false}`},
		{call: "PUT http_servers/$h", send: `{"ServerId":$s,"Serverurl":"https://example.org/","AuthType":"X","SslVerifyPeer":"","SslVerifyHost":""}`},
		{call: "GET http_servers/$h", has: `{"SslVerifyPeer":true,"SslVerifyHost":true}`},
		add("api_provisioner/co_api_provisioner_targets", "a", `"CoProvisioningTargetId":$t,"ServerId":$s,"Mode":"PO","IdentifierType":"uid","IncludeAttributes":false`),
		{
			call: "PUT api_provisioner/co_api_provisioner_targets/$a",
			send: `{"CoProvisioningTargetId":$t,"ServerId":$s,"Mode":"PO","IdentifierType":"uid","IncludeAttributes":""}`,
		},
		{call: "GET api_provisioner/co_api_provisioner_targets/$a", has: `{"IncludeAttributes":true}`},
	})
}

// TestReadOnlyFieldsAreIgnored, whatever they hold.
func TestReadOnlyFieldsAreIgnored(t *testing.T) {
	const nonsense = `"Id":"7","Created":"never","Modified":true,"Revision":99,"Deleted":true,"ActorIdentifier":"me","Auto":"x","Zip":{"a":["b"]}`
	perform(t, []step{
		add("co_groups", "g", `"CoId":$co,"Name":"g","Status":"Active",`+nonsense),
		{call: "GET co_groups/$g", has: `{"Id":"$g","Revision":0,"Deleted":false,"ActorIdentifier":"co_1.operator","Auto":false,"Zip":null}`},
		{call: "PUT co_groups/$g", send: `{"CoId":$co,"Name":"g","Status":"Active",` + nonsense + `}`},
		{call: "GET co_groups/$g", has: `{"Id":"$g","Revision":1,"Deleted":false,"ActorIdentifier":"co_1.operator","Auto":false}`},
	})
}
