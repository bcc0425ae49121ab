package chart_test

import (
	"fmt"
	"testing"
	"time"

	"comity/internal/console/chart"
)

// A period is a bar on the time axis; without an end it reaches the end of the axis.
func ExampleNewTimeline() {
	now := time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	line := chart.NewTimeline([]chart.Period{
		{Text: "Student", Tone: "bad", Begin: now.AddDate(-2, 0, 0), End: now.AddDate(-1, 0, 0)},
		{Text: "Staff", Tone: "good", Begin: now.AddDate(-1, 0, 0)},
	}, now)
	for _, b := range line.Bars {
		fmt.Println(b.Text, b.X, b.Y, b.Width, b.Anchor)
	}
	fmt.Println(line.Today)
	// Output:
	// Student 12 28 277.6 start
	// Staff 289.6 74 418.4 start
	// 568
}

func TestTimelineWithoutPeriods(t *testing.T) {
	now := time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	line := chart.NewTimeline(nil, now)
	if len(line.Bars) != 0 || line.Today <= 0 || line.Today >= line.Width || len(line.Ticks) == 0 {
		t.Errorf("an empty time line is %+v, want today between half a year before and after it", line)
	}
}
