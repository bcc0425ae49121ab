package comity

import (
	"cmp"
	"math"
)

// affiliations are the affiliations that a CO starts with.
var affiliations = []string{"faculty", "student", "staff", "alum", "member", "affiliate", "employee", "librarywalkin"}

// CoPersonRole is the role of a person in the CO or in a unit, with its validity.
var CoPersonRole = func() (t struct {
	*Resource
	SponsorCoPersonId, ManagerCoPersonId, CouId, Affiliation, Title, O, Ou,
	ValidFrom, ValidThrough, Ordr, Status, Person *Field
},
) {
	t.Resource = resource("CoPersonRole", "CoPersonRoles", "co_person_roles").short("CRM").called("CO Person Role").versioned().provisioned().dated().
		named("role", "roles").
		doc("What a person does in the CO or in one unit, and until when. The validity sets the status, and the person takes the best status of the roles.")
	t.SponsorCoPersonId = t.reference("SponsorCoPersonId", "CoPerson").unsent()
	t.ManagerCoPersonId = t.reference("ManagerCoPersonId", "CoPerson").unsent().
		doc("Another person than the role's.")
	t.CouId = t.reference("CouId", "Cou").listed().
		doc("The unit that the role is in; without one it is in the CO as a whole.")
	t.Affiliation = t.text("Affiliation", 32).required().types("CoPersonRole.affiliation", affiliations...)
	t.Title = t.text("Title", 128)
	t.O = t.text("O", 128).
		label("Organization")
	t.Ou = t.text("Ou", 128).
		label("Department")
	t.ValidFrom, t.ValidThrough = t.validity()
	t.ValidFrom.doc("Before it a role that is `Active` is `Pending`.")
	t.ValidThrough.doc("After it a role that is `Active` is `Expired`.")
	t.Ordr = t.integer("Ordr").sequential()
	t.Status = t.code("Status", roleStatuses...).required().
		doc("The person takes the best status of the roles.")
	t.Person = t.owner(OwnerCO).missingIsInvalid()
	return t
}()

// CompareRoles orders roles by Ordr, then Id; those without Ordr come last. The result is that of cmp.Compare.
func CompareRoles(a, b *Record) int {
	rank := func(role *Record) int64 {
		if !role.Has(CoPersonRole.Ordr) {
			return math.MaxInt64
		}
		return role.Int(CoPersonRole.Ordr)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Id, b.Id))
}
