package comity

// CoTAndCAgreement is a person's agreement to terms and conditions. It is append-only.
var CoTAndCAgreement = func() (t struct {
	*Resource
	CoTermsAndConditionsId, AgreementTime, Identifier, Person *Field
},
) {
	t.Resource = resource("CoTAndCAgreement", "CoTAndCAgreements", "co_t_and_c_agreements").short("TCA").appendOnly().
		named("agreement", "agreements").
		doc("That a person agreed to terms and conditions. Added and viewed only.")
	t.CoTermsAndConditionsId = t.reference("CoTermsAndConditionsId", "CoTermsAndConditions").required()
	t.AgreementTime = t.time("AgreementTime").
		doc("The present where add names none.")
	t.Identifier = t.text("Identifier", 256).
		doc("The caller's username where add names none.")
	t.Person = t.owner(OwnerCO)
	return t
}()
