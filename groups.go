package comity

import "unicode/utf8"

// The types of group.
const (
	GroupStandard  = "S"
	GroupClusters  = "CL"
	GroupAdmins    = "A"
	GroupApprovers = "AP"
	GroupActive    = "MA"
	GroupMembers   = "M"
)

// The greatest lengths of the names of automatic groups and of other groups, in code points.
const (
	MaxGroupName    = 160
	MaxOwnGroupName = 128
)

// CoGroup is a group of CO people.
var CoGroup = func() (t struct {
	*Resource
	CoId, CouId, Name, Description, Introduction, Open, Status, GroupType, Auto, NestingModeAll *Field
},
) {
	t.Resource = resource("CoGroup", "CoGroups", "co_groups").short("CGR").called("CO Group").versioned().dated().
		purpose("Who may do what elsewhere, gathered by hand or by rule.").
		doc("A group of CO people. Each CO and each unit has four that come by themselves: `:admins`, `:approvers`, `:members:active` and `:members:all`.").
		unknown(PhraseGroupUnknown, PhraseIdentifierUnknown, PhraseIdentifierUnknown).
		tiedTo("CoPerson").queries("search.identifier", "name")
	t.CoId = t.co()
	t.CouId = t.reference("CouId", "Cou").owned().
		doc("The unit that the group belongs to; it is deleted with it.")
	t.Name = t.text("Name", MaxGroupName).required().name().
		doc("No other group of the CO has it. At most 128 characters; those of the groups that come by themselves may be 160 long. What looks like `CO:…`, `admin` or `admin:…` is reserved as they are.").example("readers")
	t.Description = t.text("Description", 256)
	t.Introduction = t.text("Introduction", 4000).markup().unsent()
	t.Open = t.boolean("Open").
		doc("Whether people may join by themselves.")
	t.Status = t.code("Status", onOff...).required()
	t.GroupType = t.code("GroupType",
		option(GroupStandard, "Standard"),
		option(GroupActive, "Active members"),
		option(GroupAdmins, "Administrators"),
		option(GroupClusters, "Clusters"),
		option(GroupMembers, "All members"),
		option(GroupApprovers, "Approvers"),
	).
		writeOnce().onAdd(GroupStandard, GroupClusters).defaults(TextCell(GroupStandard)).
		doc("The types but `S` and `CL` are those of the groups that come by themselves.")
	t.Auto = t.boolean("Auto").readOnly().unsent().
		doc("Its memberships come by themselves.")
	t.NestingModeAll = t.boolean("NestingModeAll").unsent().
		doc("Whether members of the nested groups are members only if they are in all of them, instead of in one.")
	t.must(func(rec *Record) []FieldError {
		kind, n := rec.Text(t.GroupType), utf8.RuneCountInString(rec.Text(t.Name))
		if kind != GroupStandard && kind != GroupClusters || n <= MaxOwnGroupName {
			return nil
		}
		return []FieldError{t.Name.FieldError("is %d characters long, at most %d are allowed", n, MaxOwnGroupName)}
	})
	t.unique(Unique{Phrase: PhraseNameInUse, PerCO: true, Fields: []*Field{t.Name}})
	return t
}()
