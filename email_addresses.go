package comity

// EmailAddress is an email address of a CO person or an org identity.
var EmailAddress = func() (t struct {
	*Resource
	Mail, Description, Type, Verified, Person *Field
},
) {
	t.Resource = resource("EmailAddress", "EmailAddresses", "email_addresses").versioned().told()
	t.Mail = t.text("Mail", 256).required().folded().must(emailAddress)
	t.Description = t.text("Description", 128)
	t.Type = t.text("Type", 32).required().
		types("EmailAddress.type", "delivery", "forwarding", "list", "official", "personal", "preferred", "recovery")
	t.Verified = t.boolean("Verified").readOnly()
	t.Person = t.owner(OwnerCO, OwnerOrg)
	return t
}()
