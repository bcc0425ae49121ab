package registry

import (
	"context"
	"slices"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/store/db"
)

// rules are what a resource does beyond its table. Each hook may be nil; old is nil on add, new is nil on
// delete. They run in this order, in the transaction of the write.
type rules struct {
	// exclusive changes take their CO's lock exclusively: they change a graph or a whole group.
	exclusive bool
	// exclusiveDelete is exclusive for deletes only: they are refused for records that others may be adding.
	exclusiveDelete bool
	// alone changes touch many rows and are committed without others.
	alone bool
	// authorize returns an error for what the caller may not do, in addition to the table of permissions.
	authorize func(context.Context, *change) error
	// prepare completes the record before it is validated.
	prepare func(context.Context, *change) error
	// check returns the field errors that depend on the CO.
	check func(context.Context, *change) ([]comity.FieldError, error)
	// refuse returns a refusal, in the order of the documentation.
	refuse func(context.Context, *change) error
	// refuseFirst makes refuse run before the check of values that no two records share.
	refuseFirst bool
	// before writes what must be written before the record is, or before it is deleted.
	before func(context.Context, *change) error
	// store stores a new record, if that is more than the tables say.
	store func(context.Context, *change) error
	// after carries out what follows from the change.
	after func(context.Context, *change) error
	// remove deletes the record, if that is more than the tables say.
	remove func(context.Context, *change) error
}

// change is one add, edit or delete in progress.
type change struct {
	tx       *db.Tx
	caller   authz.Caller
	old, new *comity.Record
	// where is the CO and person that the record belongs to, and the person that it belonged to before an edit gave
	// it to another.
	where db.Place
	now   time.Time
	// fieldErrors are those found so far.
	fieldErrors []comity.FieldError
	// deferred collects the people whose computed memberships are to be updated at the end; nil to update them
	// at once.
	deferred *deferredMemberships
	// ownerless is true if an edit does not name the record's owner.
	ownerless bool
}

// invalid adds field errors, except for fields that have one.
func (c *change) invalid(fieldErrors ...comity.FieldError) {
	c.fieldErrors = withFieldErrors(c.fieldErrors, fieldErrors...)
}

// withFieldErrors adds field errors to the known ones, except for fields that have one: a rejected value is
// not reported as missing as well.
func withFieldErrors(known []comity.FieldError, more ...comity.FieldError) []comity.FieldError {
	for _, one := range more {
		if !slices.ContainsFunc(known, func(f comity.FieldError) bool { return f.Field == one.Field }) {
			known = append(known, one)
		}
	}
	return known
}

// isInvalid reports whether a field error of the field is known.
func (c *change) isInvalid(f *comity.Field) bool {
	return slices.ContainsFunc(c.fieldErrors, func(known comity.FieldError) bool { return known.Field == f.Column || known.Field == f.Missing().Field })
}

// sortedFieldErrors returns the field errors in the order of the table, so that the order does not depend on
// how they were found.
func (c *change) sortedFieldErrors() []comity.FieldError {
	place := func(fieldError comity.FieldError) int {
		return slices.IndexFunc(c.record().Resource.Fields, func(f *comity.Field) bool {
			return fieldError.Field == f.Column || fieldError.Field == f.Missing().Field
		})
	}
	slices.SortStableFunc(c.fieldErrors, func(a, b comity.FieldError) int { return place(a) - place(b) })
	return c.fieldErrors
}

// record returns the record as it will be, or as it was if it is deleted.
func (c *change) record() *comity.Record {
	if c.new != nil {
		return c.new
	}
	return c.old
}

// changed says whether an edit changes the field; true for an add or delete.
func (c *change) changed(f *comity.Field) bool {
	return c.old == nil || c.new == nil || c.new.Changed(c.old, f)
}

// rulesOf returns the rules of a resource.
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
	case comity.HistoryRecord.Resource:
		return historyRecordRules
	case comity.Server.Resource:
		return serverRules
	case comity.CoProvisioningTarget.Resource:
		return targetRules
	case comity.ApiUser.Resource:
		return apiUserRules
	}
	switch {
	case r.ServerType != "":
		return serverAddressRules
	case r.Plugin != "":
		return targetSettingsRules
	}
	return rules{}
}
