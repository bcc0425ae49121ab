package console

import (
	"time"

	"comity"
	"comity/internal/registry"
)

// groupsPart are the groups that a person is in.
type groupsPart struct {
	Add     string
	Rows    []groupRow
	Changes bool
}

type groupRow struct {
	Group link
	// As is member, owner or both.
	As           string
	Why          reason
	From, Until  value
	Edit, Delete string
}

// reason is why somebody is in a group, in words with a link among them.
type reason struct {
	Before, After string
	Link          link
	// Since is when it was given, the zero time where that is not known.
	Since time.Time
}

// Text is the reason without its links.
func (r reason) Text() string { return join(" ", r.Before, r.Link.Text, r.After) }

func (p *personView) groups() groupsPart {
	f := comity.CoGroupMember
	part := groupsPart{Add: p.addTo(f.Resource)}
	for _, m := range registry.Hanging(p.glance.Record, f.Resource) {
		name, sees := p.titles.by(comity.CoGroup.Resource, m.Int(f.CoGroupId))
		row := groupRow{
			Group: link{Text: name}, As: "neither", Why: p.reason(p.glance.Why[m.Id]),
			From: p.value(m, f.ValidFrom, p.titles), Until: p.value(m, f.ValidThrough, p.titles),
		}
		if sees {
			row.Group.To = p.record(comity.CoGroup.Resource, m.Int(f.CoGroupId))
		}
		switch {
		case m.Bool(f.Member) && m.Bool(f.Owner):
			row.As = "member and owner"
		case m.Bool(f.Member):
			row.As = "member"
		case m.Bool(f.Owner):
			row.As = "owner"
		}
		if p.glance.Why[m.Id].Kind == registry.WhyGiven {
			row.Edit, row.Delete = p.changes(m)
		}
		part.Changes = part.Changes || row.Edit != "" || row.Delete != ""
		part.Rows = append(part.Rows, row)
	}
	return part
}

// reason says why a membership is.
func (v *visit) reason(why registry.Why) reason {
	switch why.Kind {
	case registry.WhyGiven:
		return reason{Before: "added by " + why.Actor, Since: why.Since}
	case registry.WhyEverybody:
		return reason{Before: "in because everybody in the CO is"}
	case registry.WhyActive:
		return reason{Before: "in because the person is " + word(comity.CoPerson.Status, why.Status)}
	case registry.WhyRole, registry.WhyActiveRole:
		r := reason{Before: "in because of a role in", Link: link{Text: "its unit"}}
		if len(why.Roles) > 0 {
			r.Before, r.After = "in because the role in", "is "+word(comity.CoPersonRole.Status, why.Roles[0].Text(comity.CoPersonRole.Status))
		}
		if why.Unit != nil {
			r.Link = link{why.Unit.Text(comity.Cou.Name), v.record(comity.Cou.Resource, why.Unit.Id)}
		}
		return r
	case registry.WhyNested:
		if why.Group == nil {
			return reason{Before: "in through a group that is nested"}
		}
		return reason{Before: "in through the group", Link: link{why.Group.Text(comity.CoGroup.Name), v.record(comity.CoGroup.Resource, why.Group.Id)}}
	}
	return reason{}
}
