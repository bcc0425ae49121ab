package comity

// CoOrgIdentityLink ties an org identity to a CO person.
var CoOrgIdentityLink = func() (t struct {
	*Resource
	CoPersonId, OrgIdentityId *Field
},
) {
	t.Resource = resource("CoOrgIdentityLink", "CoOrgIdentityLinks", "co_org_identity_links").short("OIL").versioned().
		named("link to an organizational identity", "links to organizational identities").
		doc("Ties an org identity to a CO person.")
	t.CoPersonId = t.reference("CoPersonId", "CoPerson").required().immutable().listed()
	t.OrgIdentityId = t.reference("OrgIdentityId", "OrgIdentity").required().immutable().listed()
	t.unique(Unique{Phrase: PhraseAlreadyLinked, Fields: []*Field{t.OrgIdentityId}})
	return t
}()
