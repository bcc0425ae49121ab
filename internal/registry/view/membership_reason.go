package view

import (
	"context"
	"time"

	"comity"
	"comity/internal/store/history"
)

// MembershipReason says reasons a person is in a group.
type MembershipReason struct {
	// Kind is the kind of the reason.
	Kind ReasonKind
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

// ReasonKind is the kind of a membership reason.
type ReasonKind uint8

// The kinds of reason for a membership.
const (
	// ReasonGiven memberships were added by somebody.
	ReasonGiven ReasonKind = iota + 1
	// ReasonEverybody is in the group of all members of the CO, because the person is not deleted.
	ReasonEverybody
	// ReasonActive is in the group of the CO's active members, because of the person's status.
	ReasonActive
	// ReasonRole is in a unit's group, because of a role in the unit.
	ReasonRole
	// ReasonActiveRole is in the group of a unit's active members, because of an active role in the unit.
	ReasonActiveRole
	// ReasonNested is a member through a group that is nested.
	ReasonNested
)

// String returns the reason in a word or two.
func (k ReasonKind) String() string {
	switch k {
	case ReasonGiven:
		return "given"
	case ReasonEverybody:
		return "everybody"
	case ReasonActive:
		return "active"
	case ReasonRole:
		return "role"
	case ReasonActiveRole:
		return "active role"
	case ReasonNested:
		return "nested"
	}
	return "unknown"
}

// reasons returns the reasons of memberships by their ids, in a fixed number of queries. named has the groups,
// nestings and units to which they refer.
func (r reading) reasons(ctx context.Context, from source, memberships []*comity.Record, named Named) (map[int64]MembershipReason, error) {
	f := comity.CoGroupMember
	reasons := map[int64]MembershipReason{}
	var units, people []int64
	for _, m := range memberships {
		reason := MembershipReason{Kind: reasonKind(m, named.Of(m, f.CoGroupId))}
		switch reason.Kind {
		case ReasonGiven:
			reason.Actor, reason.Since = m.Actor, m.Created
		case ReasonNested:
			if n := named.Of(m, f.CoGroupNestingId); n != nil {
				reason.Group = named.Of(n, comity.CoGroupNesting.CoGroupId)
			}
		case ReasonRole, ReasonActiveRole:
			units = append(units, named.Of(m, f.CoGroupId).Int(comity.CoGroup.CouId))
			people = append(people, m.Int(f.Person))
		case ReasonActive:
			people = append(people, m.Int(f.Person))
		case ReasonEverybody:
		}
		reasons[m.Id] = reason
	}
	if err := r.whoGave(ctx, reasons); err != nil {
		return nil, err
	}
	return reasons, automaticReasons(ctx, from, reasons, memberships, named, units, people)
}

func reasonKind(m, group *comity.Record) ReasonKind {
	switch f := comity.CoGroup; {
	case m.Has(comity.CoGroupMember.CoGroupNestingId):
		return ReasonNested
	case group == nil || !group.Bool(f.Auto):
		return ReasonGiven
	case group.Has(f.CouId) && group.Text(f.GroupType) == comity.GroupActive:
		return ReasonActiveRole
	case group.Has(f.CouId):
		return ReasonRole
	case group.Text(f.GroupType) == comity.GroupActive:
		return ReasonActive
	}
	return ReasonEverybody
}

// whoGave reads from the history who added the memberships that were given: the records only have who changed
// them last.
func (r reading) whoGave(ctx context.Context, reasons map[int64]MembershipReason) error {
	var ids []int64
	for id, reason := range reasons {
		if reason.Kind == ReasonGiven {
			ids = append(ids, id)
		}
	}
	adders, err := history.AddedBy(ctx, r.tx, comity.CoGroupMember.Resource, distinct(ids))
	for id, by := range adders {
		reason := reasons[id]
		reason.Actor, reason.Since = by.Actor, by.At
		reasons[id] = reason
	}
	return err
}

// automaticReasons reads the roles and the people that give automatic memberships.
func automaticReasons(ctx context.Context, from source, reasons map[int64]MembershipReason, memberships []*comity.Record, named Named, units, people []int64) error {
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
	roles, err := from.dependents(ctx, role.Resource, comity.OwnerCO.Column, people)
	if err != nil {
		return err
	}
	for _, m := range memberships {
		reason := reasons[m.Id]
		switch reason.Kind {
		case ReasonActive:
			if p := persons[m.Int(f.Person)]; p != nil {
				reason.Status = p.Text(comity.CoPerson.Status)
			}
		case ReasonRole, ReasonActiveRole:
			unit := named.Of(m, f.CoGroupId).Int(comity.CoGroup.CouId)
			reason.Unit = unitsByID[unit]
			for _, rec := range roles[m.Int(f.Person)] {
				if rec.Int(role.CouId) == unit && roleCounts(rec, reason.Kind) {
					reason.Roles = append(reason.Roles, rec)
				}
			}
		case ReasonGiven, ReasonEverybody, ReasonNested:
		}
		reasons[m.Id] = reason
	}
	return nil
}

// roleCounts says whether a role makes its person a member of the unit's group of that kind.
func roleCounts(role *comity.Record, kind ReasonKind) bool {
	status := role.Text(comity.CoPersonRole.Status)
	if kind == ReasonActiveRole {
		return comity.CountsAsActive(status)
	}
	return status != comity.Deleted
}
