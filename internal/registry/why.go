package registry

import (
	"context"
	"time"

	"comity"
)

// Why is the reason of a membership.
type Why struct {
	// Kind is the kind of the reason.
	Kind WhyKind
	// Roles are the person's roles that give an automatic membership of a unit's group.
	Roles []*comity.Record
	// Status is the person's status that gives a membership of a group of active people; "" for others.
	Status string
	// Unit is the unit of the group, Group the group whose nesting gives the membership; nil if there is none
	// or the caller may not see it.
	Unit, Group *comity.Record
	// Actor and Since are who gave the membership, and when.
	Actor string
	Since time.Time
}

// WhyKind is the kind of a membership reason.
type WhyKind uint8

// The kinds of reason for a membership.
const (
	// WhyGiven memberships were added by somebody.
	WhyGiven WhyKind = iota + 1
	// WhyEverybody is in the group of all members of the CO, because the person is not deleted.
	WhyEverybody
	// WhyActive is in the group of the CO's active members, because of the person's status.
	WhyActive
	// WhyRole is in a unit's group, because of a role in the unit.
	WhyRole
	// WhyActiveRole is in the group of a unit's active members, because of an active role in the unit.
	WhyActiveRole
	// WhyNested is a member through a group that is nested.
	WhyNested
)

// String returns the reason in a word or two.
func (k WhyKind) String() string {
	switch k {
	case WhyGiven:
		return "given"
	case WhyEverybody:
		return "everybody"
	case WhyActive:
		return "active"
	case WhyRole:
		return "role"
	case WhyActiveRole:
		return "active role"
	case WhyNested:
		return "nested"
	}
	return "unknown"
}

// why returns the reasons of memberships by their ids, in a fixed number of queries. named has the groups,
// nestings and units to which they refer.
func (r reading) why(ctx context.Context, from source, memberships []*comity.Record, named Named) (map[int64]Why, error) {
	f := comity.CoGroupMember
	why := map[int64]Why{}
	var units, people []int64
	for _, m := range memberships {
		w := Why{Kind: kindOfWhy(m, named.Of(m, f.CoGroupId))}
		switch w.Kind {
		case WhyGiven:
			w.Actor, w.Since = m.Actor, m.Created
		case WhyNested:
			if n := named.Of(m, f.CoGroupNestingId); n != nil {
				w.Group = named.Of(n, comity.CoGroupNesting.CoGroupId)
			}
		case WhyRole, WhyActiveRole:
			units = append(units, named.Of(m, f.CoGroupId).Int(comity.CoGroup.CouId))
			people = append(people, m.Int(f.Person))
		case WhyActive:
			people = append(people, m.Int(f.Person))
		case WhyEverybody:
		}
		why[m.Id] = w
	}
	if err := r.whoGave(ctx, why); err != nil {
		return nil, err
	}
	return why, whyAutomatic(ctx, from, why, memberships, named, units, people)
}

func kindOfWhy(m, group *comity.Record) WhyKind {
	switch f := comity.CoGroup; {
	case m.Has(comity.CoGroupMember.CoGroupNestingId):
		return WhyNested
	case group == nil || !group.Bool(f.Auto):
		return WhyGiven
	case group.Has(f.CouId) && group.Text(f.GroupType) == comity.GroupActive:
		return WhyActiveRole
	case group.Has(f.CouId):
		return WhyRole
	case group.Text(f.GroupType) == comity.GroupActive:
		return WhyActive
	}
	return WhyEverybody
}

// whoGave reads from the history who added the memberships that were given: the records only have who changed
// them last.
func (r reading) whoGave(ctx context.Context, why map[int64]Why) error {
	var ids []int64
	for id, w := range why {
		if w.Kind == WhyGiven {
			ids = append(ids, id)
		}
	}
	adders, err := r.tx.AddedBy(ctx, comity.CoGroupMember.Resource, distinct(ids))
	for id, by := range adders {
		w := why[id]
		w.Actor, w.Since = by.Actor, by.At
		why[id] = w
	}
	return err
}

// whyAutomatic reads the roles and the people that give automatic memberships.
func whyAutomatic(ctx context.Context, from source, why map[int64]Why, memberships []*comity.Record, named Named, units, people []int64) error {
	f, role := comity.CoGroupMember, comity.CoPersonRole
	people = distinct(people)
	persons, err := from.byID(ctx, comity.CoPerson.Resource, people)
	if err != nil {
		return err
	}
	unitsByID, err := from.byID(ctx, comity.Cou.Resource, units)
	if err != nil {
		return err
	}
	roles, err := from.hanging(ctx, role.Resource, comity.OwnerCO.Column, people)
	if err != nil {
		return err
	}
	for _, m := range memberships {
		w := why[m.Id]
		switch w.Kind {
		case WhyActive:
			if p := persons[m.Int(f.Person)]; p != nil {
				w.Status = p.Text(comity.CoPerson.Status)
			}
		case WhyRole, WhyActiveRole:
			unit := named.Of(m, f.CoGroupId).Int(comity.CoGroup.CouId)
			w.Unit = unitsByID[unit]
			for _, rec := range roles[m.Int(f.Person)] {
				if rec.Int(role.CouId) == unit && roleCounts(rec, w.Kind) {
					w.Roles = append(w.Roles, rec)
				}
			}
		case WhyGiven, WhyEverybody, WhyNested:
		}
		why[m.Id] = w
	}
	return nil
}

// roleCounts says whether a role makes its person a member of the unit's group of that kind.
func roleCounts(role *comity.Record, kind WhyKind) bool {
	status := role.Text(comity.CoPersonRole.Status)
	if kind == WhyActiveRole {
		return comity.CountsAsActive(status)
	}
	return status != comity.Deleted
}
