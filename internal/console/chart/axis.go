package chart

import "time"

// TimeAxis maps the times from From to To to the horizontal positions from Left to Right.
type TimeAxis struct {
	From, To    time.Time
	Left, Right float64
}

// X returns the position of a time. A time outside of the axis has the position of the nearer end.
func (a TimeAxis) X(t time.Time) float64 {
	share := float64(t.Sub(a.From)) / float64(a.To.Sub(a.From))
	return round(a.Left + min(max(share, 0), 1)*(a.Right-a.Left))
}

// round rounds a position to one decimal, which is as exact as a screen shows it.
func round(x float64) float64 { return float64(int64(x*10+0.5)) / 10 }

// Tick is a labelled position on an axis.
type Tick struct {
	At   float64
	Text string
}

// step is a distance between ticks, and the layout of their labels.
type step struct {
	years, months, days int
	layout              string
}

// steps returns the possible distances between ticks, the smallest first.
func steps() []step {
	return []step{
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

// Ticks returns at most limit ticks at the beginnings of days, months or years in UTC, as close to each other as
// the limit allows.
func (a TimeAxis) Ticks(limit int) (ticks []Tick) {
	for _, step := range steps() {
		ticks = nil
		t := a.From.UTC()
		switch {
		case step.years > 0:
			t = time.Date(t.Year()/step.years*step.years, 1, 1, 0, 0, 0, 0, time.UTC)
		case step.months > 0:
			t = time.Date(t.Year(), (t.Month()-1)/time.Month(step.months)*time.Month(step.months)+1, 1, 0, 0, 0, 0, time.UTC)
		default:
			t = t.Truncate(24 * time.Hour)
		}
		for ; !t.After(a.To) && len(ticks) <= limit; t = t.AddDate(step.years, step.months, step.days) {
			if !t.Before(a.From) {
				ticks = append(ticks, Tick{a.X(t), t.Format(step.layout)})
			}
		}
		if len(ticks) <= limit {
			return ticks
		}
	}
	return nil
}
