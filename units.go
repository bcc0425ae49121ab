package comity

// Cou is a Collaborative Organizational Unit: a named subdivision of a CO. Units form a tree.
var Cou = func() (t struct {
	*Resource
	CoId, Name, Description, ParentId *Field
},
) {
	t.Resource = resource("Cou", "Cous", "cous").short("COU").called("COU").versioned().
		named("unit", "units").purpose("The parts of the CO, each with administrators and members of its own.").
		doc("A Collaborative Organizational Unit: a named subdivision of a CO. Units form a tree through ParentId. Adding one makes its automatic and administrative groups; whoever is put into its `:admins` group administers it.").
		unknown(PhraseUnitUnknown, PhraseIdentifierUnknown, PhraseIdentifierUnknown)
	t.CoId = t.co()
	t.Name = t.text("Name", 128).required().without(":").name().
		doc("No other unit of the CO has it. It holds no `:`, and does not look like `CO:…` or `admin:…`.").example("Physics").pattern(`^[^<>:]*$`)
	t.Description = t.text("Description", 128)
	t.ParentId = t.reference("ParentId", "Cou").ownRule().
		label("Parent unit").doc("The unit that this one is below.")
	t.unique(Unique{Phrase: PhraseNameInUse, PerCO: true, Fields: []*Field{t.Name}})
	return t
}()
