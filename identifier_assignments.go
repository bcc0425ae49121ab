package comity

// The algorithms by which identifiers are assigned.
const (
	AssignRandom     = "R"
	AssignSequential = "S"
)

// CoIdentifierAssignment says how a CO makes identifiers for its people.
var CoIdentifierAssignment = func() (t struct {
	*Resource
	CoId, Description, Status, Context, CoGroupId, IdentifierType, EmailType, Login, Algorithm, Format,
	Permitted, MinimumLength, Minimum, Maximum, Ordr *Field
},
) {
	t.Resource = resource("CoIdentifierAssignment", "CoIdentifierAssignments", "co_identifier_assignments").short("IAS")
	t.CoId = t.co()
	t.Description = t.text("Description", 256)
	t.Status = t.code("Status", onOff...).required()
	t.Context = t.code("Context", words("CP")...)
	t.CoGroupId = t.reference("CoGroupId", "CoGroup")
	t.IdentifierType = t.text("IdentifierType", 32).required().types("Identifier.type", identifierTypes...)
	t.EmailType = t.text("EmailType", 32).types("EmailAddress.type", emailTypes...)
	t.Login = t.boolean("Login")
	t.Algorithm = t.code("Algorithm", words(AssignRandom, AssignSequential)...).required()
	t.Format = t.text("Format", 256)
	t.Permitted = t.code("Permitted", words("AN", "AD", "AQ", "AL")...)
	t.MinimumLength = t.integer("MinimumLength").min(0)
	t.Minimum = t.integer("Minimum").min(0)
	t.Maximum = t.integer("Maximum").min(0)
	t.Ordr = t.integer("Ordr").sequential()
	return t
}()
