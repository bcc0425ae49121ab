package present

import (
	"strconv"
	"strings"
	"time"

	"comity"
)

// Value is the value of a field as a page shows it. The template "value" writes it.
type Value struct {
	Text string
	// To is the URL that it leads to, "" for none. Outside says that this is another site.
	To      string
	Outside bool
	// Time is set in place of Text for a time.
	Time time.Time
	// Tone is the CSS class of the badge of a status, "" for other values.
	Tone string
	// Long says that the text is shown with its line breaks.
	Long bool
}

// Empty reports whether there is nothing to show.
func (x Value) Empty() bool { return x.Text == "" && x.Time.IsZero() }

// Value returns a field of a record as a page shows it. It is empty if the record is nil or the field a secret.
func (p Presenter) Value(rec *comity.Record, f *comity.Field, t Titles) Value {
	if rec == nil || f.Kind == comity.Secret || !rec.Has(f) {
		return Value{}
	}
	switch f.Kind {
	case comity.Reference, comity.Owner:
		target, id := Named(rec, f)
		to := p.Link(target, id, t)
		return Value{Text: to.Text, To: to.To}
	case comity.Boolean:
		if rec.Bool(f) {
			return Value{Text: "Yes"}
		}
		return Value{Text: "No"}
	case comity.Time:
		return Value{Time: rec.Time(f)}
	case comity.Integer:
		return Value{Text: strconv.FormatInt(rec.Int(f), 10)}
	case comity.Code:
		x := Value{Text: f.WordLabel(rec.Text(f))}
		if f.Name == "Status" {
			x.Tone = Tone(rec.Text(f))
		}
		return x
	case comity.Text, comity.Date, comity.Secret:
	}
	text := rec.Text(f)
	x := Value{Text: text, Long: f.Max >= LongText}
	switch {
	case strings.HasPrefix(text, "https://"), strings.HasPrefix(text, "http://"):
		x.To, x.Outside = text, true
	case f == comity.EmailAddress.Mail:
		x.To, x.Outside = "mailto:"+text, true
	}
	return x
}

// LongText is the maximal length from which on a text field is shown and edited with several lines.
const LongText = 1000

// Field is a labelled value.
type Field struct {
	Label string
	Value Value
}

// Fields returns the fields of a record that have a value, in the order of its table, without its CO.
func (p Presenter) Fields(rec *comity.Record, t Titles) []Field {
	var fields []Field
	for _, f := range rec.Resource.Fields {
		if x := p.Value(rec, f, t); !x.Empty() && f != rec.Resource.CoId() {
			fields = append(fields, Field{Label: f.Label, Value: x})
		}
	}
	return fields
}

// Tone returns the CSS class of the badge of a status: good, bad or quiet.
func Tone(value string) string {
	switch value {
	case comity.Active, comity.GracePeriod, comity.ModeAutomatic:
		return "good"
	case comity.Suspended, comity.Expired, comity.Denied, comity.Declined, comity.Deleted, comity.Locked, comity.ModeDisabled:
		return "bad"
	}
	return "quiet"
}
