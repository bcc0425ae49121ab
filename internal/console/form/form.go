// Package form makes the forms of records from the tables of their resources.
//
// A Form has the fields of one record and knows which of them are asked for. Controls returns the control of each
// field, with the present value, the choices and the field errors; templates write them. Input reads the record from
// the values that a browser sent. What a control offers to choose from comes from a Source, so that nothing here reads
// the registry.
package form

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/console/present"
)

// Form is the form to add or edit one record.
type Form struct {
	Resource *comity.Resource
	// Old is the record that is edited, nil for a new one.
	Old *comity.Record
	// Given has the values to begin with: those of the record or of the request.
	Given *comity.Record
	// Sent are the values that a browser sent, nil before it did.
	Sent url.Values
	// Parents are the fields that refer to the parent of a new record. They are given, and shown but not asked for.
	Parents map[*comity.Field]bool
	// Hidden are the fields that are given, and neither asked for nor shown.
	Hidden map[*comity.Field]bool
	// Zone is the time zone in which times are shown and entered.
	Zone *time.Location
}

// New returns the form of a new record of a CO, 0 for the form of a CO. The query may name the parent of the record,
// and values for its fields.
func New(r *comity.Resource, co int64, query url.Values, zone *time.Location) Form {
	fm := Form{Resource: r, Given: comity.NewRecord(r), Parents: map[*comity.Field]bool{}, Zone: zone}
	if f := r.CoId(); f != nil && co != 0 {
		fm.Given.SetInt(f, co)
	}
	for _, f := range r.Fields {
		if len(f.OnAdd) == 1 {
			fm.Given.SetText(f, f.OnAdd[0])
		}
	}
	if parent, id := ParentOf(r, query); parent.Field != nil {
		setParent(fm.Given, parent, id)
		fm.Parents[parent.Field] = true
	}
	for _, f := range r.Fields {
		if !query.Has(f.Name) || !fm.asksFor(f) || f.Kind == comity.Secret || fm.Parents[f] {
			continue
		}
		if cell, fault := ReadField(f, query, zone); fault == "" {
			fm.Given.Set(f, cell)
		}
	}
	return fm
}

// Edit returns the form to edit a record.
func Edit(rec *comity.Record, zone *time.Location) Form {
	return Form{Resource: rec.Resource, Old: rec, Given: rec, Zone: zone}
}

// ParentOf returns the parent that a query names for a record or a list of records: which parent of the resource it
// is, and its id; 0 for none.
func ParentOf(r *comity.Resource, query url.Values) (parent comity.Parent, id int64) {
	for _, parent := range r.Parents() {
		if id := comity.ParseId(query.Get(parent.Key)); id != 0 {
			return parent, id
		}
	}
	return comity.Parent{}, 0
}

// setParent makes a record refer to its parent.
func setParent(rec *comity.Record, parent comity.Parent, id int64) {
	for _, o := range parent.Field.Owners {
		if o.Column == parent.Column {
			rec.SetOwner(parent.Field, o, id)
			return
		}
	}
	rec.SetInt(parent.Field, id)
}

// Parent returns the record that a new record is added to, by resource and id; 0 for none.
func (fm Form) Parent() (*comity.Resource, int64) {
	for f := range fm.Parents {
		if target, id := present.Named(fm.Given, f); id != 0 {
			return target, id
		}
	}
	return nil, 0
}

// asksFor reports whether the form has a control for a field.
func (fm Form) asksFor(f *comity.Field) bool {
	switch {
	case f.ReadOnly, f == f.Resource().CoId(), fm.Hidden[f]:
		return false
	case fm.Old != nil && (f.WriteOnce || f.Immutable || f.Kind == comity.Owner):
		return false
	case fm.Old == nil && len(f.OnAdd) == 1:
		return false
	}
	return true
}

// Value returns the content of the control of a field.
func (fm Form) Value(f *comity.Field) string {
	if fm.Sent != nil {
		if f.Kind == comity.Owner {
			cell, _ := readOwner(f, fm.Sent)
			return ownerText(cell)
		}
		if values := fm.Sent[f.Name]; len(values) > 0 {
			return values[0]
		}
		return ""
	}
	return fm.givenValue(f)
}

// givenValue returns the content of the control of a field before the form is sent.
func (fm Form) givenValue(f *comity.Field) string {
	cell := fm.Given.Get(f)
	if fm.Old == nil && !cell.HasValue() {
		if cell = usual(f); !cell.HasValue() {
			cell = f.Default
		}
	}
	if !cell.HasValue() {
		return ""
	}
	switch f.Kind {
	case comity.Text, comity.Date, comity.Code:
		return cell.Text()
	case comity.Time:
		return WriteMoment(fm.Given.Time(f), fm.Zone)
	case comity.Integer, comity.Reference:
		return strconv.FormatInt(cell.Int(), 10)
	case comity.Boolean:
		return strconv.FormatBool(cell.Bool())
	case comity.Owner:
		return ownerText(cell)
	case comity.Secret:
	}
	return ""
}

// usual returns the value that the form of a new record begins with in a field, an empty cell for none.
func usual(f *comity.Field) comity.Cell {
	if f.Usual.HasValue() {
		return f.Usual
	}
	if f.Kind == comity.Code && f.Required && f.Name == "Status" && f.Default.IsAbsent() && f.Takes(comity.Active) {
		return comity.TextCell(comity.Active)
	}
	return comity.EmptyCell()
}

// The names of the controls of a picker are made from the name of its field.
const (
	// SearchSuffix is appended for the search box.
	SearchSuffix = ".Search"
	// PickSuffix is appended for the choice of an owner, beside the controls for its kind and number.
	PickSuffix = ".Pick"
	// findButton is the name of the button of a search.
	findButton = "find"
)

// Searching reports whether the form was sent to search and not to be saved: by the button of a search, or with a
// search text and nothing chosen.
func (fm Form) Searching() bool {
	if len(fm.Sent[findButton]) > 0 {
		return true
	}
	for _, f := range fm.Resource.Fields {
		if fm.searchText(f) == "" {
			continue
		}
		if cell, _ := ReadField(f, fm.Sent, fm.Zone); !cell.HasValue() {
			return true
		}
	}
	return false
}

// searchText returns the text of the search box of a field.
func (fm Form) searchText(f *comity.Field) string { return fm.Sent.Get(f.Name + SearchSuffix) }

// plainText returns a text without Markdown's marks of code.
func plainText(markdown string) string { return strings.ReplaceAll(markdown, "`", "") }
