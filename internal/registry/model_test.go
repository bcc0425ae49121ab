package registry_test

import (
	"maps"
	"slices"
	"time"

	"comity"
)

// model is a CO according to the rules: it holds what was written only. Whatever follows from that is
// computed each time it is needed.
type model struct {
	at          time.Time
	people      map[int64]*modelPerson
	roles       map[int64]*modelRole
	units       map[int64]*modelUnit
	groups      map[int64]*modelGroup
	members     map[int64]*modelMember
	nestings    map[int64]*modelNesting
	names       map[int64]*modelName
	identifiers map[int64]*modelIdentifier
}

type modelPerson struct{ status string }

type modelRole struct {
	person, unit  int64
	status        string
	from, through time.Time
}

type modelUnit struct {
	name   string
	parent int64
}

// modelGroup is a group. Groups that a CO or unit is created with have their names from it.
type modelGroup struct {
	kind, name, status string
	unit               int64
	all                bool
}

// modelMember is a row that was added for a person.
type modelMember struct {
	group, person int64
	member, owner bool
	from, through time.Time
}

type modelNesting struct {
	group, target int64
	negate        bool
}

type modelName struct {
	person  int64
	primary bool
}

// modelIdentifier belongs to a person or to a group.
type modelIdentifier struct {
	kind, text    string
	person, group int64
}

func newModel() *model {
	return &model{
		people: map[int64]*modelPerson{}, roles: map[int64]*modelRole{}, units: map[int64]*modelUnit{},
		groups: map[int64]*modelGroup{}, members: map[int64]*modelMember{}, nestings: map[int64]*modelNesting{},
		names: map[int64]*modelName{}, identifiers: map[int64]*modelIdentifier{},
	}
}

// birthGroups are the groups that a CO and each unit are created with, by their types.
var birthGroups = map[string]string{"A": "admins", "AP": "approvers", "MA": "members:active", "M": "members:all"}

func (g *modelGroup) own() bool  { return g.kind == "S" }
func (g *modelGroup) auto() bool { return g.kind == "MA" || g.kind == "M" }

func (m *model) nameOf(g *modelGroup) string {
	switch {
	case g.own():
		return g.name
	case g.unit != 0:
		return "CO:COU:" + m.units[g.unit].name + ":" + birthGroups[g.kind]
	}
	return "CO:" + birthGroups[g.kind]
}

// within says whether the time is inside a validity; a date that is not set does not limit it.
func (m *model) within(from, through time.Time) bool {
	return (from.IsZero() || !m.at.Before(from)) && (through.IsZero() || !m.at.After(through))
}

// obeyClock sets a role's status by its validity. In this order each rule has to be applied once only.
func (m *model) obeyClock(r *modelRole) {
	begun := !r.from.IsZero() && !m.at.Before(r.from)
	ahead := !r.from.IsZero() && m.at.Before(r.from)
	past := !r.through.IsZero() && m.at.After(r.through)
	lasts := !r.through.IsZero() && !m.at.After(r.through)
	for _, rule := range []struct {
		is, becomes string
		when        bool
	}{
		{comity.Expired, comity.Active, lasts},
		{comity.Pending, comity.Active, begun},
		{comity.Active, comity.Pending, ahead},
		{comity.Active, comity.Expired, past},
	} {
		if r.status == rule.is && rule.when {
			r.status = rule.becomes
		}
	}
}

// ranking is the order of statuses, best first.
var ranking = []string{
	"Active", "GracePeriod", "Suspended", "Expired", "Approved", "PendingApproval", "PendingVetting", "Confirmed",
	"PendingConfirmation", "Invited", "Pending", "Denied", "Declined", "Deleted", "Duplicate",
}

// follow sets a person's status to the best status of the roles.
func (m *model) follow(person int64) {
	best := len(ranking)
	for _, r := range m.roles {
		if r.person == person {
			best = min(best, slices.Index(ranking, r.status))
		}
	}
	if p := m.people[person]; best < len(ranking) && p.status != "Locked" {
		p.status = ranking[best]
	}
}

// passTime carries out what began or ended.
func (m *model) passTime(now time.Time) {
	m.at = now
	turned := map[int64]bool{}
	for _, r := range m.roles {
		before := r.status
		m.obeyClock(r)
		turned[r.person] = turned[r.person] || r.status != before
	}
	for person, is := range turned {
		if is {
			m.follow(person)
		}
	}
}

func active(status string) bool { return status == "Active" || status == "GracePeriod" }

// automatic says whether a person is in an automatic group.
func (m *model) automatic(g *modelGroup, person int64) bool {
	in := func(status string) bool {
		if g.kind == "MA" {
			return active(status)
		}
		return status != "Deleted"
	}
	if !g.auto() || !in(m.people[person].status) {
		return false
	}
	if g.unit == 0 {
		return true
	}
	for _, r := range m.roles {
		if r.person == person && r.unit == g.unit && in(r.status) {
			return true
		}
	}
	return false
}

// counts says whether a person is a member of a group now, by a row that was added, automatically or by
// nesting.
func (m *model) counts(group, person int64) bool {
	g := m.groups[group]
	if g.status != "Active" {
		return false
	}
	if m.automatic(g, person) {
		return true
	}
	for _, own := range m.members {
		if own.group == group && own.person == person && own.member && m.within(own.from, own.through) {
			return true
		}
	}
	return len(m.derived(group, person)) > 0
}

// derived returns the nestings that make a person a member of a group.
func (m *model) derived(target, person int64) (by []int64) {
	for id, n := range m.nestings {
		if n.target != target {
			continue
		}
		counts := m.counts(n.group, person)
		if n.negate && counts || m.groups[target].all && !n.negate && !counts {
			return nil
		}
		if counts && !n.negate {
			by = append(by, id)
		}
	}
	return by
}

// reaches says whether there is a path from one group up to another.
func (m *model) reaches(from, to, without int64) bool {
	if from == to {
		return true
	}
	for id, n := range m.nestings {
		if id != without && n.group == from && m.reaches(n.target, to, without) {
			return true
		}
	}
	return false
}

// under says whether a unit is another one or below it.
func (m *model) under(unit, above int64) bool {
	for ; unit != 0; unit = m.units[unit].parent {
		if unit == above {
			return true
		}
	}
	return false
}

// deleteGroup deletes a group with its dependents.
func (m *model) deleteGroup(id int64) {
	delete(m.groups, id)
	maps.DeleteFunc(m.members, func(_ int64, o *modelMember) bool { return o.group == id })
	maps.DeleteFunc(m.nestings, func(_ int64, n *modelNesting) bool { return n.group == id || n.target == id })
	maps.DeleteFunc(m.identifiers, func(_ int64, i *modelIdentifier) bool { return i.group == id })
}
