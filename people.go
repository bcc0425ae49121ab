package comity

// CoPerson is a member of a CO.
var CoPerson = func() (t struct {
	*Resource
	CoId, Status, DateOfBirth, Timezone *Field
},
) {
	t.Resource = resource("CoPerson", "CoPeople", "co_people").short("CPM").called("CO Person").versioned().told().dated().
		queries("given", "family", "mail", "search.identifier", "search.mail", "identifier", "identifiertype").strictQuery()
	t.CoId = t.co()
	t.Status = t.code("Status", personStatuses...).required()
	t.DateOfBirth = t.date("DateOfBirth")
	t.Timezone = t.text("Timezone", 80).must(timeZone).unsent()
	return t
}()
