package comity

// Organization is an organization that the CO knows: a university, a company, an agency.
var Organization = func() (t struct {
	*Resource
	CoId, Name, Description, Type, SamlScope, LogoUrl *Field
},
) {
	t.Resource = resource("Organization", "Organizations", "organizations").short("ORG").versioned().
		purpose("The institutions that people come from.").
		doc("An organization that the CO knows: a university, a company, an agency.")
	t.CoId = t.co()
	t.Name = t.text("Name", 128).required()
	t.Description = t.text("Description", 128)
	t.Type = t.text("Type", 32).types("Organization.type", "edu", "com", "gov")
	t.SamlScope = t.text("SamlScope", 256)
	t.LogoUrl = t.text("LogoUrl", 256).url()
	return t
}()
