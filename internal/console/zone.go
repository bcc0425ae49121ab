package console

import (
	"net/http"
	"strings"
	"time"

	"comity/internal/console/form"
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

// askedMoment is the time that the query names, as form.ReadMoment reads it, zero where it names none.
func (v *visit) askedMoment(name string, end bool) (t time.Time, fault string) {
	text := v.r.URL.Query().Get(name)
	if strings.TrimSpace(text) == "" {
		return t, ""
	}
	return form.ReadMoment(text, v.zone(), end)
}

// asItWas is the form that asks for a record as it was at a time.
type asItWas struct{ Here, At, Zone, Error string }

// asItWas returns the form of a record's page, and the time that it asks for if it was sent, zero for none. A
// day alone means its end.
func (v *visit) asItWas(here string) (f asItWas, at time.Time) {
	f = asItWas{Here: here, At: v.r.URL.Query().Get("at"), Zone: v.zone().String()}
	at, f.Error = v.askedMoment("at", true)
	if !at.IsZero() {
		f.At = at.In(v.zone()).Format(time.DateOnly)
	}
	return f, at
}

// Status is the status of the page that has the form.
func (f asItWas) Status() int {
	if f.Error != "" {
		return http.StatusBadRequest
	}
	return http.StatusOK
}
