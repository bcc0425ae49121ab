package console

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"comity"
)

// read returns the record to write from the form's values. An empty control clears its field, but keeps a
// secret.
func (fm form) read(sent url.Values) comity.Input {
	in := comity.Input{Record: comity.NewRecord(fm.resource)}
	for _, f := range fm.resource.Fields {
		switch {
		case fm.asks(f):
			cell, fault := fm.readField(f, sent)
			if fault != "" {
				in.Faults = append(in.Faults, comity.Fault{Field: f.Column, Sentence: fault})
			} else if f.Kind != comity.Secret || cell.HasValue() || sent.Has("clear-"+f.Name) {
				in.Record.Set(f, cell)
			}
		case fm.old != nil && f.Required && !f.ReadOnly:
			// The registry requires the field, and it keeps its value.
			in.Record.Set(f, fm.old.Get(f))
		case fm.old == nil && f == fm.resource.CoId(), fm.old == nil && len(f.OnAdd) == 1, fm.known[f]:
			in.Record.Set(f, fm.given.Get(f))
		}
	}
	return in
}

func (fm form) readField(f *comity.Field, sent url.Values) (comity.Cell, string) {
	text := sent.Get(f.Name)
	switch {
	case f.Kind == comity.Owner:
		return readOwner(f, sent)
	case f.Kind == comity.Boolean && text == "" && !f.Default.IsAbsent():
		return comity.BoolCell(false), ""
	case text == "", f.Kind != comity.Secret && strings.TrimSpace(text) == "":
		return comity.EmptyCell(), ""
	case f.Kind == comity.Time:
		t, fault := readMoment(text, fm.zone, f.Ends)
		if fault != "" {
			return comity.Cell{}, fault
		}
		text = t.UTC().Format(comity.TimeLayout)
	}
	return f.Read(comity.Scalar{Type: comity.TextScalar, Text: text})
}

// readOwner reads an owner, written "CO:7", or "CO" with the id beside it.
func readOwner(f *comity.Field, sent url.Values) (comity.Cell, string) {
	text := sent.Get(f.Name)
	if id := strings.TrimSpace(sent.Get(f.Name + ".Id")); id != "" {
		if text += ":" + id; comity.ParseId(id) == 0 {
			return comity.Cell{}, fmt.Sprintf("%q is not a number of a record", id)
		}
	}
	if picked := sent.Get(f.Name + pickSuffix); picked != "" {
		text = picked
	}
	kind, id := ownerOf(text)
	if o, ok := f.Owner(kind); ok && id != 0 {
		return comity.OwnerCell(o.Word, id), ""
	}
	return comity.EmptyCell(), ""
}

// ownerText writes an owner as readOwner reads it.
func ownerText(cell comity.Cell) string {
	if !cell.HasValue() {
		return ""
	}
	return cell.Text() + ":" + strconv.FormatInt(cell.Int(), 10)
}

func ownerOf(text string) (kind string, id int64) {
	kind, number, _ := strings.Cut(text, ":")
	return kind, comity.ParseId(number)
}
