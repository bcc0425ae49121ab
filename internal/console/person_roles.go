package console

import (
	"cmp"
	"time"

	"comity"
	"comity/internal/registry"
)

// timeLine is a drawing of roles as bars along the years.
type timeLine struct {
	Bars  []roleBar
	Ticks []tick
	// Today is where the day is that the page shows, Width and Height the size of the whole.
	Today, Width, Height float64
	// Past says that this is a day that was, and not today.
	Past bool
}

// roleBar is a role in the drawing.
type roleBar struct {
	Text, Tone  string
	X, Y, Width float64
	// LabelX and LabelY are where its text stands, beside Anchor: start or end.
	LabelX, LabelY float64
	Anchor         string
}

const (
	lineWidth  = 720.0
	lineMargin = 12.0
	barStep    = 46.0
	barTop     = 8.0
)

// roles are the roles of the person, drawn along a time line.
func (p *personView) roles() personPart {
	f := comity.CoPersonRole
	records := registry.Hanging(p.model.Record, f.Resource)
	part := personPart{
		Name: "Roles", One: f.Resource.One, Heading: comity.Capitalize(f.Resource.One), Key: "roles", Add: p.addTo(f.Resource),
		Columns: []string{"Unit", "Status", "From", "Until"}, None: "No role yet.",
	}
	var bars []roleBar
	for _, rec := range records {
		row := row{Title: cmp.Or(join(", ", rec.Text(f.Title), rec.Text(f.Affiliation)), comity.Capitalize(f.Resource.One)), To: p.record(rec.Resource, rec.Id)}
		for _, field := range []*comity.Field{f.CouId, f.Status, f.ValidFrom, f.ValidThrough} {
			row.Values = append(row.Values, p.value(rec, field, p.titles))
		}
		edit, remove := p.changes(rec)
		part.add(personRow{row, edit, remove})
		bars = append(bars, roleBar{Text: join(" in ", row.Title, row.Values[0].Text), Tone: row.Values[1].Tone})
	}
	now := time.Now()
	if p.past() {
		now = p.at
	}
	part.Line = drawRoles(records, bars, now)
	part.Line.Past = p.past()
	return part
}

// drawRoles draws roles as bars, from the first day that is known to the last, with some room around
// today. A role without a start begins when it was added, one without an end has none.
func drawRoles(records []*comity.Record, bars []roleBar, now time.Time) *timeLine {
	f := comity.CoPersonRole
	from, to := now.AddDate(0, -6, 0), now.AddDate(0, 6, 0)
	for _, rec := range records {
		from = earlier(from, startOf(rec))
		if rec.Has(f.ValidThrough) && rec.Time(f.ValidThrough).After(to) {
			to = rec.Time(f.ValidThrough)
		}
	}
	axis := timeAxis{from: from, to: to, left: lineMargin, right: lineWidth - lineMargin}
	line := &timeLine{Bars: bars, Today: axis.X(now), Width: lineWidth, Height: barTop + barStep*float64(len(records)) + 24, Ticks: axis.ticks(8)}
	for i, rec := range records {
		end := to
		if rec.Has(f.ValidThrough) {
			end = rec.Time(f.ValidThrough)
		}
		b := &bars[i]
		b.X, b.Y = axis.X(startOf(rec)), barTop+barStep*float64(i)+20
		b.Width = max(round(axis.X(end)-b.X), 3)
		b.LabelX, b.LabelY, b.Anchor = b.X, b.Y-6, "start"
		if b.X > lineWidth/2 {
			b.LabelX, b.Anchor = b.X+b.Width, "end"
		}
	}
	return line
}

// startOf is when a role begins, or is known to have been there.
func startOf(role *comity.Record) time.Time {
	if f := comity.CoPersonRole.ValidFrom; role.Has(f) {
		return role.Time(f)
	}
	return role.Created
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
