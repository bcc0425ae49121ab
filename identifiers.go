package comity

// Identifier is an identifier of a CO person, an org identity or a group.
var Identifier = func() (t struct {
	*Resource
	Identifier, Type, Login, Status, Language, CoProvisioningTargetId, Person *Field
},
) {
	t.Resource = resource("Identifier", "Identifiers", "identifiers").short("IDF").versioned().provisioned().dated().queries("identifier").
		doc("An identifier of a CO person, an org identity, a department, an organization or a group.")
	t.Identifier = t.text("Identifier", 512).required().folded().
		doc("Unique for its Type among the people, groups, departments and organizations of a CO, case included.").example("ghopper")
	t.Type = t.text("Type", 32).required().types("Identifier.type", identifierTypes...).
		example("uid")
	t.Login = t.boolean("Login").unsent().
		doc("Whether it is used to log in, here too.")
	t.Status = t.code("Status", onOff...).required()
	t.Language = t.language().unsent()
	t.CoProvisioningTargetId = t.reference("CoProvisioningTargetId", "CoProvisioningTarget").unsent().
		doc("The target that it comes from.")
	t.Person = t.owner(OwnerCO, OwnerOrg, OwnerDept, OwnerOrganization, OwnerGroup)
	t.unique(Unique{
		Phrase: PhraseIdentifierInUse, PerCO: true, Fields: []*Field{t.Type, t.Identifier},
		NotOwned: OwnerOrg.Word, Names: t.Identifier,
	})
	return t
}()

// identifierTypes are the types of identifier that a CO starts with.
var identifierTypes = []string{
	"sor-affiliate", "badge", "enterprise", "entityid", "eppn", "eptid", "epuid", "sor-guest", "sor-hr",
	"mail", "name", "national", "network", "oidcsub", "openid", "orcid", "provisioningtarget", "reference",
	"pairwiseid", "subjectid", "sorid", "sor-student", "uid",
}
