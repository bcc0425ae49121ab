package comity

// Name is a name of a CO person or an org identity; exactly one of an owner's names is primary.
var Name = func() (t struct {
	*Resource
	Honorific, Given, Middle, Family, Suffix, Type, Language, PrimaryName, Person *Field
},
) {
	t.Resource = resource("Name", "Names", "names").short("NAM").versioned().provisioned().dated().
		doc("A name of a CO person or an org identity. Exactly one of an owner's names is primary.")
	t.Honorific = t.text("Honorific", 32)
	t.Given = t.text("Given", 128).required().folded().
		label("Given name").example("Grace")
	t.Middle = t.text("Middle", 128).
		label("Middle name")
	t.Family = t.text("Family", 128).folded().
		label("Family name")
	t.Suffix = t.text("Suffix", 32)
	t.Type = t.text("Type", 32).required().types("Name.type", "alternate", "author", "fka", "official", "preferred")
	t.Language = t.language()
	t.PrimaryName = t.boolean("PrimaryName").unsent().
		doc("The name that is shown. Exactly one name of each owner is primary: the first, until another one is made so; `false` on the primary one is refused.")
	t.Person = t.owner(OwnerCO, OwnerOrg)
	return t
}()
