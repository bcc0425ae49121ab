package rest_test

import "testing"

// TestTypesOfACO: each CO has its own permitted values, and one that is in use cannot be deleted.
func TestTypesOfACO(t *testing.T) {
	const kind = `{"CoId":$co,"Attribute":"Name.type","Name":"pen","DisplayName":"Pen name","Status":"Active"}`
	perform(t, []step{
		person("ada"), anotherCO("other"), add("co_people", "bob", `"CoId":$other,"Status":"Active"`),
		{call: "POST names", send: `{"Given":"Ada","Type":"pen","CoPersonId":$ada}`, answer: "400 Invalid Fields", faulty: "type"},
		{call: "POST co_extended_types", send: kind, keep: "pen"},
		{call: "GET co_extended_types/$pen", has: `{"Attribute":"Name.type","Name":"pen","DisplayName":"Pen name","Status":"Active"}`},
		{call: "POST co_extended_types", send: kind, answer: "403 Name In Use"},
		// For another field, or in another CO, it is another type.
		add("co_extended_types", "url", `"CoId":$co,"Attribute":"Url.type","Name":"pen","DisplayName":"Pen","Status":"Active"`),
		{call: "POST names", send: `{"Given":"Bob","Type":"pen","CoPersonId":$bob}`, answer: "400 Invalid Fields", faulty: "type"},
		add("co_extended_types", "theirs", `"CoId":$other,"Attribute":"Name.type","Name":"pen","DisplayName":"Pen","Status":"Active"`),
		add("names", "name", `"Given":"Ada","Type":"pen","CoPersonId":$ada`),

		{call: "DELETE co_extended_types/$pen", answer: "403 Type In Use", says: "Names"},
		{
			call: "PUT co_extended_types/$pen", answer: "403 Type In Use",
			send: `{"CoId":$co,"Attribute":"Name.type","Name":"quill","DisplayName":"Pen name","Status":"Active"}`,
		},
		{
			call: "PUT co_extended_types/$pen", answer: "403 Type In Use",
			send: `{"CoId":$co,"Attribute":"Url.type","Name":"pen","DisplayName":"Pen name","Status":"Active"}`,
		},
		{call: "DELETE co_extended_types/$url"},
		{call: "DELETE co_extended_types/$theirs"},
		// Its other fields may change. If it is suspended, existing records keep it and no other gets it.
		{call: "PUT co_extended_types/$pen", send: `{"CoId":$co,"Attribute":"Name.type","Name":"pen","DisplayName":"Pseudonym","Status":"Suspended"}`},
		{call: "PUT names/$name", send: `{"Given":"Augusta","Type":"pen","CoPersonId":$ada}`},
		{call: "POST names", send: `{"Given":"Ada","Type":"pen","CoPersonId":$ada}`, answer: "400 Invalid Fields", faulty: "type"},
		{call: "PUT names/$name", send: `{"Given":"Augusta","Type":"official","CoPersonId":$ada}`},
		{call: "DELETE co_extended_types/$pen"},
		{call: "POST co_extended_types", send: kind, keep: "pen"},
		{
			call: "POST co_extended_types", answer: "400 Invalid Fields", faulty: "attribute display_name",
			send: `{"CoId":$co,"Attribute":"Shoe.type","Name":"boot","Status":"Active"}`,
		},
	})
}

// TestTypesInUse by every resource that has types.
func TestTypesInUse(t *testing.T) {
	for attribute, use := range map[string]step{
		"CoPersonRole.affiliation": add("co_person_roles", "row", `"CoPersonId":$ada,"Affiliation":"odd","Status":"Active"`),
		"EmailAddress.type":        add("email_addresses", "row", `"CoPersonId":$ada,"Mail":"a@example.org","Type":"odd"`),
		"Identifier.type":          add("identifiers", "row", `"CoPersonId":$ada,"Identifier":"a","Type":"odd","Status":"Active"`),
		"Url.type":                 add("urls", "row", `"CoPersonId":$ada,"Url":"https://example.org/","Type":"odd"`),
		"Address.type":             add("addresses", "row", `"OrganizationId":$univ,"Type":"odd"`),
		"TelephoneNumber.type":     add("telephone_numbers", "row", `"CoDeptId":$library,"Number":"1","Type":"odd"`),
		"CoDepartment.type":        add("co_departments", "row", `"CoId":$co,"Name":"Lab","Type":"odd"`),
		"Organization.type":        add("organizations", "row", `"CoId":$co,"Name":"Lab","Type":"odd"`),
	} {
		t.Run(attribute, func(t *testing.T) {
			perform(t, []step{
				person("ada"), department("library"), organization("univ"),
				add("co_extended_types", "odd", `"CoId":$co,"Attribute":"`+attribute+`","Name":"odd","DisplayName":"Odd","Status":"Active"`),
				use,
				{call: "DELETE co_extended_types/$odd", answer: "403 Type In Use"},
				{call: "DELETE " + use.call[len("POST "):] + "/$row"},
				{call: "DELETE co_extended_types/$odd"},
			})
		})
	}
}
