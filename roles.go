package comity

// affiliations are the affiliations that a CO starts with.
var affiliations = []string{"faculty", "student", "staff", "alum", "member", "affiliate", "employee", "librarywalkin"}

// CoPersonRole is what a person does in the CO or in one unit, and until when.
var CoPersonRole = func() (t struct {
	*Resource
	SponsorCoPersonId, ManagerCoPersonId, CouId, Affiliation, Title, O, Ou,
	ValidFrom, ValidThrough, Ordr, Status, Person *Field
},
) {
	t.Resource = resource("CoPersonRole", "CoPersonRoles", "co_person_roles").short("CRM").called("CO Person Role").versioned().told().dated()
	t.SponsorCoPersonId = t.reference("SponsorCoPersonId", "CoPerson").unsent()
	t.ManagerCoPersonId = t.reference("ManagerCoPersonId", "CoPerson").unsent()
	t.CouId = t.reference("CouId", "Cou").listed()
	t.Affiliation = t.text("Affiliation", 32).required().types("CoPersonRole.affiliation", affiliations...)
	t.Title = t.text("Title", 128)
	t.O = t.text("O", 128)
	t.Ou = t.text("Ou", 128)
	t.ValidFrom, t.ValidThrough = t.validity()
	t.Ordr = t.integer("Ordr").sequential()
	t.Status = t.code("Status", roleStatuses...).required()
	t.Person = t.owner(OwnerCO).missingIsInvalid()
	return t
}()
