package console

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"comity"
)

// zoneCookie is where a script keeps the name of the browser's time zone.
const zoneCookie = "comity-zone"

// zoneField is the zone that a form's times were written in, which is sent with them: the reader may
// have travelled since the form was opened.
const zoneField = "zone"

// zone is the time zone in which the reader sees and writes times: the one that a form was written in,
// else the browser's, else UTC.
func (v *visit) zone() *time.Location {
	if v.location == nil {
		v.location = time.UTC
		c, err := v.r.Cookie(zoneCookie)
		if err != nil {
			c = &http.Cookie{}
		}
		for _, name := range []string{v.r.PostForm.Get(zoneField), c.Value} {
			// "Local" is the server's own.
			if zone, err := time.LoadLocation(name); err == nil && name != "" && name != time.Local.String() {
				v.location = zone
				break
			}
		}
	}
	return v.location
}

// The formats of a time. RFC 3339 has the zone; all others mean the reader's.
var (
	clockLayouts  = []string{"2006-1-2 15:04", "2006-1-2 15:04:05"}
	offsetLayouts = []string{"2006-1-2 15:04Z07:00", "2006-1-2 15:04:05Z07:00"}
	offset        = regexp.MustCompile(` ?([+-]\d\d):?(\d\d)$`)
)

// readMoment parses a time as people type it: a date, or a date and a time of day, in the zone unless the text
// has another. A date alone is its first moment or, with end, its last. fault is the error in a text that is no
// time, "" for none.
func readMoment(text string, zone *time.Location, end bool) (t time.Time, fault string) {
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

// startOfDay is the first moment of a day in a zone: in a few zones some days begin at one o'clock.
func startOfDay(day time.Time, zone *time.Location) time.Time {
	t := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
	if h, m, s := t.Clock(); t.Day() != day.Day() {
		t = t.Add(24*time.Hour - time.Duration(h*3600+m*60+s)*time.Second)
	}
	return t
}

// writeMoment writes a time so that readMoment reads the same moment: with its offset where the clock
// shows the time twice.
func writeMoment(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	text := t.Format(comity.TimeLayout)
	if same, fault := readMoment(text, zone, false); fault != "" || !same.Equal(t.Truncate(time.Second)) {
		return t.Format("2006-01-02 15:04:05Z07:00")
	}
	return text
}

// askedMoment is the time that the query names, as readMoment reads it, zero where it names none.
func (v *visit) askedMoment(name string, end bool) (t time.Time, fault string) {
	text := v.r.URL.Query().Get(name)
	if strings.TrimSpace(text) == "" {
		return t, ""
	}
	return readMoment(text, v.zone(), end)
}

// asItWas is the form that asks for a record as it was at a time.
type asItWas struct{ Here, At, Zone, Fault string }

// asItWas returns the form of a record's page, and the time that it asks for if it was sent, zero for none. A
// day alone means its end.
func (v *visit) asItWas(here string) (form asItWas, at time.Time) {
	form = asItWas{Here: here, At: v.r.URL.Query().Get("at"), Zone: v.zone().String()}
	at, form.Fault = v.askedMoment("at", true)
	if !at.IsZero() {
		form.At = at.In(v.zone()).Format(time.DateOnly)
	}
	return form, at
}

// Status is the status of the page that has the form.
func (f asItWas) Status() int {
	if f.Fault != "" {
		return http.StatusBadRequest
	}
	return http.StatusOK
}
