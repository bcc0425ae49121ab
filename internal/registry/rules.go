package registry

import (
	"context"
	"slices"
	"time"

	"comity"
	"comity/internal/access"
	"comity/internal/store"
)

// rules are what a resource does beyond what its table says. Each hook may be nil; old is nil on
// add, new is nil on delete. They run in this order, in the write's transaction.
type rules struct {
	// exclusive changes take their CO's lock for themselves: they change a graph or a whole group.
	exclusive bool
	// exclusiveDelete is exclusive for deletes alone: they are refused for records that others may
	// be adding.
	exclusiveDelete bool
	// alone changes touch many rows and share their commit with nobody.
	alone bool
	// permit refuses, beside the table of permissions, what the caller may not do.
	permit func(context.Context, *change) error
	// prepare completes the record before it is looked at.
	prepare func(context.Context, *change) error
	// check returns the faults that depend on the CO.
	check func(context.Context, *change) ([]comity.Fault, error)
	// refuse returns a refusal, in the order of the documentation.
	refuse func(context.Context, *change) error
	// refuseFirst says that refuse comes before the refusal of what no two records share.
	refuseFirst bool
	// before does what must be written before the record is, or before it is deleted.
	before func(context.Context, *change) error
	// store stores a new record, where storing is not what the tables say.
	store func(context.Context, *change) error
	// after does what follows from the record.
	after func(context.Context, *change) error
	// remove deletes the record, where deleting is not what the tables say.
	remove func(context.Context, *change) error
}

// change is one add, edit or delete under way.
type change struct {
	tx       *store.Tx
	caller   access.Caller
	old, new *comity.Record
	// where tells the CO and person that the record hangs on, moved the person that it hung on
	// before where an edit gave it to another.
	where store.Where
	moved int64
	now   time.Time
	// faults are what is wrong with the fields, as far as it is known.
	faults []comity.Fault
	// batch, unless nil, collects whose computed memberships are to be made right in the end.
	batch *batch
	// ownerless says that an edit does not name whose the record is.
	ownerless bool
}

// fault adds faults, but for those of a field with what is known to be wrong.
func (c *change) fault(faults ...comity.Fault) { c.faults = withFaults(c.faults, faults...) }

// withFaults adds faults to those that are known, but for those of a field that has one: a value that was not
// taken is not missing as well.
func withFaults(known []comity.Fault, more ...comity.Fault) []comity.Fault {
	for _, one := range more {
		if !slices.ContainsFunc(known, func(f comity.Fault) bool { return f.Field == one.Field }) {
			known = append(known, one)
		}
	}
	return known
}

// faulty says whether something is known to be wrong with a field.
func (c *change) faulty(f *comity.Field) bool {
	return slices.ContainsFunc(c.faults, func(known comity.Fault) bool { return known.Field == f.Column || known.Field == f.Missing().Field })
}

// sortedFaults are the faults in the order of the table, so that it does not show how they were found.
func (c *change) sortedFaults() []comity.Fault {
	place := func(fault comity.Fault) int {
		return slices.IndexFunc(c.record().Resource.Fields, func(f *comity.Field) bool { return fault.Field == f.Column || fault.Field == f.Missing().Field })
	}
	slices.SortStableFunc(c.faults, func(a, b comity.Fault) int { return place(a) - place(b) })
	return c.faults
}

// record is the record as it is to be, or as it was when it is deleted.
func (c *change) record() *comity.Record {
	if c.new != nil {
		return c.new
	}
	return c.old
}

// changed says whether an edit changes the field; an add or delete always does.
func (c *change) changed(f *comity.Field) bool {
	return c.old == nil || c.new == nil || c.new.Changed(c.old, f)
}

// rulesOf is the one map from resources to their rules.
func rulesOf(r *comity.Resource) rules {
	switch r {
	case comity.Co.Resource:
		return coRules
	case comity.Cou.Resource:
		return couRules
	case comity.CoPerson.Resource:
		return personRules
	case comity.CoPersonRole.Resource:
		return roleRules
	case comity.OrgIdentity.Resource:
		return orgIdentityRules
	case comity.EmailAddress.Resource:
		return emailAddressRules
	case comity.Name.Resource:
		return nameRules
	case comity.CoGroup.Resource:
		return groupRules
	case comity.CoGroupMember.Resource:
		return groupMemberRules
	case comity.CoGroupNesting.Resource:
		return groupNestingRules
	case comity.CoExtendedType.Resource:
		return extendedTypeRules
	case comity.CoTAndCAgreement.Resource:
		return agreementRules
	case comity.KafkaServer.Resource:
		return kafkaServerRules
	case comity.HistoryRecord.Resource:
		return historyRecordRules
	case comity.Server.Resource:
		return serverRules
	case comity.HttpServer.Resource:
		return httpServerRules
	case comity.CoProvisioningTarget.Resource:
		return targetRules
	case comity.CoApiProvisionerTarget.Resource:
		return apiTargetRules
	case comity.ApiUser.Resource:
		return apiUserRules
	}
	return rules{}
}
