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

// The longest name of a group that comes by itself, and of any other, in code points.
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
		unknown("CoGroup Unknown", "Identifier Unknown", "Identifier Unknown").
		tiedTo("CoPerson").queries("search.identifier", "name")
	t.CoId = t.co()
	t.CouId = t.reference("CouId", "Cou").owned()
	t.Name = t.text("Name", MaxGroupName).required().name()
	t.Description = t.text("Description", 256)
	t.Introduction = t.text("Introduction", 4000).markup().unsent()
	t.Open = t.boolean("Open")
	t.Status = t.code("Status", onOff...).required()
	t.GroupType = t.code("GroupType", words(GroupStandard, GroupActive, GroupAdmins, GroupClusters, GroupMembers, GroupApprovers)...).
		kept().onAdd(GroupStandard, GroupClusters).defaults(TextCell(GroupStandard))
	t.Auto = t.boolean("Auto").readOnly().unsent()
	t.NestingModeAll = t.boolean("NestingModeAll").unsent()
	t.must(func(rec *Record) []Fault {
		kind, n := rec.Text(t.GroupType), utf8.RuneCountInString(rec.Text(t.Name))
		if kind != GroupStandard && kind != GroupClusters || n <= MaxOwnGroupName {
			return nil
		}
		return []Fault{t.Name.Fault("is %d characters long, at most %d are allowed", n, MaxOwnGroupName)}
	})
	t.unique(Unique{Phrase: PhraseNameInUse, PerCO: true, Fields: []*Field{t.Name}})
	return t
}()
