package console

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// personPart is what hangs on a person, of one resource.
type personPart struct {
	Name, One, Heading, Key string
	// Add leads to the form to add one, "" where the reader may not.
	Add     string
	Columns []string
	Rows    []personRow
	// Changes says that any of the rows can be changed.
	Changes bool
	// None is said where there are no rows; Timeline draws them, nil for none.
	None     string
	Timeline *roleTimeline
}

// personRow is a record that hangs on a person, and where it is changed: "" where the reader may not.
type personRow struct {
	present.Row
	Edit, Delete string
}

// first are the parts that come first, in this order.
func first() []*comity.Resource {
	return []*comity.Resource{comity.Name.Resource, comity.EmailAddress.Resource, comity.Identifier.Resource}
}

// parts are what hangs on the person and has no part of its own, the names first.
func (p *personView) parts() []personPart {
	var parts []personPart
	of := func(r *comity.Resource) {
		parts = append(parts, p.part(r, view.Dependents(p.model.Record, r)))
	}
	for _, r := range first() {
		of(r)
	}
	for _, e := range p.model.Record.Expanded {
		switch r := e.Resource; {
		case slices.Contains(first(), r), r.InHistory, !p.caller.May(authz.View, r):
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

// changes are the forms that a record is edited and deleted by, from which the reader comes back here.
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

// addTo is the form to add a record of a resource to the person, "" where the reader may not.
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

// linked are the org identities of the person.
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
			row.Values = []present.Value{{Text: org.Text(o.Affiliation)}, {Text: known(org)}}
		}
		_, row.Delete = p.changes(l)
		part.add(row)
	}
	return part
}

// known are the identifiers and email addresses that hang on a record.
func known(rec *comity.Record) string {
	var texts []string
	for _, f := range []*comity.Field{comity.Identifier.Identifier, comity.EmailAddress.Mail} {
		for _, of := range view.Dependents(rec, f.Resource()) {
			texts = append(texts, of.Text(f))
		}
	}
	return strings.Join(texts, ", ")
}
