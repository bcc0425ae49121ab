package rest_test

import "testing"

// codes are the words of statuses with the codes that are accepted for them.
var codes = map[string]string{
	"Active": "A", "Approved": "Y", "Confirmed": "C", "Declined": "X", "Deleted": "D", "Denied": "N", "Duplicate": "D2",
	"Expired": "XP", "GracePeriod": "GP", "Invited": "I", "Locked": "LK", "Pending": "P", "PendingApproval": "PA",
	"PendingConfirmation": "PC", "PendingVetting": "PV", "Suspended": "S",
}

// TestCodesAreTakenForWords: codes are accepted, and the word is returned for both.
func TestCodesAreTakenForWords(t *testing.T) {
	var steps []step
	try := func(path, send, word, code string) {
		for _, status := range []string{word, code} {
			steps = append(steps, add(path, "x", send+`"Status":"`+status+`"`), step{call: "GET " + path + "/$x", has: `{"Status":"` + word + `"}`})
		}
	}
	steps = append(steps, person("ada"))
	for word, code := range codes {
		try("co_people", `"CoId":$co,`, word, code)
		if word != "Locked" {
			try("co_person_roles", `"CoPersonId":$ada,"Affiliation":"staff",`, word, code)
		}
	}
	for word, code := range map[string]string{"Active": "A", "Suspended": "S"} {
		try("co_groups", `"CoId":$co,"Name":"g $n",`, word, code)
		try("identifiers", `"CoPersonId":$ada,"Identifier":"i $n","Type":"uid",`, word, code)
		try("servers", `"CoId":$co,"Description":"d","ServerType":"HT",`, word, code)
		try("api_users", `"CoId":$co,"Username":"u$n",`, word, code)
	}
	for word, code := range map[string]string{"Active": "A", "Suspended": "S", "Template": "T", "InTrash": "TR"} {
		try("cos", `"Name":"$coname $n",`, word, code)
	}
	for _, code := range []string{"RM", "SY"} {
		try("org_identities", `"CoId":$co,`, code, code)
	}
	perform(t, steps)
}

// TestCodesOfOtherFieldsAreNot: a field accepts its own words only.
func TestCodesOfOtherFieldsAreNot(t *testing.T) {
	bad := func(path, send, field string) step {
		return step{call: "POST " + path, send: "{" + send + "}", answer: "400 Invalid Fields", faulty: field}
	}
	perform(t, []step{
		person("ada"),
		bad("co_person_roles", `"CoPersonId":$ada,"Affiliation":"staff","Status":"LK"`, "status"),
		bad("co_people", `"CoId":$co,"Status":"T"`, "status"),
		bad("cos", `"Name":"$coname x","Status":"P"`, "status"),
		bad("co_groups", `"CoId":$co,"Name":"x","Status":"XP"`, "status"),
		bad("co_groups", `"CoId":$co,"Name":"x","Status":"Active","GroupType":"Standard"`, "group_type"),
		bad("servers", `"CoId":$co,"Description":"d","ServerType":"HTTP","Status":"Active"`, "server_type"),
		bad("org_identities", `"CoId":$co,"Status":"A"`, "status"),
		bad("co_provisioning_targets", `"CoId":$co,"Plugin":"ApiProvisioner","Status":"Automatic"`, "status"),
		group("readers", "readers"),
		// A word that a field does not list is an error even if another value would be ignored.
		{
			call: "PUT co_groups/$readers", send: `{"CoId":$co,"Name":"readers","Status":"Active","GroupType":"ZZ"}`,
			answer: "400 Invalid Fields", faulty: "group_type",
		},
	})
}
