package openapi

import (
	"fmt"

	"comity"
)

// reason is a reason phrase with which a call can be answered, and when it is.
type reason struct {
	Phrase comity.Phrase
	When   string
}

// refusal are the 403 answers that the rules of a resource add to those that follow from its table.
type refusal struct{ add, edit, remove []reason }

var (
	cycle        = reason{comity.PhraseParentCycle, "the unit would be below itself"}
	wrongCO      = reason{comity.PhraseWrongCO, "the parent is no unit of this CO"}
	reserved     = reason{comity.PhraseNameReserved, "nobody may give the names `CO:…`, only an admin of the CO `admin` and `admin:…`; an automatic group keeps its name"}
	reservedUnit = reason{comity.PhraseNameReserved, "it looks like `CO:…` or `admin:…`"}
	onlyName     = reason{comity.PhraseOnlyName, "the only name of an owner cannot go to another"}
	nested       = reason{comity.PhraseForbidden, "another nesting has the same two groups, with Negate or without"}
	automatic    = reason{comity.PhraseForbidden, "the memberships of a group with Auto, and those derived from a nesting, are not edited by callers"}
	loop         = reason{comity.PhraseNestingCycle, "the groups would be nested in each other"}
	intoAuto     = reason{comity.PhraseForbidden, "nothing is nested into a group with Auto"}
	bounds       = reason{comity.PhraseForbidden, fmt.Sprintf("more than %s nestings in the CO, or groups nested more than %d levels deep",
		thousands(comity.MaxNestings), comity.MaxNestingDepth)}
	crowded   = reason{comity.PhraseForbidden, "its owner has " + thousands(comity.MaxDependents) + " of them already"}
	typeInUse = reason{comity.PhraseTypeInUse, "a record has the type"}
	roleThere = reason{comity.PhraseHasRole, "the person still has a role"}
)

var refusals = map[*comity.Resource]refusal{
	comity.Co.Resource: {
		edit:   []reason{{comity.PhrasePlatformEdited, "the platform CO, id 1"}},
		remove: []reason{{comity.PhrasePlatformDeleted, "the platform CO, id 1"}},
	},
	comity.Cou.Resource: {
		add:  []reason{reservedUnit, wrongCO}, // nothing is below a new unit
		edit: []reason{reservedUnit, cycle, wrongCO},
		remove: []reason{
			{comity.PhraseHasRole, "a role is in this unit"},
			{comity.PhraseHasChildUnit, "a unit is below this one"},
			{comity.PhraseForbidden, "a provisioning target sends the members of one of its groups only"},
		},
	},
	comity.CoPerson.Resource: {
		remove: []reason{
			{comity.PhraseRoleElsewhere, "the person has a role in a unit that the caller does not administer"},
			roleThere,
		},
	},
	comity.OrgIdentity.Resource: {
		remove: []reason{{comity.PhrasePersonLinked, "it is linked to a CO person"}},
	},
	comity.Name.Resource: {
		edit:   []reason{onlyName},
		remove: []reason{{comity.PhraseOnlyName, "make another one primary first"}},
	},
	comity.CoGroup.Resource: {
		add:    []reason{reserved},
		edit:   []reason{reserved, {comity.PhraseForbidden, "a group with Auto"}},
		remove: []reason{{comity.PhraseForbidden, "an automatic group, or a provisioning target's ProvisionCoGroupId"}},
	},
	comity.CoGroupMember.Resource: {
		add:    []reason{automatic},
		edit:   []reason{automatic},
		remove: []reason{automatic},
	},
	comity.CoGroupNesting.Resource: {
		add:  []reason{loop, intoAuto, nested, bounds},
		edit: []reason{loop, intoAuto, nested, bounds},
	},
	comity.CoExtendedType.Resource: {
		edit:   []reason{typeInUse},
		remove: []reason{typeInUse},
	},
	comity.Server.Resource: {
		remove: []reason{{comity.PhraseServerInUse, "a provisioning target names it"}},
	},
}
