package comity

// CoExtendedType is one permitted value of a Type field in one CO. A CO starts with the defaults
// that the fields list.
var CoExtendedType = func() (t struct {
	*Resource
	CoId, Attribute, Name, DisplayName, Edupersonaffiliation, Status *Field
},
) {
	t.Resource = resource("CoExtendedType", "CoExtendedTypes", "co_extended_types").short("CXT")
	t.CoId = t.co()
	t.Attribute = t.code("Attribute", words(
		"Address.type", "CoDepartment.type", "Contact.type", "CoPersonRole.affiliation", "EmailAddress.type",
		"Identifier.type", "Name.type", "Organization.type", "TelephoneNumber.type", "Url.type")...).required()
	t.Name = t.text("Name", 32).required()
	t.DisplayName = t.text("DisplayName", 64).required()
	t.Edupersonaffiliation = t.code("Edupersonaffiliation",
		words("affiliate", "alum", "employee", "faculty", "librarywalkin", "member", "staff", "student")...)
	t.Status = t.code("Status", onOff...).required()
	t.unique(Unique{Phrase: PhraseNameInUse, PerCO: true, Fields: []*Field{t.Attribute, t.Name}})
	return t
}()

// ExtendedType is a type that a CO starts with.
type ExtendedType struct{ Attribute, Name string }

// DefaultTypes returns the extended types that a CO starts with, each once.
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
