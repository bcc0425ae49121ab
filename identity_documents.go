package comity

// IdentityDocument is a document that shows who a person is.
var IdentityDocument = func() (t struct {
	*Resource
	DocumentType, DocumentSubtype, IssuingAuthority, Subject, DocumentIdentifier, ValidFrom, ValidThrough,
	VerificationMethod, VerifierIdentifier, VerifierComment, Person *Field
},
) {
	t.Resource = resource("IdentityDocument", "IdentityDocuments", "identity_documents").short("IDD").versioned()
	t.DocumentType = t.code("DocumentType", words("BC", "DL", "L", "N", "ND", "P", "R", "RC", "SA", "T", "V")...).required()
	t.DocumentSubtype = t.text("DocumentSubtype", 80)
	t.IssuingAuthority = t.text("IssuingAuthority", 80)
	t.Subject = t.text("Subject", 80)
	t.DocumentIdentifier = t.text("DocumentIdentifier", 80)
	t.ValidFrom, t.ValidThrough = t.validity()
	t.VerificationMethod = t.code("VerificationMethod", words("X", "O", "P", "R")...)
	t.VerifierIdentifier = t.text("VerifierIdentifier", 256)
	t.VerifierComment = t.text("VerifierComment", 256)
	t.Person = t.owner(OwnerCO)
	return t
}()
