package console

import (
	"testing"
	"time"

	"comity"
	"comity/internal/registry"
)

func day(n int, people map[string]int64) registry.StatusesAt {
	return registry.StatusesAt{Day: time.Date(2024, 3, n, 0, 0, 0, 0, time.UTC), People: people}
}

// TestPlotPeople puts the areas of statuses on top of each other, each number until it changes.
func TestPlotPeople(t *testing.T) {
	p := plotPeople([]registry.StatusesAt{
		day(1, map[string]int64{comity.Active: 4}),
		day(2, map[string]int64{comity.Active: 6, comity.Suspended: 4}),
		day(4, map[string]int64{comity.Active: 10}),
	})
	if len(p.Areas) != 2 || p.Areas[0].Name != "Active" || p.Areas[1].Name != "Suspended" {
		t.Fatalf("the areas are %+v, want Active below Suspended", p.Areas)
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
	if got := p.Numbers[len(p.Numbers)-1].Text; got != "10" {
		t.Errorf("the axis ends at %s, want 10", got)
	}
	if got := len(p.Rows); got != 3 || p.Rows[0].ISO() != "2024-03-04" {
		t.Errorf("the table has %d rows, the first of %s", got, p.Rows[0].ISO())
	}
}

// TestPlotOfManyStatuses draws those that are rare as one.
func TestPlotOfManyStatuses(t *testing.T) {
	people := map[string]int64{}
	for i, w := range comity.CoPerson.Status.Words {
		people[w.Word] = int64(1000 - i)
	}
	p := plotPeople([]registry.StatusesAt{day(1, people)})
	last := p.Areas[len(p.Areas)-1]
	sum := int64(0)
	for _, a := range p.Areas {
		sum += a.Now
	}
	want := int64(0)
	for _, n := range people {
		want += n
	}
	if len(p.Areas) != maxAreas || last.Name != "Others" || sum != want {
		t.Errorf("%d areas, the last is %s, of %d people; want %d of %d", len(p.Areas), last.Name, sum, maxAreas, want)
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
		ticks := timeAxis{from: tt.from, to: tt.to, right: 100}.ticks(8)
		if len(ticks) != tt.count || ticks[0].Text != tt.first || ticks[len(ticks)-1].Text != tt.last {
			t.Errorf("from %s to %s: %v", tt.from, tt.to, ticks)
		}
	}
}

func TestNiceStep(t *testing.T) {
	for most, want := range map[int64][2]int64{1: {1, 1}, 5: {1, 5}, 7: {2, 8}, 23: {5, 25}, 100_000: {20_000, 100_000}} {
		if step, top := niceStep(most); step != want[0] || top != want[1] {
			t.Errorf("up to %d in steps of %d to %d, want %v", most, step, top, want)
		}
	}
}
