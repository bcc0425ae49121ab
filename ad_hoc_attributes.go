package comity

// AdHocAttribute is a free tag and value of a role or an org identity.
var AdHocAttribute = func() (t struct {
	*Resource
	Tag, Value, Person *Field
},
) {
	t.Resource = resource("AdHocAttribute", "AdHocAttributes", "ad_hoc_attributes").short("AHA").versioned().
		doc("A free tag and value of a role, an org identity, a department or an organization.")
	t.Tag = t.text("Tag", 128).required()
	t.Value = t.text("Value", 256)
	t.Person = t.owner(OwnerRole, OwnerOrg, OwnerDept, OwnerOrganization)
	return t
}()
