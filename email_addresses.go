package comity

// EmailAddress is an email address of a CO person, an org identity, a department or an organization.
var EmailAddress = func() (t struct {
	*Resource
	Mail, Description, Type, Verified, Person *Field
},
) {
	t.Resource = resource("EmailAddress", "EmailAddresses", "email_addresses").short("EML").versioned().provisioned().dated().queries("mail").
		doc("An email address of a CO person, an org identity, a department or an organization.")
	t.Mail = t.text("Mail", 256).required().folded().email()
	t.Description = t.text("Description", 128).unsent()
	t.Type = t.text("Type", 32).required().
		types("EmailAddress.type", emailTypes...)
	t.Verified = t.boolean("Verified").readOnly().
		doc("Set by `email_addresses/verify`; `false` on add, and again when Mail or the owner changes.")
	t.Person = t.owner(OwnerCO, OwnerOrg, OwnerDept, OwnerOrganization)
	return t
}()

// emailTypes are the types of email address that a CO starts with.
var emailTypes = []string{"delivery", "forwarding", "list", "official", "personal", "preferred", "recovery"}
