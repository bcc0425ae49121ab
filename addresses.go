package comity

// Address is a postal address of a role or an org identity.
var Address = func() (t struct {
	*Resource
	Street, Room, Locality, State, PostalCode, Country, Description, Type, Language, Person *Field
},
) {
	t.Resource = resource("Address", "Addresses", "addresses").short("ADR").versioned().provisioned().dated().
		doc("A postal address of a role, an org identity, a department or an organization.")
	t.Street = t.text("Street", 400)
	t.Room = t.text("Room", 64)
	t.Locality = t.text("Locality", 128)
	t.State = t.text("State", 128)
	t.PostalCode = t.text("PostalCode", 16)
	t.Country = t.text("Country", 128)
	t.Description = t.text("Description", 128).unsent()
	t.Type = t.text("Type", 32).types("Address.type", "campus", "home", "office", "postal")
	t.Language = t.language()
	t.Person = t.owner(OwnerRole, OwnerOrg, OwnerDept, OwnerOrganization)
	return t
}()
