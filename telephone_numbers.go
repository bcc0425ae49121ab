package comity

// TelephoneNumber is a telephone number of a role or an org identity.
var TelephoneNumber = func() (t struct {
	*Resource
	CountryCode, AreaCode, Number, Extension, Description, Type, Person *Field
},
) {
	t.Resource = resource("TelephoneNumber", "TelephoneNumbers", "telephone_numbers").short("TEL").versioned().provisioned().dated().
		doc("A telephone number of a role, an org identity, a department or an organization.")
	t.CountryCode = t.text("CountryCode", 3)
	t.AreaCode = t.text("AreaCode", 8)
	t.Number = t.text("Number", 64).required().
		example("555 1234")
	t.Extension = t.text("Extension", 16)
	t.Description = t.text("Description", 128).unsent()
	t.Type = t.text("Type", 32).types("TelephoneNumber.type", "campus", "fax", "home", "mobile", "office")
	t.Person = t.owner(OwnerRole, OwnerOrg, OwnerDept, OwnerOrganization)
	return t
}()
