package comity

// PlatformCO is the id of the CO whose users administer the whole registry.
const PlatformCO int64 = 1

// PlatformName is that CO's name.
const PlatformName = "COmanage"

// Co is a Collaborative Organization, the tenant: everything but the CO itself belongs to one.
var Co = func() (t struct {
	*Resource
	Name, Description, Status *Field
},
) {
	t.Resource = resource("Co", "Cos", "cos").short("COL").called("CO").unknown(PhraseCOUnknown, PhraseCOUnknown, PhraseCOUnknown).
		named("CO", "COs").
		doc("A Collaborative Organization, the tenant: everything but the CO itself belongs to one. Deleting one deletes all it holds. Adding, editing and deleting are for users of the platform CO (id 1, `COmanage`).")
	t.Name = t.text("Name", 128).required().name().
		doc("No other CO has it.")
	t.Description = t.text("Description", 128)
	t.Status = t.code("Status", Word{Word: Active, Code: "A"}, Word{Word: Suspended, Code: "S"}, Word{Word: "Template", Code: "T"}, Word{Word: "InTrash", Code: "TR"}).required()
	t.unique(Unique{Phrase: PhraseNameInUse, Fields: []*Field{t.Name}})
	return t
}()
