package console

import "time"

// timeAxis puts times from left to right on a drawing.
type timeAxis struct {
	from, to    time.Time
	left, right float64
}

// X is where a time is; one beyond an end is at the end.
func (a timeAxis) X(t time.Time) float64 {
	share := float64(t.Sub(a.from)) / float64(a.to.Sub(a.from))
	return round(a.left + min(max(share, 0), 1)*(a.right-a.left))
}

// round leaves a drawing as exact as a screen shows it.
func round(x float64) float64 { return float64(int64(x*10+0.5)) / 10 }

// tick is a place on an axis and what is written there.
type tick struct {
	At   float64
	Text string
}

// steps are how far apart ticks can be, and how their days are written.
var steps = func() []struct {
	years, months, days int
	layout              string
} {
	return []struct {
		years, months, days int
		layout              string
	}{
		{days: 1, layout: "2 Jan"},
		{days: 7, layout: "2 Jan"},
		{months: 1, layout: "Jan 2006"},
		{months: 3, layout: "Jan 2006"},
		{years: 1, layout: "2006"},
		{years: 2, layout: "2006"},
		{years: 5, layout: "2006"},
		{years: 20, layout: "2006"},
		{years: 100, layout: "2006"},
		{years: 1000, layout: "2006"},
	}
}

// ticks are at most so many, at the starts of days, months or years.
func (a timeAxis) ticks(most int) (ticks []tick) {
	for _, step := range steps() {
		ticks = nil
		t := a.from.UTC()
		switch {
		case step.years > 0:
			t = time.Date(t.Year()/step.years*step.years, 1, 1, 0, 0, 0, 0, time.UTC)
		case step.months > 0:
			t = time.Date(t.Year(), (t.Month()-1)/time.Month(step.months)*time.Month(step.months)+1, 1, 0, 0, 0, 0, time.UTC)
		default:
			t = t.Truncate(24 * time.Hour)
		}
		for ; !t.After(a.to) && len(ticks) <= most; t = t.AddDate(step.years, step.months, step.days) {
			if !t.Before(a.from) {
				ticks = append(ticks, tick{a.X(t), t.Format(step.layout)})
			}
		}
		if len(ticks) <= most {
			return ticks
		}
	}
	return nil
}
