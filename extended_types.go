package comity

// CoExtendedType is one permitted value of a Type field in one CO. A CO starts with the defaults
// that the fields list.
var CoExtendedType = func() (t struct {
	*Resource
	CoId, Attribute, Name, DisplayName, Edupersonaffiliation, Status *Field
},
) {
	t.Resource = resource("CoExtendedType", "CoExtendedTypes", "co_extended_types").short("CXT").
		purpose("The types that names, addresses and the like can have.").
		doc("One permitted value of a Type field in one CO. A CO starts with the values that the fields name.")
	t.CoId = t.co()
	t.Attribute = t.code("Attribute",
		option("Address.type", "Addresses"),
		option("CoDepartment.type", "Departments"),
		option("Contact.type", "Contacts"),
		option("CoPersonRole.affiliation", "Affiliations of roles"),
		option("EmailAddress.type", "Email addresses"),
		option("Identifier.type", "Identifiers"),
		option("Name.type", "Names"),
		option("Organization.type", "Organizations"),
		option("TelephoneNumber.type", "Telephone numbers"),
		option("Url.type", "URLs"),
	).required().
		doc("The field whose values it adds to.")
	t.Name = t.text("Name", 32).required().
		doc("What is stored, and sent to targets. It is best left as it is once it is used.")
	t.DisplayName = t.text("DisplayName", 64).required().
		doc("What people choose by.")
	t.Edupersonaffiliation = t.code("Edupersonaffiliation",
		words("affiliate", "alum", "employee", "faculty", "librarywalkin", "member", "staff", "student")...).
		doc("Of an affiliation: the eduPerson affiliation that it counts as.")
	t.Status = t.code("Status", onOff...).required()
	t.unique(Unique{Phrase: PhraseNameInUse, PerCO: true, Fields: []*Field{t.Attribute, t.Name}})
	return t
}()

// ExtendedType is a type that a CO starts with.
type ExtendedType struct{ Attribute, Name string }

// DefaultTypes returns the extended types that a new CO has, each once.
func DefaultTypes() []ExtendedType {
	var types []ExtendedType
	seen := map[ExtendedType]bool{}
	for _, r := range all {
		for _, f := range r.Fields {
			for _, name := range f.Types {
				if t := (ExtendedType{f.TypeOf, name}); !seen[t] {
					seen[t] = true
					types = append(types, t)
				}
			}
		}
	}
	return types
}
