package chart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Day is how many there are of each kind from a day on, until the next day that is given.
type Day struct {
	Day    time.Time
	Counts map[string]int64
}

// Areas is a drawing of how many there were of each kind over time: an area for each kind, on top of each other.
type Areas struct {
	Width, Height, Left, Right, Bottom float64
	Areas                              []Area
	// Days are the ticks of the horizontal axis, Levels those of the vertical one.
	Days   []Tick
	Levels []Level
	// Columns and Rows are the same numbers as a table, the latest day first.
	Columns []string
	Rows    []Row
}

// Area is one kind in the drawing.
type Area struct {
	// Name is the label of the kind, Class its CSS class, Points its outline.
	Name, Class, Points string
	// Now is the number on the last day.
	Now int64
}

// Level is a number at its position on the vertical axis.
type Level struct {
	At     float64
	Number int64
}

// Row is a day in the table, with a number for each column.
type Row struct {
	Day    time.Time
	Counts []int64
}

// ISO returns the day in the form 2006-01-02.
func (r Row) ISO() string { return r.Day.Format(time.DateOnly) }

// MaxAreas is the largest number of areas. If there are more kinds, the last area is the sum of the rarest ones.
const MaxAreas = 5

const (
	areasWidth, areasHeight = 720.0, 260.0
	areasLeft, areasRight   = 56.0, 690.0
	areasTop, areasBottom   = 10.0, 232.0
	// maxDays and maxRows are how many days are drawn, and how many are in the table.
	maxDays, maxRows = 360, 24
	// maxTicks is the largest number of ticks on a time axis.
	maxTicks = 8
)

// NewAreas draws the numbers of the days, of which there is at least one, in the order of time. label returns the
// label of a kind.
func NewAreas(days []Day, label func(kind string) string) *Areas {
	a := &Areas{Width: areasWidth, Height: areasHeight, Left: areasLeft, Right: areasRight, Bottom: areasBottom}
	kinds, others := mostCommon(days)
	shown := sample(days, maxDays)
	stacks := make([][]int64, len(shown))
	highest := int64(1)
	for i, day := range shown {
		stacks[i] = counts(day, kinds, others)
		highest = max(highest, total(stacks[i]))
	}
	step, top := niceStep(highest)
	y := func(n int64) float64 { return round(areasBottom - float64(n)/float64(top)*(areasBottom-areasTop)) }
	for n := int64(0); n <= top; n += step {
		a.Levels = append(a.Levels, Level{y(n), n})
	}
	axis := TimeAxis{From: shown[0].Day, To: shown[len(shown)-1].Day.Add(24 * time.Hour), Left: areasLeft, Right: areasRight}
	a.Days = axis.Ticks(maxTicks)
	for _, kind := range kinds {
		a.Columns = append(a.Columns, label(kind))
	}
	if others {
		a.Columns = append(a.Columns, "Others")
	}
	below := make([]int64, len(shown))
	for i, name := range a.Columns {
		a.Areas = append(a.Areas, Area{
			Name: name, Class: fmt.Sprintf("area-%d", i), Now: stacks[len(stacks)-1][i],
			Points: outline(shown, stacks, below, i, axis, y),
		})
	}
	for _, day := range sample(days, maxRows) {
		a.Rows = append(a.Rows, Row{day.Day, counts(day, kinds, others)})
	}
	slices.Reverse(a.Rows)
	return a
}

// outline returns the points of the area of the i-th kind, and adds its numbers to below, which has the sums of the
// kinds below it. The outline has steps, because a number holds until the next day that is given.
func outline(days []Day, stacks [][]int64, below []int64, i int, axis TimeAxis, y func(int64) float64) string {
	var up, down []string
	for d, day := range days {
		from, to := axis.X(day.Day), axis.Right
		if d+1 < len(days) {
			to = axis.X(days[d+1].Day)
		}
		above := below[d] + stacks[d][i]
		up = append(up, fmt.Sprintf("%g,%g %g,%g", from, y(above), to, y(above)))
		down = append(down, fmt.Sprintf("%g,%g %g,%g", to, y(below[d]), from, y(below[d])))
		below[d] = above
	}
	slices.Reverse(down)
	return strings.Join(append(up, down...), " ")
}

// mostCommon returns the kinds that have areas of their own, the most common first. others reports whether there are
// more kinds.
func mostCommon(days []Day) (kinds []string, others bool) {
	highest := map[string]int64{}
	for _, day := range days {
		for kind, n := range day.Counts {
			highest[kind] = max(highest[kind], n)
		}
	}
	for kind := range highest {
		kinds = append(kinds, kind)
	}
	slices.SortFunc(kinds, func(a, b string) int { return cmp.Or(cmp.Compare(highest[b], highest[a]), cmp.Compare(a, b)) })
	if len(kinds) > MaxAreas {
		return kinds[:MaxAreas-1], true
	}
	return kinds, false
}

// counts returns the numbers of a day for the kinds and, with others, the sum of all other kinds.
func counts(day Day, kinds []string, others bool) []int64 {
	var list []int64
	rest := int64(0)
	for _, n := range day.Counts {
		rest += n
	}
	for _, kind := range kinds {
		list = append(list, day.Counts[kind])
		rest -= day.Counts[kind]
	}
	if others {
		list = append(list, rest)
	}
	return list
}

func total(numbers []int64) (sum int64) {
	for _, n := range numbers {
		sum += n
	}
	return sum
}

// sample returns at most limit of the days, evenly distributed, with the first and the last.
func sample(days []Day, limit int) []Day {
	if len(days) <= limit {
		return days
	}
	some := make([]Day, limit)
	for i := range some {
		some[i] = days[i*(len(days)-1)/(limit-1)]
	}
	return some
}

// niceStep returns the distance between the ticks of an axis that begins at 0 and reaches a number, and the last tick.
func niceStep(highest int64) (step, top int64) {
	for power := int64(1); ; power *= 10 {
		for _, n := range []int64{1, 2, 5} {
			if step = n * power; step*5 >= highest {
				return step, (highest + step - 1) / step * step
			}
		}
	}
}
