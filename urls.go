package comity

// Url is a web address of a CO person or an org identity.
var Url = func() (t struct {
	*Resource
	Url, Description, Type, Language, Person *Field
},
) {
	t.Resource = resource("Url", "Urls", "urls").short("URL").versioned().provisioned().dated().
		named("URL", "URLs").
		doc("A web address of a CO person, an org identity, a department or an organization.")
	t.Url = t.text("Url", 256).required().url("urn")
	t.Description = t.text("Description", 128).unsent()
	t.Type = t.text("Type", 32).required().types("Url.type", "official", "personal")
	t.Language = t.language().unsent()
	t.Person = t.owner(OwnerCO, OwnerOrg, OwnerDept, OwnerOrganization)
	return t
}()
