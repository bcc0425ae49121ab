package console

import (
	"time"

	"comity"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// groupsPart are the groups that a person is in.
type groupsPart struct {
	Add  string
	Rows []groupRow
	// None is said where there are no rows.
	None string
	// Changes says that any of the rows can be changed, Dated that any begins or ends.
	Changes, Dated bool
}

type groupRow struct {
	Group present.Link
	// As is member, owner or both; State a badge where the membership does not count.
	As           string
	State        present.Value
	Why          reason
	From, Until  present.Value
	Edit, Delete string
}

func (p *personView) groups() groupsPart {
	f := comity.CoGroupMember
	part := groupsPart{Add: p.addTo(f.Resource), None: "In no group yet."}
	if p.apart() {
		part.None = "In no group of yours."
	}
	at := p.at
	if !p.past() {
		at = time.Now()
	}
	for _, m := range view.Dependents(p.model.Record, f.Resource) {
		row := groupRow{
			Group: p.present.Link(comity.CoGroup.Resource, m.Int(f.CoGroupId), p.titles), As: "neither", Why: p.reason(p.model.Reasons[m.Id]),
			State: memberState(m, p.titles.Found[comity.CoGroup.Resource][m.Int(f.CoGroupId)], at),
			From:  p.present.Value(m, f.ValidFrom, p.titles), Until: p.present.Value(m, f.ValidThrough, p.titles),
		}
		switch {
		case m.Bool(f.Member) && m.Bool(f.Owner):
			row.As = "member and owner"
		case m.Bool(f.Member):
			row.As = "member"
		case m.Bool(f.Owner):
			row.As = "owner"
		}
		if p.model.Reasons[m.Id].Kind == view.ReasonGiven {
			row.Edit, row.Delete = p.changes(m)
		}
		part.Dated = part.Dated || !row.From.Empty() || !row.Until.Empty()
		part.Changes = part.Changes || row.Edit != "" || row.Delete != ""
		part.Rows = append(part.Rows, row)
	}
	return part
}
