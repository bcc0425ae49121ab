package comity

// CoPerson is a member of a CO.
var CoPerson = func() (t struct {
	*Resource
	CoId, Status, DateOfBirth, Timezone *Field
},
) {
	t.Resource = resource("CoPerson", "CoPeople", "co_people").short("CPM").called("CO Person").versioned().provisioned().dated().
		named("person", "people").purpose("Who belongs, with their names, addresses, identifiers and roles.").
		doc("A member of a CO. The status follows the person's roles. A person usually has an org identity at home; `co_org_identity_links` ties the two.").
		queries("given", "family", "mail", "search.identifier", "search.mail", "identifier", "identifiertype").strictQuery()
	t.CoId = t.co()
	t.Status = t.code("Status", personStatuses...).required().
		doc("Follows the roles, once there are any.")
	t.DateOfBirth = t.date("DateOfBirth")
	t.Timezone = t.text("Timezone", 80).must(timeZone).unsent().
		doc("An IANA time zone, such as `Europe/Paris`.").example("Europe/Paris")
	return t
}()
