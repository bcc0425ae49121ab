package comity

// CoEmailList is a mailing list fed by up to three groups.
var CoEmailList = func() (t struct {
	*Resource
	CoId, Name, Description, AdminsCoGroupId, MembersCoGroupId, ModeratorsCoGroupId, Status *Field
},
) {
	t.Resource = resource("CoEmailList", "CoEmailLists", "co_email_lists").short("CEL").versioned()
	t.CoId = t.co()
	t.Name = t.text("Name", 64).required()
	t.Description = t.text("Description", 128)
	t.AdminsCoGroupId = t.reference("AdminsCoGroupId", "CoGroup")
	t.MembersCoGroupId = t.reference("MembersCoGroupId", "CoGroup")
	t.ModeratorsCoGroupId = t.reference("ModeratorsCoGroupId", "CoGroup")
	t.Status = t.code("Status", onOff...).required()
	t.unique(Unique{Phrase: PhraseNameInUse, PerCO: true, Fields: []*Field{t.Name}})
	return t
}()
