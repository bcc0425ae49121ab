package comity

// CoTAndCAgreement is that a person agreed to terms and conditions. It is added and viewed only.
var CoTAndCAgreement = func() (t struct {
	*Resource
	CoTermsAndConditionsId, AgreementTime, Identifier, Person *Field
},
) {
	t.Resource = resource("CoTAndCAgreement", "CoTAndCAgreements", "co_t_and_c_agreements").short("TCA").addAndView()
	t.CoTermsAndConditionsId = t.reference("CoTermsAndConditionsId", "CoTermsAndConditions").required()
	t.AgreementTime = t.time("AgreementTime")
	t.Identifier = t.text("Identifier", 256)
	t.Person = t.owner(OwnerCO)
	return t
}()
