package console

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/internal/registry"
)

// peoplePlot is how many people had each status over time: areas on top of each other.
type peoplePlot struct {
	Width, Height, Left, Right, Bottom float64
	Areas                              []area
	// Days are the ticks below, Numbers those at the side.
	Days, Numbers []tick
	// Columns and Rows are the same as a table.
	Columns []string
	Rows    []plotRow
}

// area is a status in the plot.
type area struct {
	// Name is the status, Class its colour, Points the outline.
	Name, Class, Points string
	Now                 int64
}

// plotRow is a day in the table.
type plotRow struct {
	Day    time.Time
	Counts []int64
}

// ISO is the day as a machine reads it.
func (r plotRow) ISO() string { return r.Day.Format(time.DateOnly) }

const (
	plotWidth, plotHeight = 720.0, 260.0
	plotLeft, plotRight   = 56.0, 690.0
	plotTop, plotBottom   = 10.0, 232.0
	// maxAreas is how many statuses have an area of their own, the last is of all others.
	maxAreas = 5
	// maxDays and maxRows are how many days are drawn and listed.
	maxDays, maxRows = 360, 24
)

// plotPeople draws how many people there were by status, at the end of each day.
func plotPeople(days []registry.StatusesAt) *peoplePlot {
	p := &peoplePlot{Width: plotWidth, Height: plotHeight, Left: plotLeft, Right: plotRight, Bottom: plotBottom}
	statuses, others := statusesOf(days)
	drawn := spread(days, maxDays)
	stacks := make([][]int64, len(drawn))
	most := int64(1)
	for i, day := range drawn {
		stacks[i] = numbers(day, statuses, others)
		sum := int64(0)
		for _, n := range stacks[i] {
			sum += n
		}
		most = max(most, sum)
	}
	step, top := niceStep(most)
	y := func(n int64) float64 { return round(plotBottom - float64(n)/float64(top)*(plotBottom-plotTop)) }
	for n := int64(0); n <= top; n += step {
		p.Numbers = append(p.Numbers, tick{y(n), whole(n)})
	}
	first, last := drawn[0].Day, drawn[len(drawn)-1].Day.Add(24*time.Hour)
	axis := timeAxis{from: first, to: last, left: plotLeft, right: plotRight}
	p.Days = axis.ticks(8)
	below := make([]int64, len(drawn))
	for s := range stacks[0] {
		p.Areas = append(p.Areas, area{
			Name: nameOf(statuses, s), Class: fmt.Sprintf("area-%d", s), Now: stacks[len(stacks)-1][s],
			Points: outline(drawn, stacks, below, s, axis, y),
		})
		p.Columns = append(p.Columns, nameOf(statuses, s))
	}
	for _, day := range spread(days, maxRows) {
		p.Rows = append(p.Rows, plotRow{day.Day, numbers(day, statuses, others)})
	}
	slices.Reverse(p.Rows)
	return p
}

func nameOf(statuses []string, i int) string {
	if i == len(statuses) {
		return "Others"
	}
	return comity.CoPerson.Status.WordLabel(statuses[i])
}

// outline is the area of a status on top of those below it, in steps: a number holds until the next
// day that has another.
func outline(days []registry.StatusesAt, stacks [][]int64, below []int64, s int, axis timeAxis, y func(int64) float64) string {
	var up, down []string
	for i, day := range days {
		from, to := axis.X(day.Day), axis.right
		if i+1 < len(days) {
			to = axis.X(days[i+1].Day)
		}
		over := below[i] + stacks[i][s]
		up = append(up, fmt.Sprintf("%g,%g %g,%g", from, y(over), to, y(over)))
		down = append(down, fmt.Sprintf("%g,%g %g,%g", to, y(below[i]), from, y(below[i])))
		below[i] = over
	}
	slices.Reverse(down)
	return strings.Join(append(up, down...), " ")
}

// statusesOf are the statuses that were most common, most common first; others says that there were
// more, which are drawn together.
func statusesOf(days []registry.StatusesAt) (statuses []string, others bool) {
	most := map[string]int64{}
	for _, day := range days {
		for status, n := range day.People {
			most[status] = max(most[status], n)
		}
	}
	for status := range most {
		statuses = append(statuses, status)
	}
	slices.SortFunc(statuses, func(a, b string) int { return cmp.Or(cmp.Compare(most[b], most[a]), cmp.Compare(a, b)) })
	if len(statuses) > maxAreas {
		return statuses[:maxAreas-1], true
	}
	return statuses, false
}

// numbers are how many people of a day have each of the statuses, and any other one.
func numbers(day registry.StatusesAt, statuses []string, others bool) []int64 {
	var counts []int64
	left := int64(0)
	for _, n := range day.People {
		left += n
	}
	for _, status := range statuses {
		counts = append(counts, day.People[status])
		left -= day.People[status]
	}
	if others {
		counts = append(counts, left)
	}
	return counts
}

// spread are at most so many of the days, as far apart as can be, with the first and the last.
func spread(days []registry.StatusesAt, most int) []registry.StatusesAt {
	if len(days) <= most {
		return days
	}
	some := make([]registry.StatusesAt, most)
	for i := range some {
		some[i] = days[i*(len(days)-1)/(most-1)]
	}
	return some
}

// niceStep is how far apart the ticks of an axis up to a number are, and where it ends.
func niceStep(most int64) (step, top int64) {
	for power := int64(1); ; power *= 10 {
		for _, n := range []int64{1, 2, 5} {
			if step = n * power; step*5 >= most {
				return step, (most + step - 1) / step * step
			}
		}
	}
}
