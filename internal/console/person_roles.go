package console

import (
	"cmp"
	"time"

	"comity"
	"comity/internal/console/chart"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// roleTimeline draws the roles of a person along a time axis.
type roleTimeline struct {
	*chart.Timeline
	// Past says that it is as of a day in the past, and not of today.
	Past bool
}

// roles are the roles of the person, drawn along a time line.
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

// startOf returns when a role begins: one without a start date begins when it was added.
func startOf(role *comity.Record) time.Time {
	if f := comity.CoPersonRole.ValidFrom; role.Has(f) {
		return role.Time(f)
	}
	return role.Created
}
