package rest_test

import "testing"

func assignment(more string) step {
	return add("co_identifier_assignments", "assignment", `"CoId":$co,"Status":"Active",`+more)
}

func assign(to string) step {
	return step{call: "POST identifiers/assign", send: `{"CoPersonId":$` + to + `}`, answer: "200 OK"}
}

func assigned(to, identifiers string) step {
	return step{call: "GET identifiers?copersonid=$" + to, lists: "Identifier: " + identifiers}
}

// TestAssignment: a person gets the identifiers that the CO assigns, by the format and in sequence.
func TestAssignment(t *testing.T) {
	for title, tt := range map[string]struct {
		assignment    string
		first, second string
	}{
		"a sequence":                 {`"IdentifierType":"uid","Algorithm":"S"`, "1", "2"},
		"from a number":              {`"IdentifierType":"uid","Algorithm":"S","Minimum":2001,"Format":"c(#)"`, "c2001", "c2002"},
		"with zeros":                 {`"IdentifierType":"uid","Algorithm":"S","MinimumLength":4,"Format":"c(#)"`, "c0001", "c0002"},
		"with zeros by the format":   {`"IdentifierType":"uid","Algorithm":"S","Format":"c(#:3)"`, "c001", "c002"},
		"from the name":              {`"IdentifierType":"uid","Algorithm":"S","Format":"(g:1)(f)[1:(#)]"`, "jobrien", "jobrien1"},
		"from the name, as it is":    {`"IdentifierType":"uid","Algorithm":"S","Permitted":"AL","Format":"(G).(F)[1:.(#)]"`, "José.O'Brien", "José.O'Brien.1"},
		"from the name, with quotes": {`"IdentifierType":"uid","Algorithm":"S","Permitted":"AQ","Format":"(G).(F)[1:.(#)]"`, "Jose.O'Brien", "Jose.O'Brien.1"},
		"the only one at random":     {`"IdentifierType":"uid","Algorithm":"R","Minimum":7,"Maximum":7,"Format":"(g)(#)[1:x]"`, "jose7", "jose7x"},
	} {
		t.Run(title, func(t *testing.T) {
			perform(t, []step{
				assignment(tt.assignment), person("ada"), person("bob"),
				add("names", "one", `"Given":"José","Family":"O'Brien","Type":"official","CoPersonId":$ada`),
				add("names", "two", `"Given":"José","Family":"O'Brien","Type":"official","CoPersonId":$bob`),
				assign("ada"), assigned("ada", tt.first),
				assign("bob"), assigned("bob", tt.second),
				// Existing identifiers stay.
				assign("ada"), assigned("ada", tt.first),
				{call: "GET identifiers?copersonid=$ada", has: `{"Type":"uid","Status":"Active","Login":"false","Revision":0,"Person":"CO $ada"}`},
			})
		})
	}
}

// TestAssignmentsThatDoNotApply, or that fail.
func TestAssignmentsThatDoNotApply(t *testing.T) {
	const call = "POST identifiers/assign"
	perform(t, []step{
		person("ada"), group("staff", "staff"), orgIdentity("home"),
		{call: call, send: `{"CoPersonId":$ada}`, answer: "200 OK"},
		{call: call, send: `{}`, answer: "403 No Person Specified"},
		{call: call, send: `{"OrgIdentityId":$home}`, answer: "403 No Person Specified"},
		{call: call, send: `{"CoPersonId":999999999}`, answer: "403 Person Does Not Exist"},
		{call: call, answer: "400 Bad Request"},
		{call: call, send: `{"Version":"2.0","CoPersonId":$ada}`, answer: "400 Invalid Fields", faulty: "Version"},
		{as: "admin", call: call, send: `{"CoPersonId":$ada}`, answer: "200 OK"},
		{as: "stranger", call: call, send: `{"CoPersonId":$ada}`, answer: "403 Person Does Not Exist"},
		{as: "user", call: call, send: `{"CoPersonId":$ada}`, answer: "401 Unauthorized"},

		add("co_identifier_assignments", "off", `"CoId":$co,"Status":"Suspended","IdentifierType":"uid","Algorithm":"S"`),
		add("co_identifier_assignments", "of", `"CoId":$co,"Status":"Active","IdentifierType":"eppn","Algorithm":"S","CoGroupId":$staff`),
		assign("ada"),
		{call: "GET identifiers?copersonid=$ada", answer: "204 CO Person Has No Identifier"},
		member("one", "staff", "ada"), assign("ada"), assigned("ada", "1"),

		// An assignment of the type mail adds an email address as well.
		add("co_identifier_assignments", "mail", `"CoId":$co,"Status":"Active","IdentifierType":"mail","EmailType":"official","Algorithm":"S","Format":"p(#)@example.org"`),
		assign("ada"), assigned("ada", "1, p1@example.org"),
		{call: "GET email_addresses?copersonid=$ada", has: `{"Mail":"p1@example.org","Type":"official","Verified":"false"}`},

		// Without a number there is only one candidate, and if one assignment fails none is carried out.
		add("co_identifier_assignments", "orcid", `"CoId":$co,"Status":"Active","IdentifierType":"orcid","Algorithm":"S"`),
		add("co_identifier_assignments", "badge", `"CoId":$co,"Status":"Active","IdentifierType":"badge","Algorithm":"S","Format":"only"`),
		person("bob"), assign("ada"), assigned("ada", "1, p1@example.org, 1, only"),
		{call: call, send: `{"CoPersonId":$bob}`, answer: "403 Identifier In Use", says: "badge"},
		{call: "GET identifiers?copersonid=$bob", answer: "204 CO Person Has No Identifier"},
	})
}

// TestAssignmentsThatAreRefused: an assignment that can assign nothing sensible is neither added nor put in
// another's place.
func TestAssignmentsThatAreRefused(t *testing.T) {
	const sequence = `"CoId":$co,"Status":"Active","IdentifierType":"uid","Algorithm":"S"`
	steps := []step{
		add("co_identifier_assignments", "it", sequence+`,"Format":"(g:1)(f)[1:(#:2)]","Minimum":7,"Maximum":7`),
		add("co_identifier_assignments", "from", sequence+`,"Minimum":7`),
	}
	for _, tt := range []struct{ fields, faulty string }{
		{`"Minimum":8,"Maximum":7`, "maximum"},
		{`"Format":"(g)(X)"`, "format"},
		{`"Format":"(g)(X)","Minimum":8,"Maximum":7`, "format maximum"},
	} {
		for _, call := range []string{"POST co_identifier_assignments", "PUT co_identifier_assignments/$it"} {
			steps = append(steps, step{call: call, send: "{" + sequence + "," + tt.fields + "}", answer: "400 Invalid Fields", faulty: tt.faulty})
		}
	}
	perform(t, append(steps, step{call: "GET co_identifier_assignments/$it", has: `{"Format":"(g:1)(f)[1:(#:2)]","Revision":null,"Minimum":7,"Maximum":7}`}))
}

// TestVerifiedAddress: an administrator verifies an address on their word, and another address is not
// verified.
func TestVerifiedAddress(t *testing.T) {
	perform(t, []step{
		person("ada"), add("email_addresses", "mail", `"Mail":"ada@example.org","Type":"official","CoPersonId":$ada`),
		{call: "POST email_addresses/verify/$mail", answer: "200 OK"},
		{call: "GET email_addresses/$mail", has: `{"Verified":"true","Revision":1}`},
		{call: "POST email_addresses/verify/$mail", answer: "200 OK"},
		{call: "PUT email_addresses/$mail", send: `{"Mail":"ada@example.org","Type":"personal","Verified":false,"CoPersonId":$ada}`},
		{call: "GET email_addresses/$mail", has: `{"Verified":"true","Revision":2}`},
		{call: "PUT email_addresses/$mail", send: `{"Mail":"ada@example.com","Type":"personal","CoPersonId":$ada}`},
		{call: "GET email_addresses/$mail", has: `{"Verified":"false","Revision":3}`},
		{as: "stranger", call: "POST email_addresses/verify/$mail", answer: "404 EmailAddress Unknown"},
		{as: "user", call: "POST email_addresses/verify/$mail", answer: "401 Unauthorized"},
		{call: "POST email_addresses/verify/999999999", answer: "404 EmailAddress Unknown"},
		{call: "GET email_addresses/verify/$mail", answer: "404 Unknown"},
	})
}
