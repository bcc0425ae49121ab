package authz

import (
	"context"
	"time"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Filter makes the row filters of a caller: for each relation, the condition that a record has it to them. A
// nil condition means that no record of the resource has the relation.
type Filter struct {
	Caller Caller
	// Now is the time as of which memberships count.
	Now time.Time
	// PeopleFirst makes the conditions select the people whom the caller administers first, instead of testing
	// each record. It is quicker if these people are few or if all records are counted.
	PeopleFirst bool
}

// NewFilter returns the filter of a caller as of the transaction's time, for queries by ids.
func NewFilter(tx *db.Tx, caller Caller) Filter { return Filter{Caller: caller, Now: tx.Now()} }

// fewAdministered is the largest number of roles in the caller's units with which Across sets PeopleFirst.
const fewAdministered = 2000

// Across returns the filter for queries over a whole CO, with PeopleFirst set as is quicker.
func (fl Filter) Across(ctx context.Context, tx *db.Tx) (Filter, error) {
	if len(fl.Caller.Units) == 0 {
		fl.PeopleFirst = true
		return fl, nil
	}
	role := comity.CoPersonRole
	n, err := store.CountUpTo(ctx, tx, role.Resource, fewAdministered+1, store.In(role.CouId.Column, fl.Caller.Units))
	fl.PeopleFirst = n <= fewAdministered
	return fl, err
}

// names returns the condition "column names a record of the resource that meets c".
func (fl Filter) names(column string, res *comity.Resource, c db.Condition) db.Condition {
	if fl.PeopleFirst {
		return store.RefersTo(column, res, c)
	}
	return store.RefersToEach(column, res, c)
}

// namedBy returns the condition "a record of the resource that meets the conditions names this one in
// column".
func (fl Filter) namedBy(column string, res *comity.Resource, conditions ...db.Condition) db.Condition {
	if fl.PeopleFirst {
		return store.ReferredBy(column, res, conditions...)
	}
	return store.ReferredByEach(column, res, conditions...)
}

// within returns the condition that a record has one of the relations to the caller.
func (fl Filter) within(res *comity.Resource, relations Relation) db.Condition {
	if relations&InCO != 0 {
		return store.All()
	}
	var conditions []db.Condition
	for _, one := range []struct {
		relation  Relation
		condition func(*comity.Resource) db.Condition
	}{
		{InUnit, fl.inUnit},
		{Mine, fl.mine},
		{OfUnitPerson, fl.ofUnitPerson},
		{Enrolling, fl.enrolling},
		{Owned, fl.owned},
		{Joined, fl.joined},
		{Offered, fl.offered},
		{Addable, fl.addable},
	} {
		if relations&one.relation != 0 {
			conditions = append(conditions, one.condition(res))
		}
	}
	return store.AnyOf(conditions...)
}

// Visible returns the condition that the caller may see a record, nil if they may see all of their CO.
func (fl Filter) Visible(res *comity.Resource) db.Condition {
	relations := fl.Caller.Through(View, res)
	if relations&InCO != 0 {
		return nil
	}
	if c := fl.within(res, relations); c != nil {
		return c
	}
	return store.NoRecord()
}

// Seen returns the conditions plus the one that the caller may see a record of the resource.
func (fl Filter) Seen(res *comity.Resource, conditions ...db.Condition) []db.Condition {
	if c := fl.Visible(res); c != nil {
		conditions = append(conditions, c)
	}
	return conditions
}

func (fl Filter) mine(res *comity.Resource) db.Condition {
	fl.PeopleFirst = true // records of one person are selected by the person first
	return fl.about(res, store.Equal("id", fl.Caller.PersonId))
}

func (fl Filter) ofUnitPerson(res *comity.Resource) db.Condition {
	return fl.about(res, fl.inUnit(comity.CoPerson.Resource))
}

// about returns the condition "the record is about one of the people who meet who".
func (fl Filter) about(res *comity.Resource, who db.Condition) db.Condition {
	role, link := comity.CoPersonRole, comity.CoOrgIdentityLink
	switch res {
	case comity.CoPerson.Resource:
		return who
	case comity.Cou.Resource:
		return fl.namedBy(role.CouId.Column, role.Resource, fl.about(role.Resource, who))
	case comity.OrgIdentity.Resource:
		return fl.namedBy(link.OrgIdentityId.Column, link.Resource, fl.about(link.Resource, who))
	}
	return fl.along(PermissionFor(res).About, func(of *comity.Resource) db.Condition { return fl.about(of, who) })
}

func (fl Filter) inUnit(res *comity.Resource) db.Condition {
	role := comity.CoPersonRole
	switch res {
	case comity.Cou.Resource:
		return store.In("id", fl.Caller.Units)
	case comity.CoPerson.Resource:
		return fl.namedBy(comity.OwnerCO.Column, role.Resource, store.In(role.CouId.Column, fl.Caller.Units))
	}
	f := PermissionFor(res).Place
	if f != nil && f.Kind == comity.Reference && f.Refers() == comity.Cou.Resource {
		return store.In(f.Column, fl.Caller.Units)
	}
	return fl.along(f, fl.inUnit)
}

func (fl Filter) enrolling(res *comity.Resource) db.Condition {
	if res != comity.CoPerson.Resource {
		return nil
	}
	return store.AllOf(store.ChangedBy(fl.Caller.Username), store.Not(fl.namedBy(comity.OwnerCO.Column, comity.CoPersonRole.Resource)))
}

func (fl Filter) owned(res *comity.Resource) db.Condition {
	if res == comity.CoGroup.Resource {
		return fl.inGroupAs(store.Equal(comity.CoGroupMember.Owner.Column, true))
	}
	return fl.along(PermissionFor(res).Place, fl.owned)
}

func (fl Filter) joined(res *comity.Resource) db.Condition {
	if res != comity.CoGroup.Resource {
		return fl.along(PermissionFor(res).Place, fl.joined)
	}
	f := comity.CoGroupMember
	return fl.inGroupAs(store.AnyOf(store.Equal(f.Member.Column, true), store.Equal(f.Owner.Column, true)))
}

// inGroupAs returns the condition "the person is in the group now", as a member, owner or either: one person
// is in few groups.
func (fl Filter) inGroupAs(as db.Condition) db.Condition {
	f := comity.CoGroupMember
	return store.ReferredBy(f.CoGroupId.Column, f.Resource, store.Equal(comity.OwnerCO.Column, fl.Caller.PersonId), as, store.ValidAt(fl.Now))
}

// offered returns the condition "the service is offered to the person".
func (fl Filter) offered(res *comity.Resource) db.Condition {
	f := comity.CoService
	if res != f.Resource {
		return nil
	}
	return store.AllOf(
		store.Equal(f.Status.Column, comity.Active),
		store.AnyOf(
			store.OneOf(f.Visibility.Column, comity.VisibleToMembers, comity.VisibleToAll),
			store.AllOf(
				store.Equal(f.Visibility.Column, comity.VisibleToGroup),
				fl.names(f.CoGroupId.Column, comity.CoGroup.Resource, fl.joined(comity.CoGroup.Resource)),
			),
		),
	)
}

// along returns the condition "the record that the field names meets the condition of its resource".
func (fl Filter) along(f *comity.Field, condition func(*comity.Resource) db.Condition) db.Condition {
	switch {
	case f == nil:
		return nil
	case f.Kind == comity.Reference:
		return fl.names(f.Column, f.Refers(), condition(f.Refers()))
	}
	var any []db.Condition
	for _, o := range f.Owners {
		target := comity.ByName(o.Target)
		any = append(any, fl.names(o.Column, target, condition(target)))
	}
	return store.AnyOf(any...)
}
