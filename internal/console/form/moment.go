package form

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"comity"
)

// The formats of a time. Those with an offset name its zone, the others mean the zone of the form.
var (
	clockLayouts  = []string{"2006-1-2 15:04", "2006-1-2 15:04:05"}
	offsetLayouts = []string{"2006-1-2 15:04Z07:00", "2006-1-2 15:04:05Z07:00"}
	offset        = regexp.MustCompile(` ?([+-]\d\d):?(\d\d)$`)
)

// ReadMoment reads a time as people type it: a date, or a date and a time of day, in the zone unless the text names
// another. A date alone means its first moment or, with end, its last. fault is the sentence of a field error if the
// text is no time, "" for none.
func ReadMoment(text string, zone *time.Location, end bool) (t time.Time, fault string) {
	plain, inUTC := strings.CutSuffix(strings.ToUpper(strings.TrimSpace(text)), "UTC")
	if inUTC {
		zone = time.UTC
	}
	plain = strings.Join(strings.Fields(strings.Replace(plain, "T", " ", 1)), " ")
	if day, err := time.Parse("2006-1-2", plain); err == nil {
		if end {
			return startOfDay(day.AddDate(0, 0, 1), zone).Add(-time.Microsecond), ""
		}
		return startOfDay(day, zone), ""
	}
	for _, layout := range offsetLayouts {
		if t, err := time.Parse(layout, offset.ReplaceAllString(plain, "$1:$2")); err == nil {
			return t.In(zone), ""
		}
	}
	for _, layout := range clockLayouts {
		clock, err := time.Parse(layout, plain)
		if err != nil {
			continue
		}
		t, err := time.ParseInLocation(layout, plain, zone)
		if err != nil || t.Format(comity.TimeLayout) != clock.Format(comity.TimeLayout) {
			return time.Time{}, fmt.Sprintf("%q is not a time in %s: the clocks are set forward over it there", text, zone)
		}
		return t, ""
	}
	return time.Time{}, fmt.Sprintf("%q cannot be read as a time. Write a date as 2026-11-30, or with a time as 2026-11-30 14:00", text)
}

// startOfDay returns the first moment of a day in a zone. In a few zones, some days begin at one o'clock.
func startOfDay(day time.Time, zone *time.Location) time.Time {
	t := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
	if h, m, s := t.Clock(); t.Day() != day.Day() {
		t = t.Add(24*time.Hour - time.Duration(h*3600+m*60+s)*time.Second)
	}
	return t
}

// WriteMoment returns a time as ReadMoment reads it, with its offset if the clocks of the zone show that time twice.
func WriteMoment(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	text := t.Format(comity.TimeLayout)
	if same, fault := ReadMoment(text, zone, false); fault != "" || !same.Equal(t.Truncate(time.Second)) {
		return t.Format("2006-01-02 15:04:05Z07:00")
	}
	return text
}
