package form

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"comity"
)

// Input returns the record to write from the values that were sent, with the errors of fields that cannot be read. An
// empty control clears its field, but keeps a secret.
func (fm Form) Input() comity.Input {
	in := comity.Input{Record: comity.NewRecord(fm.Resource)}
	for _, f := range fm.Resource.Fields {
		switch {
		case fm.asksFor(f):
			cell, fault := ReadField(f, fm.Sent, fm.Zone)
			if fault != "" {
				in.FieldErrors = append(in.FieldErrors, comity.FieldError{Field: f.Column, Sentence: fault})
			} else if f.Kind != comity.Secret || cell.HasValue() || fm.Sent.Has("clear-"+f.Name) {
				in.Record.Set(f, cell)
			}
		case fm.Old != nil && f.Required && !f.ReadOnly:
			// The registry requires the field, and it keeps its value.
			in.Record.Set(f, fm.Old.Get(f))
		case fm.Old == nil && f == fm.Resource.CoId(), fm.Old == nil && len(f.OnAdd) == 1, fm.Hidden[f]:
			in.Record.Set(f, fm.Given.Get(f))
		}
	}
	return in
}

// ReadField reads the value of a field. fault is the sentence of a field error, "" for none.
func ReadField(f *comity.Field, sent url.Values, zone *time.Location) (cell comity.Cell, fault string) {
	text := sent.Get(f.Name)
	switch {
	case f.Kind == comity.Owner:
		return readOwner(f, sent)
	case f.Kind == comity.Boolean && text == "" && !f.Default.IsAbsent():
		return comity.BoolCell(false), ""
	case text == "", f.Kind != comity.Secret && strings.TrimSpace(text) == "":
		return comity.EmptyCell(), ""
	case f.Kind == comity.Time:
		t, fault := ReadMoment(text, zone, f.Ends)
		if fault != "" {
			return comity.Cell{}, fault
		}
		text = t.UTC().Format(comity.TimeLayout)
	}
	return f.Read(comity.Scalar{Type: comity.TextScalar, Text: text})
}

// readOwner reads an owner: "CO:7", or "CO" with the id in a control of its own.
func readOwner(f *comity.Field, sent url.Values) (cell comity.Cell, fault string) {
	text := sent.Get(f.Name)
	if id := strings.TrimSpace(sent.Get(f.Name + ".Id")); id != "" {
		if text += ":" + id; comity.ParseId(id) == 0 {
			return comity.Cell{}, fmt.Sprintf("%q is not a number of a record", id)
		}
	}
	if picked := sent.Get(f.Name + PickSuffix); picked != "" {
		text = picked
	}
	kind, id := ownerOf(text)
	if o, ok := f.Owner(kind); ok && id != 0 {
		return comity.OwnerCell(o.Word, id), ""
	}
	return comity.EmptyCell(), ""
}

// ownerText returns an owner as readOwner reads it.
func ownerText(cell comity.Cell) string {
	if !cell.HasValue() {
		return ""
	}
	return cell.Text() + ":" + strconv.FormatInt(cell.Int(), 10)
}

// ownerOf returns the kind and id of an owner that is written "CO:7"; 0 for none.
func ownerOf(text string) (kind string, id int64) {
	kind, number, _ := strings.Cut(text, ":")
	return kind, comity.ParseId(number)
}

// Chosen returns a record that refers by a field to the record of a choice of its picker. It refers to none if nothing
// is chosen.
func Chosen(f *comity.Field, choice string) *comity.Record {
	rec := comity.NewRecord(f.Resource())
	if f.Kind == comity.Reference {
		if cell, fault := f.Read(comity.Scalar{Type: comity.TextScalar, Text: choice}); choice != "" && fault == "" {
			rec.Set(f, cell)
		}
		return rec
	}
	kind, id := ownerOf(choice)
	if o, known := f.Owner(kind); known {
		rec.SetOwner(f, o, id)
	}
	return rec
}
