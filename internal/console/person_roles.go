package console

import (
	"time"

	"comity"
	"comity/internal/registry"
)

// rolesPart are the roles of a person, and the time line that they are drawn along.
type rolesPart struct {
	Add     string
	Rows    []roleRow
	Line    timeLine
	Changes bool
}

type roleRow struct {
	Title, To, Affiliation string
	Unit                   link
	Status, From, Until    value
	Edit, Delete           string
}

// timeLine is a drawing of roles as bars along the years.
type timeLine struct {
	Bars  []roleBar
	Ticks []tick
	// Today is where the day is that the page shows, Width and Height the size of the whole.
	Today, Width, Height float64
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

func (p *personView) roles() rolesPart {
	f := comity.CoPersonRole
	records := registry.Hanging(p.glance.Record, f.Resource)
	part := rolesPart{Add: p.addTo(f.Resource)}
	for _, rec := range records {
		row := roleRow{
			Title: join(", ", rec.Text(f.Title), rec.Text(f.Affiliation)), To: p.record(rec.Resource, rec.Id), Affiliation: rec.Text(f.Affiliation),
			Status: p.value(rec, f.Status, p.titles), From: p.value(rec, f.ValidFrom, p.titles), Until: p.value(rec, f.ValidThrough, p.titles),
		}
		if rec.Has(f.CouId) {
			unit := p.value(rec, f.CouId, p.titles)
			row.Unit = link{unit.Text, unit.To}
		}
		row.Edit, row.Delete = p.changes(rec)
		part.Changes = part.Changes || row.Edit != "" || row.Delete != ""
		part.Rows = append(part.Rows, row)
	}
	now := time.Now()
	if p.past {
		now, _ = time.Parse(time.DateOnly, p.at) // it was read before
	}
	part.Line = drawRoles(records, part.Rows, now)
	return part
}

// drawRoles draws roles as bars, from the first day that is known to the last, with some room around
// today. A role without a start begins when it was added, one without an end has none.
func drawRoles(records []*comity.Record, rows []roleRow, now time.Time) timeLine {
	f := comity.CoPersonRole
	from, to := now.AddDate(0, -6, 0), now.AddDate(0, 6, 0)
	for _, rec := range records {
		from = earlier(from, startOf(rec))
		if rec.Has(f.ValidThrough) && rec.Time(f.ValidThrough).After(to) {
			to = rec.Time(f.ValidThrough)
		}
	}
	axis := timeAxis{from: from, to: to, left: lineMargin, right: lineWidth - lineMargin}
	line := timeLine{Today: axis.X(now), Width: lineWidth, Height: barTop + barStep*float64(len(records)) + 24, Ticks: axis.ticks(8)}
	for i, rec := range records {
		end := to
		if rec.Has(f.ValidThrough) {
			end = rec.Time(f.ValidThrough)
		}
		b := roleBar{Text: rows[i].Title, Tone: rows[i].Status.Tone, X: axis.X(startOf(rec)), Y: barTop + barStep*float64(i) + 20}
		b.Width = max(round(axis.X(end)-b.X), 3)
		b.LabelX, b.LabelY, b.Anchor = b.X, b.Y-6, "start"
		if b.X > lineWidth/2 {
			b.LabelX, b.Anchor = b.X+b.Width, "end"
		}
		if rows[i].Unit.Text != "" {
			b.Text += " in " + rows[i].Unit.Text
		}
		line.Bars = append(line.Bars, b)
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
