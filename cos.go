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
	t.Resource = resource("Co", "Cos", "cos").short("COL").called("CO").unknown("CO Unknown", "CO Unknown", "CO Unknown")
	t.Name = t.text("Name", 128).required().name()
	t.Description = t.text("Description", 128)
	t.Status = t.code("Status", Word{Active, "A"}, Word{Suspended, "S"}, Word{"Template", "T"}, Word{"InTrash", "TR"}).required()
	t.unique(Unique{Phrase: PhraseNameInUse, Fields: []*Field{t.Name}})
	return t
}()
