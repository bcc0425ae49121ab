package comity

// Kind is the kind of a field's values. The set is closed: each codec has one switch over it.
type Kind uint8

// The kinds of field, and how a Cell stores a value of each.
const (
	// Text is a string of at most Field.Max code points.
	Text Kind = iota + 1
	// Integer is a 64-bit integer.
	Integer
	// Boolean is true or false, kept as 1 or 0.
	Boolean
	// Time is a moment, kept as seconds since 1970 in UTC.
	Time
	// Date is a calendar day, kept as its text YYYY-MM-DD.
	Date
	// Code is one of Field.Words, kept as it is written on the wire.
	Code
	// Reference is the id of a record of Field.Target.
	Reference
	// Owner is the type and id of the record that this one hangs on (Field.Owners).
	Owner
	// Secret is a text that is written and never read back.
	Secret
)

// String returns the kind's name as the documentation writes it.
func (k Kind) String() string {
	switch k {
	case Text:
		return "string"
	case Integer, Reference:
		return "integer"
	case Boolean:
		return "boolean"
	case Time:
		return "time"
	case Date:
		return "date"
	case Code:
		return "code"
	case Owner:
		return "owner"
	case Secret:
		return "secret"
	}
	return "unknown"
}

// Word is one permitted value of a Code field.
type Word struct {
	// Word is the value as it is written on the wire and stored.
	Word string
	// Code is the short form that is also taken on input; equal to Word where there is none.
	Code string
	// Label is its name for people: "Grace period".
	Label string
	// Doc describes its effect, "" where its label says it all.
	Doc string
}

// OwnerType is one kind of parent that a row can hang on.
type OwnerType struct {
	// Word is the Type of the Person object on the wire, as in {"Type":"CO","Id":"7"}.
	Word string
	// Name is the flat field that names the same parent, as in "CoPersonId":"7".
	Name string
	// Column is the column that holds the parent's id.
	Column string
	// Target is the singular name of the parent's resource.
	Target string
	// Flat says that answers write the parent by Name instead of as a Person object.
	Flat bool
}

// The parents a row can hang on (the field Person).
var (
	OwnerCO           = OwnerType{Word: "CO", Name: "CoPersonId", Column: "co_person_id", Target: "CoPerson"}
	OwnerRole         = OwnerType{Word: "CoRole", Name: "CoPersonRoleId", Column: "co_person_role_id", Target: "CoPersonRole"}
	OwnerOrg          = OwnerType{Word: "Org", Name: "OrgIdentityId", Column: "org_identity_id", Target: "OrgIdentity"}
	OwnerDept         = OwnerType{Word: "Dept", Name: "CoDeptId", Column: "co_department_id", Target: "CoDepartment"}
	OwnerOrganization = OwnerType{Word: "Organization", Name: "OrganizationId", Column: "organization_id", Target: "Organization"}
	// OwnerGroup is written as CoGroupId on output.
	OwnerGroup = OwnerType{Word: "Group", Name: "CoGroupId", Column: "co_group_id", Target: "CoGroup", Flat: true}
)
