package console

import (
	"strconv"
	"strings"
	"time"

	"comity"
)

// value is a field's value as a page shows it, by the part "value".
type value struct {
	Text string
	// To is where it leads, "" for nowhere; Outside says that this is another site.
	To      string
	Outside bool
	// Time is the moment that it is, the zero time for others.
	Time time.Time
	// Tone is the colour of a status, "" for what is none.
	Tone string
	// Long texts are shown with their lines.
	Long bool
}

// Empty says that there is nothing to show.
func (x value) Empty() bool { return x.Text == "" && x.Time.IsZero() }

// value is what a page shows of a field.
func (v *visit) value(rec *comity.Record, f *comity.Field, t titles) value {
	if f.Kind == comity.Secret || !rec.Has(f) {
		return value{}
	}
	switch f.Kind {
	case comity.Reference, comity.Owner:
		target, id := named(rec, f)
		to := v.linkTo(target, id, t)
		return value{Text: to.Text, To: to.To}
	case comity.Boolean:
		if rec.Bool(f) {
			return value{Text: "Yes"}
		}
		return value{Text: "No"}
	case comity.Time:
		return value{Time: rec.Time(f)}
	case comity.Integer:
		return value{Text: strconv.FormatInt(rec.Int(f), 10)}
	case comity.Code:
		x := value{Text: f.WordLabel(rec.Text(f))}
		if f.Name == "Status" {
			x.Tone = tone(rec.Text(f))
		}
		return x
	case comity.Text, comity.Date, comity.Secret:
	}
	text := rec.Text(f)
	x := value{Text: text, Long: f.Max >= longText}
	switch {
	case strings.HasPrefix(text, "https://"), strings.HasPrefix(text, "http://"):
		x.To, x.Outside = text, true
	case f == comity.EmailAddress.Mail:
		x.To, x.Outside = "mailto:"+text, true
	}
	return x
}

// longText is from what length on a text is written in several lines.
const longText = 1000
