package chart_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"comity/internal/console/chart"
)

func day(n int, counts map[string]int64) chart.Day {
	return chart.Day{Day: time.Date(2024, 3, n, 0, 0, 0, 0, time.UTC), Counts: counts}
}

// The areas of all kinds are on top of each other, and each number holds until it changes.
func ExampleNewAreas() {
	areas := chart.NewAreas([]chart.Day{
		day(1, map[string]int64{"A": 4}),
		day(2, map[string]int64{"A": 6, "S": 4}),
	}, func(kind string) string { return map[string]string{"A": "Active", "S": "Suspended"}[kind] })
	for _, a := range areas.Areas {
		fmt.Println(a.Name, a.Now, a.Points)
	}
	for _, r := range areas.Rows {
		fmt.Println(r.ISO(), r.Counts)
	}
	// Output:
	// Active 6 56,143.2 373,143.2 373,98.8 690,98.8 690,232 373,232 373,232 56,232
	// Suspended 4 56,143.2 373,143.2 373,10 690,10 690,98.8 373,98.8 373,143.2 56,143.2
	// 2024-03-02 [6 4]
	// 2024-03-01 [4 0]
}

func TestAreasAreOnTopOfEachOther(t *testing.T) {
	p := chart.NewAreas([]chart.Day{
		day(1, map[string]int64{"A": 4}),
		day(2, map[string]int64{"A": 6, "S": 4}),
		day(4, map[string]int64{"A": 10}),
	}, strings.ToLower)
	if len(p.Areas) != 2 || p.Areas[0].Name != "a" || p.Areas[1].Name != "s" {
		t.Fatalf("the areas are %+v, want a below s", p.Areas)
	}
	if got := p.Areas[0].Now; got != 10 {
		t.Errorf("%d are active now, want 10", got)
	}
	for i, want := range []string{
		"56,143.2 214.5,143.2 214.5,98.8 531.5,98.8 531.5,10 690,10 690,232 531.5,232 531.5,232 214.5,232 214.5,232 56,232",
		"56,143.2 214.5,143.2 214.5,10 531.5,10 531.5,10 690,10 690,10 531.5,10 531.5,98.8 214.5,98.8 214.5,143.2 56,143.2",
	} {
		if got := p.Areas[i].Points; got != want {
			t.Errorf("the outline of %s is\n%s, want\n%s", p.Areas[i].Name, got, want)
		}
	}
	if got := p.Levels[len(p.Levels)-1].Number; got != 10 {
		t.Errorf("the axis ends at %d, want 10", got)
	}
	if got := len(p.Rows); got != 3 || p.Rows[0].ISO() != "2024-03-04" {
		t.Errorf("the table has %d rows, the first of %s", got, p.Rows[0].ISO())
	}
}

func TestRareKindsShareAnArea(t *testing.T) {
	counts := map[string]int64{}
	want := int64(0)
	for i := range 3 * chart.MaxAreas {
		counts[fmt.Sprint(i)] = int64(1000 - i)
		want += int64(1000 - i)
	}
	p := chart.NewAreas([]chart.Day{day(1, counts)}, strings.ToLower)
	last := p.Areas[len(p.Areas)-1]
	sum := int64(0)
	for _, a := range p.Areas {
		sum += a.Now
	}
	if len(p.Areas) != chart.MaxAreas || last.Name != "Others" || sum != want {
		t.Errorf("%d areas, the last is %s, of %d; want %d of %d", len(p.Areas), last.Name, sum, chart.MaxAreas, want)
	}
}

func TestLevels(t *testing.T) {
	for highest, want := range map[int64][2]int64{1: {1, 1}, 5: {1, 5}, 7: {2, 8}, 23: {5, 25}, 100_000: {20_000, 100_000}} {
		levels := chart.NewAreas([]chart.Day{day(1, map[string]int64{"A": highest})}, strings.ToLower).Levels
		if step, top := levels[1].Number, levels[len(levels)-1].Number; step != want[0] || top != want[1] {
			t.Errorf("up to %d in steps of %d to %d, want %v", highest, step, top, want)
		}
	}
}

func TestTicks(t *testing.T) {
	at := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	for _, tt := range []struct {
		from, to    time.Time
		count       int
		first, last string
	}{
		{at(2024, 2, 27), at(2024, 3, 1), 4, "27 Feb", "1 Mar"},
		{at(2024, 1, 15), at(2024, 6, 15), 5, "Feb 2024", "Jun 2024"},
		{at(2023, 2, 1), at(2024, 12, 1), 7, "Apr 2023", "Oct 2024"},
		{at(2019, 5, 1), at(2024, 5, 1), 5, "2020", "2024"},
		{at(1990, 5, 1), at(2024, 5, 1), 6, "1995", "2020"},
	} {
		ticks := chart.TimeAxis{From: tt.from, To: tt.to, Right: 100}.Ticks(8)
		if len(ticks) != tt.count || ticks[0].Text != tt.first || ticks[len(ticks)-1].Text != tt.last {
			t.Errorf("from %s to %s: %v", tt.from, tt.to, ticks)
		}
	}
}
