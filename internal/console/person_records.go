package console

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/chart"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// personPart is the dependents of a person, of one resource.
type personPart struct {
	Name, One, Heading, Key string
	// Add is the path of the form to add one, "" if the caller may not.
	Add     string
	Columns []string
	Rows    []personRow
	// Changes says that any of the rows can be changed.
	Changes bool
	// None is the text in place of an empty table. Timeline is a drawing of the rows, nil for none.
	None     string
	Timeline *roleTimeline
}

// personRow is a dependent of a person. Edit and Delete are the paths of its forms, "" if the caller may not.
type personRow struct {
	present.Row
	Edit, Delete string
}

// leadingResources returns the resources whose parts come first, in this order.
func leadingResources() []*comity.Resource {
	return []*comity.Resource{comity.Name.Resource, comity.EmailAddress.Resource, comity.Identifier.Resource}
}

// parts returns the dependents of the person that have no part of their own, the names first.
func (p *personView) parts() []personPart {
	var parts []personPart
	of := func(r *comity.Resource) {
		parts = append(parts, p.part(r, view.Dependents(p.model.Record, r)))
	}
	for _, r := range leadingResources() {
		of(r)
	}
	for _, e := range p.model.Record.Expanded {
		switch r := e.Resource; {
		case slices.Contains(leadingResources(), r), r.InHistory, !p.caller.May(authz.View, r):
		case r == comity.CoPersonRole.Resource, r == comity.CoGroupMember.Resource, r == comity.CoOrgIdentityLink.Resource:
		default:
			of(r)
		}
	}
	return parts
}

func (p *personView) part(r *comity.Resource, records []*comity.Record) personPart {
	part := personPart{Name: comity.Capitalize(r.Many), One: r.One, Heading: comity.Capitalize(r.One), Key: present.Segment(r), Add: p.addTo(r)}
	columns, rows := p.present.Table(records, r, comity.CoPerson.Resource, p.titles)
	part.Columns = columns
	for i, rec := range records {
		edit, remove := p.changes(rec)
		part.add(personRow{rows[i], edit, remove})
	}
	return part
}

func (part *personPart) add(row personRow) {
	part.Changes = part.Changes || row.Edit != "" || row.Delete != ""
	part.Rows = append(part.Rows, row)
}

// changes returns the paths of the forms to edit and delete a record, which return to the person's page.
func (p *personView) changes(rec *comity.Record) (edit, remove string) {
	may, back := p.rights[rec.Resource][rec.Id], "?"+url.Values{"next": {p.present.RecordPath(comity.CoPerson.Resource, p.model.Record.Id)}}.Encode()
	if may.Edit {
		edit = p.present.ActionPath(rec.Resource, rec.Id, "edit") + back
	}
	if may.Delete && !(rec.Resource == comity.Name.Resource && rec.Bool(comity.Name.PrimaryName)) {
		remove = p.present.ActionPath(rec.Resource, rec.Id, "delete") + back
	}
	return edit, remove
}

// addTo returns the path of the form to add a record of a resource to the person, "" if the caller may not.
func (p *personView) addTo(r *comity.Resource) string {
	if p.past() {
		return ""
	}
	for _, of := range r.Parents() {
		if of.Resource == comity.CoPerson.Resource && of.Field != nil && (of.Field.Kind == comity.Owner || of.Field.Required) {
			return p.present.AddPathIfAllowed(r, of.Key, strconv.FormatInt(p.model.Record.Id, 10))
		}
	}
	return ""
}

// linked returns the linked org identities of the person.
func (p *personView) linked() personPart {
	f, o := comity.CoOrgIdentityLink, comity.OrgIdentity
	part := personPart{
		Name: "Linked organizational identities", One: f.Resource.One, Heading: comity.Capitalize(o.Resource.One), Key: "linked", Add: p.addTo(f.Resource),
		Columns: []string{"Affiliation", "Known there as"}, None: "Linked to none yet.",
	}
	for _, l := range view.Dependents(p.model.Record, f.Resource) {
		name, _ := p.titles.By(o.Resource, l.Int(f.OrgIdentityId))
		row := personRow{Row: present.Row{Title: name, Values: make([]present.Value, 2)}}
		for _, org := range view.Dependents(l, o.Resource) {
			row.Title, row.To = p.titles.Of(org), p.present.RecordPath(o.Resource, org.Id)
			if names := view.Dependents(org, comity.Name.Resource); len(names) > 0 {
				row.Title = present.Join(", ", present.FullName(names[0]), org.Text(o.O))
			}
			row.Values = []present.Value{{Text: org.Text(o.Affiliation)}, {Text: identifiersOf(org)}}
		}
		_, row.Delete = p.changes(l)
		part.add(row)
	}
	return part
}

// identifiersOf returns the identifiers and email addresses of a record as one text.
func identifiersOf(rec *comity.Record) string {
	var texts []string
	for _, f := range []*comity.Field{comity.Identifier.Identifier, comity.EmailAddress.Mail} {
		for _, of := range view.Dependents(rec, f.Resource()) {
			texts = append(texts, of.Text(f))
		}
	}
	return strings.Join(texts, ", ")
}

// groupsPart is the memberships of a person.
type groupsPart struct {
	Add  string
	Rows []groupRow
	// None is said where there are no rows.
	None string
	// Changes says that any of the rows can be changed, Dated that any begins or ends.
	Changes, Dated bool
}

// groupRow is a membership of a person.
type groupRow struct {
	Group present.Link
	// As is member, owner or both; State a badge where the membership does not count.
	As           string
	State        present.Value
	Reason       membershipReason
	From, Until  present.Value
	Edit, Delete string
}

// groups returns the memberships of the person.
func (p *personView) groups() groupsPart {
	f := comity.CoGroupMember
	part := groupsPart{Add: p.addTo(f.Resource), None: "In no group yet."}
	if p.limited() {
		part.None = "In no group of yours."
	}
	at := p.at
	if !p.past() {
		at = time.Now()
	}
	for _, m := range view.Dependents(p.model.Record, f.Resource) {
		row := groupRow{
			Group: p.present.Link(comity.CoGroup.Resource, m.Int(f.CoGroupId), p.titles), As: "neither", Reason: newMembershipReason(p.request, p.model.Reasons[m.Id]),
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

// roleTimeline is a drawing of a person's roles along a time axis.
type roleTimeline struct {
	*chart.Timeline
	// Past says that it is as of a day in the past, and not of today.
	Past bool
}

// roles returns the roles of the person, as a table and as a drawing.
func (p *personView) roles() personPart {
	f := comity.CoPersonRole
	records := view.Dependents(p.model.Record, f.Resource)
	part := personPart{
		Name: "Roles", One: f.Resource.One, Heading: comity.Capitalize(f.Resource.One), Key: "roles", Add: p.addTo(f.Resource),
		Columns: []string{"Unit", "Status", "From", "Until"}, None: "No role yet.",
	}
	var periods []chart.Period
	for _, rec := range records {
		row := present.Row{Title: cmp.Or(present.Join(", ", rec.Text(f.Title), rec.Text(f.Affiliation)), comity.Capitalize(f.Resource.One)), To: p.present.RecordPath(rec.Resource, rec.Id)}
		for _, field := range []*comity.Field{f.CouId, f.Status, f.ValidFrom, f.ValidThrough} {
			row.Values = append(row.Values, p.present.Value(rec, field, p.titles))
		}
		edit, remove := p.changes(rec)
		part.add(personRow{row, edit, remove})
		period := chart.Period{Text: present.Join(" in ", row.Title, row.Values[0].Text), Tone: row.Values[1].Tone, Begin: startOf(rec)}
		if rec.Has(f.ValidThrough) {
			period.End = rec.Time(f.ValidThrough)
		}
		periods = append(periods, period)
	}
	now := time.Now()
	if p.past() {
		now = p.at
	}
	part.Timeline = &roleTimeline{chart.NewTimeline(periods, now), p.past()}
	return part
}

// startOf returns when a role begins. One without a start date begins when it was added.
func startOf(role *comity.Record) time.Time {
	if f := comity.CoPersonRole.ValidFrom; role.Has(f) {
		return role.Time(f)
	}
	return role.Created
}

// membershipReason is the reason for a membership, as a text with a link in it.
type membershipReason struct {
	Before, After string
	Link          present.Link
	// Since is when it was given, the zero time where that is not known.
	Since time.Time
}

// newMembershipReason returns the reason for a membership as a page shows it.
func newMembershipReason(q *request, why view.MembershipReason) membershipReason {
	switch why.Kind {
	case view.ReasonGiven:
		return membershipReason{Before: "added by " + why.Actor, Since: why.Since}
	case view.ReasonEverybody:
		return membershipReason{Before: "in because everybody in the CO is"}
	case view.ReasonActive:
		return membershipReason{Before: "in because the person is " + comity.CoPerson.Status.WordLabel(why.Status)}
	case view.ReasonRole, view.ReasonActiveRole:
		r := membershipReason{Before: "in because of a role in", Link: present.Link{Text: "its unit"}}
		if len(why.Roles) > 0 {
			r.Before, r.After = "in because the role in", "is "+comity.CoPersonRole.Status.WordLabel(why.Roles[0].Text(comity.CoPersonRole.Status))
		}
		if why.Unit != nil {
			r.Link = present.Link{Text: why.Unit.Text(comity.Cou.Name), To: q.present.RecordPath(comity.Cou.Resource, why.Unit.Id)}
		}
		return r
	case view.ReasonNested:
		if why.Group == nil {
			return membershipReason{Before: "in through a group that is nested"}
		}
		return membershipReason{Before: "in through the group", Link: present.Link{Text: why.Group.Text(comity.CoGroup.Name), To: q.present.RecordPath(comity.CoGroup.Resource, why.Group.Id)}}
	}
	return membershipReason{}
}
