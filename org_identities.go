package comity

// OrgIdentity is who a person is at the home organization.
var OrgIdentity = func() (t struct {
	*Resource
	Status, DateOfBirth, Affiliation, Title, O, Ou, CoId, ValidFrom, ValidThrough,
	ManagerIdentifier, SponsorIdentifier *Field
},
) {
	t.Resource = resource("OrgIdentity", "OrgIdentities", "org_identities").short("OIM").called("Org Identity").versioned().
		named("organizational identity", "organizational identities").purpose("What somebody's own organization says of them.").
		doc("Who a person is at the home organization.").
		tiedTo("CoPerson").queries("search.identifier", "search.mail")
	t.Status = t.code("Status",
		option("RM", "Removed"),
		option("SY", "Synced"),
	)
	t.DateOfBirth = t.date("DateOfBirth")
	t.Affiliation = t.text("Affiliation", 32).types("CoPersonRole.affiliation", affiliations...)
	t.Title = t.text("Title", 128)
	t.O = t.text("O", 128).
		label("Organization")
	t.Ou = t.text("Ou", 128).
		label("Department")
	t.CoId = t.co()
	t.ValidFrom, t.ValidThrough = t.validity()
	t.ManagerIdentifier = t.text("ManagerIdentifier", 512)
	t.SponsorIdentifier = t.text("SponsorIdentifier", 512)
	return t
}()
