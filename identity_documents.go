package comity

// IdentityDocument is a document that shows who a person is.
var IdentityDocument = func() (t struct {
	*Resource
	DocumentType, DocumentSubtype, IssuingAuthority, Subject, DocumentIdentifier, ValidFrom, ValidThrough,
	VerificationMethod, VerifierIdentifier, VerifierComment, Person *Field
},
) {
	t.Resource = resource("IdentityDocument", "IdentityDocuments", "identity_documents").short("IDD").versioned().
		doc("A document that shows who a person is.")
	t.DocumentType = t.code("DocumentType",
		option("BC", "Birth certificate"),
		option("DL", "Driving licence"),
		option("L", "Local"),
		option("N", "National"),
		option("ND", "Non-driver's licence"),
		option("P", "Passport"),
		option("R", "Refugee document"),
		option("RC", "Residency card"),
		option("SA", "Self-assertion"),
		option("T", "Tribal"),
		option("V", "Visa"),
	).required()
	t.DocumentSubtype = t.text("DocumentSubtype", 80)
	t.IssuingAuthority = t.text("IssuingAuthority", 80)
	t.Subject = t.text("Subject", 80)
	t.DocumentIdentifier = t.text("DocumentIdentifier", 80)
	t.ValidFrom, t.ValidThrough = t.validity()
	t.VerificationMethod = t.code("VerificationMethod",
		option("X", "None"),
		option("O", "Online"),
		option("P", "Physical"),
		option("R", "Remote"),
	)
	t.VerifierIdentifier = t.text("VerifierIdentifier", 256)
	t.VerifierComment = t.text("VerifierComment", 256)
	t.Person = t.owner(OwnerCO)
	return t
}()
