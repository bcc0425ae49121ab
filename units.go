package comity

// Cou is a Collaborative Organizational Unit: a named subdivision of a CO. Units form a tree.
var Cou = func() (t struct {
	*Resource
	CoId, Name, Description, ParentId *Field
},
) {
	t.Resource = resource("Cou", "Cous", "cous").short("COU").called("COU").versioned().
		unknown("Cou Unknown", "Identifier Unknown", "Identifier Unknown")
	t.CoId = t.co()
	t.Name = t.text("Name", 128).required().without(":").name()
	t.Description = t.text("Description", 128)
	t.ParentId = t.reference("ParentId", "Cou").ownRule()
	t.unique(Unique{Phrase: PhraseNameInUse, PerCO: true, Fields: []*Field{t.Name}})
	return t
}()
