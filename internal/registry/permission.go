package registry

import (
	"context"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
)

// reach builds the row filters of a caller: a condition for each way in which a record relates to them. A nil
// condition means that no record of the resource does.
type reach struct {
	caller authz.Caller
	now    time.Time
	// few is true if the caller administers few enough people to select these first; otherwise each record is
	// tested.
	few bool
}

// fewAdministered is the largest number of roles in the caller's units with which few is true.
const fewAdministered = 2000

// across returns the row filter for a query over a whole CO, with few set.
func (r reach) across(ctx context.Context, tx *store.Tx) (reach, error) {
	if len(r.caller.Units) == 0 {
		r.few = true
		return r, nil
	}
	role := comity.CoPersonRole
	n, err := tx.CountUpTo(ctx, role.Resource, fewAdministered+1, store.In(role.CouId.Column, r.caller.Units))
	r.few = n <= fewAdministered
	return r, err
}

// names returns the condition "column names a record of the resource that meets c".
func (r reach) names(column string, res *comity.Resource, c store.Condition) store.Condition {
	if r.few {
		return store.Names(column, res, c)
	}
	return store.NamesEach(column, res, c)
}

// namedBy returns the condition "a record of the resource that meets the conditions names this one in
// column".
func (r reach) namedBy(column string, res *comity.Resource, conditions ...store.Condition) store.Condition {
	if r.few {
		return store.NamedBy(column, res, conditions...)
	}
	return store.NamedByEach(column, res, conditions...)
}

// within returns the condition that a record has one of the relations to the caller.
func (r reach) within(res *comity.Resource, relations authz.Relation) store.Condition {
	if relations&authz.InCO != 0 {
		return store.All()
	}
	var conditions []store.Condition
	for _, one := range []struct {
		relation  authz.Relation
		condition func(*comity.Resource) store.Condition
	}{
		{authz.InUnit, r.inUnit},
		{authz.Mine, r.mine},
		{authz.OfUnitPerson, r.ofUnitPerson},
		{authz.Enrolling, r.enrolling},
		{authz.Owned, r.owned},
		{authz.Joined, r.joined},
		{authz.Offered, r.offered},
		{authz.Addable, r.addable},
	} {
		if relations&one.relation != 0 {
			conditions = append(conditions, one.condition(res))
		}
	}
	return store.AnyOf(conditions...)
}

// visible returns the condition that the caller may see a record, nil if they may see all of their CO.
func (r reach) visible(res *comity.Resource) store.Condition {
	relations := r.caller.Through(authz.View, res)
	if relations&authz.InCO != 0 {
		return nil
	}
	if c := r.within(res, relations); c != nil {
		return c
	}
	return store.NoRecord()
}

// seen returns the conditions plus the one that the caller may see a record of the resource.
func (r reach) seen(res *comity.Resource, conditions ...store.Condition) []store.Condition {
	if c := r.visible(res); c != nil {
		conditions = append(conditions, c)
	}
	return conditions
}

func (r reach) mine(res *comity.Resource) store.Condition {
	r.few = true // records of one person are selected by the person first
	return r.about(res, store.Equal("id", r.caller.PersonId))
}

func (r reach) ofUnitPerson(res *comity.Resource) store.Condition {
	return r.about(res, r.inUnit(comity.CoPerson.Resource))
}

// about returns the condition "the record is about one of the people who meet who".
func (r reach) about(res *comity.Resource, who store.Condition) store.Condition {
	role, link := comity.CoPersonRole, comity.CoOrgIdentityLink
	switch res {
	case comity.CoPerson.Resource:
		return who
	case comity.Cou.Resource:
		return r.namedBy(role.CouId.Column, role.Resource, r.about(role.Resource, who))
	case comity.OrgIdentity.Resource:
		return r.namedBy(link.OrgIdentityId.Column, link.Resource, r.about(link.Resource, who))
	}
	return r.along(authz.PermissionFor(res).About, func(of *comity.Resource) store.Condition { return r.about(of, who) })
}

func (r reach) inUnit(res *comity.Resource) store.Condition {
	role := comity.CoPersonRole
	switch res {
	case comity.Cou.Resource:
		return store.In("id", r.caller.Units)
	case comity.CoPerson.Resource:
		return r.namedBy(comity.OwnerCO.Column, role.Resource, store.In(role.CouId.Column, r.caller.Units))
	}
	f := authz.PermissionFor(res).Place
	if f != nil && f.Kind == comity.Reference && f.Refers() == comity.Cou.Resource {
		return store.In(f.Column, r.caller.Units)
	}
	return r.along(f, r.inUnit)
}

func (r reach) enrolling(res *comity.Resource) store.Condition {
	if res != comity.CoPerson.Resource {
		return nil
	}
	return store.AllOf(store.ChangedBy(r.caller.Username), store.Not(r.namedBy(comity.OwnerCO.Column, comity.CoPersonRole.Resource)))
}

func (r reach) owned(res *comity.Resource) store.Condition {
	if res == comity.CoGroup.Resource {
		return r.inGroupAs(store.Equal(comity.CoGroupMember.Owner.Column, true))
	}
	return r.along(authz.PermissionFor(res).Place, r.owned)
}

func (r reach) joined(res *comity.Resource) store.Condition {
	if res != comity.CoGroup.Resource {
		return r.along(authz.PermissionFor(res).Place, r.joined)
	}
	f := comity.CoGroupMember
	return r.inGroupAs(store.AnyOf(store.Equal(f.Member.Column, true), store.Equal(f.Owner.Column, true)))
}

// inGroupAs returns the condition "the person is in the group now", as a member, owner or either: one person
// is in few groups.
func (r reach) inGroupAs(as store.Condition) store.Condition {
	f := comity.CoGroupMember
	return store.NamedBy(f.CoGroupId.Column, f.Resource, store.Equal(comity.OwnerCO.Column, r.caller.PersonId), as, store.ValidAt(r.now))
}

// offered returns the condition "the service is offered to the person".
func (r reach) offered(res *comity.Resource) store.Condition {
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
				r.names(f.CoGroupId.Column, comity.CoGroup.Resource, r.joined(comity.CoGroup.Resource)),
			),
		),
	)
}

// along returns the condition "the record that the field names meets the condition of its resource".
func (r reach) along(f *comity.Field, condition func(*comity.Resource) store.Condition) store.Condition {
	switch {
	case f == nil:
		return nil
	case f.Kind == comity.Reference:
		return r.names(f.Column, f.Refers(), condition(f.Refers()))
	}
	var any []store.Condition
	for _, o := range f.Owners {
		target := comity.ByName(o.Target)
		any = append(any, r.names(o.Column, target, condition(target)))
	}
	return store.AnyOf(any...)
}

// permit returns an error if the caller may not do this to an existing record.
func permit(ctx context.Context, tx *store.Tx, caller authz.Caller, op authz.Operation, rec *comity.Record, unknown string) error {
	may, err := meets(ctx, tx, caller, caller.Through(op, rec.Resource), rec.Resource, rec.Id)
	if err != nil || may && (op == authz.View || !isReserved(caller, rec)) {
		return err
	}
	return barred(ctx, tx, caller, rec.Resource, rec.Id, unknown)
}

// isReserved says whether the record has the flag that only administrators of the CO may set, and the caller
// is none.
func isReserved(caller authz.Caller, rec *comity.Record) bool {
	flag := authz.PermissionFor(rec.Resource).Reserved
	return flag != nil && rec.Bool(flag) && !caller.Admin
}

// barred returns the error for a caller who may not do something to a record: NotFound with the phrase if
// they may not know that it exists, Unauthorised otherwise.
func barred(ctx context.Context, tx *store.Tx, caller authz.Caller, res *comity.Resource, id int64, unknown string) error {
	sees, err := maySee(ctx, tx, caller, res, id)
	switch {
	case err != nil:
		return err
	case sees:
		return comity.Forbid()
	}
	return comity.Missing(unknown)
}

// maySee says whether the caller may see a record of a CO that they may know of.
func maySee(ctx context.Context, tx *store.Tx, caller authz.Caller, res *comity.Resource, id int64) (bool, error) {
	return meets(ctx, tx, caller, caller.Through(authz.View, res), res, id)
}

// meets says whether a record, of a CO that the caller may know of, has one of the relations to them.
func meets(ctx context.Context, tx *store.Tx, caller authz.Caller, relations authz.Relation, res *comity.Resource, id int64) (bool, error) {
	if relations == 0 || relations&authz.InCO != 0 {
		return relations != 0, nil
	}
	now, err := tx.Now(ctx)
	if err != nil {
		return false, err
	}
	within := reach{caller: caller, now: now}.within(res, relations)
	if within == nil {
		return false, nil
	}
	return tx.Any(ctx, res, store.Equal("id", id), within)
}

// permitPlace returns an error unless the caller may add the new record to what it names, or move it there. A
// record that the caller may not know of is answered like one that does not exist.
func (c *change) permitPlace(ctx context.Context, op authz.Operation) error {
	relations := c.caller.Through(op, c.new.Resource)
	if relations&authz.InCO != 0 {
		return nil
	}
	p := authz.PermissionFor(c.new.Resource)
	if isReserved(c.caller, c.new) {
		return comity.Forbid()
	}
	for _, f := range p.To {
		if !c.changed(f) || c.faulty(f) {
			continue
		}
		if !c.new.Has(f) && f.Kind == comity.Owner {
			continue // reported later
		}
		if !c.new.Has(f) {
			return comity.Forbid()
		}
		target := f.Refers()
		if f.Kind == comity.Owner {
			target = ownerResource(c.new, f)
		}
		may, err := meets(ctx, c.tx, c.caller, relations, target, c.new.Int(f))
		if err != nil {
			return err
		}
		if may {
			continue
		}
		sees, err := maySee(ctx, c.tx, c.caller, target, c.new.Int(f))
		switch {
		case err != nil:
			return err
		case sees:
			return comity.Forbid()
		case f.Kind == comity.Owner:
			return comity.Refuse(comity.PhrasePersonGone)
		}
		c.fault(f.Nothing(c.new.Int(f)))
	}
	return nil
}
