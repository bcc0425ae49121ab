package chart

import "time"

// Period is a period of time with a label. Without an end (the zero time) it lasts on.
type Period struct {
	Text string
	// Tone is the CSS class of its bar.
	Tone       string
	Begin, End time.Time
}

// Timeline is a drawing of periods as bars along a time axis.
type Timeline struct {
	Bars  []Bar
	Ticks []Tick
	// Today is the position of the day as of which it is drawn.
	Today, Width, Height float64
}

// Bar is a period in the drawing.
type Bar struct {
	Text, Tone  string
	X, Y, Width float64
	// LabelX and LabelY are the position of the text, Anchor is which end of the text is there: start or end.
	LabelX, LabelY float64
	Anchor         string
}

const (
	timelineWidth  = 720.0
	timelineMargin = 12.0
	barStep        = 46.0
	barTop         = 8.0
	minBarWidth    = 3.0
)

// NewTimeline draws the periods as of a time, one below the other. The axis covers all that begins and ends, and at
// least half a year before and after that time.
func NewTimeline(periods []Period, now time.Time) *Timeline {
	from, to := now.AddDate(0, -6, 0), now.AddDate(0, 6, 0)
	for _, p := range periods {
		if p.Begin.Before(from) {
			from = p.Begin
		}
		if p.End.After(to) {
			to = p.End
		}
	}
	axis := TimeAxis{From: from, To: to, Left: timelineMargin, Right: timelineWidth - timelineMargin}
	line := &Timeline{
		Today: axis.X(now), Width: timelineWidth, Height: barTop + barStep*float64(len(periods)) + 24, Ticks: axis.Ticks(maxTicks),
	}
	for i, p := range periods {
		end := to
		if !p.End.IsZero() {
			end = p.End
		}
		b := Bar{Text: p.Text, Tone: p.Tone, X: axis.X(p.Begin), Y: barTop + barStep*float64(i) + 20, Anchor: "start"}
		b.Width = max(round(axis.X(end)-b.X), minBarWidth)
		b.LabelX, b.LabelY = b.X, b.Y-6
		if b.X > timelineWidth/2 {
			b.LabelX, b.Anchor = b.X+b.Width, "end"
		}
		line.Bars = append(line.Bars, b)
	}
	return line
}
