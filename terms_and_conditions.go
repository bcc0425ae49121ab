package comity

// CoTermsAndConditions are terms that the members of a CO agree to. Its plural is its singular.
var CoTermsAndConditions = func() (t struct {
	*Resource
	CoId, Description, Url, Body, CouId, Status, Ordr, AgreementDuration, AgreeToUpdates *Field
},
) {
	t.Resource = resource("CoTermsAndConditions", "CoTermsAndConditions", "co_terms_and_conditions").short("TAC").versioned().
		named("terms and conditions", "terms and conditions").purpose("What people agree to.").
		doc("Terms that the members of a CO agree to.")
	t.CoId = t.co()
	t.Description = t.text("Description", 256).required()
	t.Url = t.text("Url", 256).url()
	t.Body = t.text("Body", 4000).markup()
	t.CouId = t.reference("CouId", "Cou")
	t.Status = t.code("Status", onOff...).required()
	t.Ordr = t.integer("Ordr").sequential()
	t.AgreementDuration = t.integer("AgreementDuration").
		doc("How many days an agreement is good for.")
	t.AgreeToUpdates = t.boolean("AgreeToUpdates").
		doc("Whether a changed text needs a new agreement.")
	return t
}()
