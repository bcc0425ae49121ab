package comity

// CoDepartment is a department of a CO: a part with contact data of its own.
var CoDepartment = func() (t struct {
	*Resource
	CoId, CouId, Type, Name, Description, SamlScope, LogoUrl, Introduction,
	LeadershipCoGroupId, AdministrativeCoGroupId, SupportCoGroupId *Field
},
) {
	t.Resource = resource("CoDepartment", "CoDepartments", "co_departments").short("CDP").called("CO Department").versioned().
		purpose("How the CO is organized, for people to find.").
		doc("A department of a CO: a part with contact data of its own.")
	t.CoId = t.co()
	t.CouId = t.reference("CouId", "Cou").owned().
		doc("The unit that the department is; it is deleted with it.")
	t.Type = t.text("Type", 32).types("CoDepartment.type", "vo", "researchinstitute", "department")
	t.Name = t.text("Name", 128).required()
	t.Description = t.text("Description", 128)
	t.SamlScope = t.text("SamlScope", 256).
		doc("Such as example.org.")
	t.LogoUrl = t.text("LogoUrl", 256).url()
	t.Introduction = t.text("Introduction", 4000).markup()
	t.LeadershipCoGroupId = t.reference("LeadershipCoGroupId", "CoGroup").
		doc("The group of those who lead it.")
	t.AdministrativeCoGroupId = t.reference("AdministrativeCoGroupId", "CoGroup").
		doc("The group of those who administer it.")
	t.SupportCoGroupId = t.reference("SupportCoGroupId", "CoGroup").
		doc("The group of those who help.")
	return t
}()
