package comity

// CoEmailList is a mailing list fed by up to three groups.
var CoEmailList = func() (t struct {
	*Resource
	CoId, Name, Description, AdminsCoGroupId, MembersCoGroupId, ModeratorsCoGroupId, Status *Field
},
) {
	t.Resource = resource("CoEmailList", "CoEmailLists", "co_email_lists").short("CEL").versioned().
		purpose("Mailing lists, made of groups.").
		doc("A mailing list fed by up to three groups.")
	t.CoId = t.co()
	t.Name = t.text("Name", 64).required().
		doc("The part before the @.")
	t.Description = t.text("Description", 128)
	t.AdminsCoGroupId = t.reference("AdminsCoGroupId", "CoGroup").
		doc("The group whose members look after the list.")
	t.MembersCoGroupId = t.reference("MembersCoGroupId", "CoGroup").
		doc("The group whose members get what is sent to the list.")
	t.ModeratorsCoGroupId = t.reference("ModeratorsCoGroupId", "CoGroup").
		doc("The group whose members let messages through.")
	t.Status = t.code("Status", onOff...).required()
	t.unique(Unique{Phrase: PhraseNameInUse, PerCO: true, Fields: []*Field{t.Name}})
	return t
}()
