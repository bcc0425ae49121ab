package comity

import (
	"fmt"
	"time"
)

type state uint8

const (
	absent state = iota
	empty
	value
)

// Cell is the value of one field: absent (not named), empty (named, without a value) or a value.
// The zero Cell is absent.
type Cell struct {
	state  state
	text   string
	number int64
}

// TextCell returns a cell with a text, a code's word or a date.
func TextCell(s string) Cell { return Cell{state: value, text: s} }

// IntCell returns a cell with a number or a reference.
func IntCell(n int64) Cell { return Cell{state: value, number: n} }

// BoolCell returns a cell with a boolean.
func BoolCell(b bool) Cell {
	if b {
		return IntCell(1)
	}
	return IntCell(0)
}

// TimeCell returns a cell with a time, truncated to the second.
func TimeCell(t time.Time) Cell { return IntCell(t.Unix()) }

// OwnerCell returns a cell with an owner: the word of an OwnerType and the parent's id.
func OwnerCell(word string, id int64) Cell { return Cell{state: value, text: word, number: id} }

// EmptyCell returns the cell of a field that was named without a value.
func EmptyCell() Cell { return Cell{state: empty} }

// IsAbsent says whether the field was not named.
func (c Cell) IsAbsent() bool { return c.state == absent }

// HasValue says whether there is a value.
func (c Cell) HasValue() bool { return c.state == value }

// Text returns the cell's text, a code's word, a date, or an owner's type.
func (c Cell) Text() string { return c.text }

// Int returns the cell's number: an integer, a reference, a boolean, a time in seconds, or an owner's id.
func (c Cell) Int() int64 { return c.number }

// Bool returns the cell's boolean.
func (c Cell) Bool() bool { return c.number != 0 }

// Record is one record of a resource: its metadata and a cell for each field.
type Record struct {
	Resource *Resource
	// Id is 0 until the record is stored.
	Id int64
	// CoId is the CO that the record belongs to, whether or not the resource has a field for it.
	CoId int64
	// Created and Modified are the times of the first and the last change.
	Created, Modified time.Time
	// Revision is 0 for a new record and grows by one with each change.
	Revision int64
	// ChangedAt and ChangedAs are the time and number of the last revision that changed a value in
	// messages to targets. ChangedAt is zero where that is the last revision or unknown.
	ChangedAt time.Time
	ChangedAs int64
	// Actor is the username that made the last change.
	Actor string
	// Deleted says that the record is deleted; its values are the last ones.
	Deleted bool
	// Expanded are the records that a list includes with this one on request.
	Expanded []Expansion

	cells []Cell
}

// Expansion are the records of one resource that belong to a record.
type Expansion struct {
	Resource *Resource
	Records  []*Record
}

// NewRecord returns a record with every cell absent.
func NewRecord(r *Resource) *Record {
	return &Record{Resource: r, cells: make([]Cell, len(r.Fields))}
}

func (r *Record) cell(f *Field) *Cell {
	if f.resource != r.Resource {
		panic(fmt.Sprintf("field %s.%s asked of a %s", f.resource.Singular, f.Name, r.Resource.Singular))
	}
	return &r.cells[f.index]
}

// Get returns the field's cell.
func (r *Record) Get(f *Field) Cell { return *r.cell(f) }

// Set sets the field's cell.
func (r *Record) Set(f *Field, c Cell) { *r.cell(f) = c }

// SetText sets a text, a code's word or a date.
func (r *Record) SetText(f *Field, s string) { r.Set(f, TextCell(s)) }

// SetInt sets a number or a reference.
func (r *Record) SetInt(f *Field, n int64) { r.Set(f, IntCell(n)) }

// SetBool sets a boolean.
func (r *Record) SetBool(f *Field, b bool) { r.Set(f, BoolCell(b)) }

// SetOwner sets an owner.
func (r *Record) SetOwner(f *Field, o OwnerType, id int64) { r.Set(f, OwnerCell(o.Word, id)) }

// Has says whether the field has a value.
func (r *Record) Has(f *Field) bool { return r.cell(f).HasValue() }

// Text returns the field's text, "" without a value.
func (r *Record) Text(f *Field) string { return r.cell(f).text }

// Int returns the field's number, 0 without a value.
func (r *Record) Int(f *Field) int64 { return r.cell(f).number }

// Bool returns the field's boolean, false without a value.
func (r *Record) Bool(f *Field) bool { return r.cell(f).number != 0 }

// Time returns the field's time in UTC, the zero time without a value.
func (r *Record) Time(f *Field) time.Time {
	c := r.cell(f)
	if !c.HasValue() {
		return time.Time{}
	}
	return time.Unix(c.number, 0).UTC()
}

// LastChange returns the time and number of the last revision that changed a value in messages to targets;
// where that is unknown, those of the last revision.
func (r *Record) LastChange() (at time.Time, revision int64) {
	if r.ChangedAt.IsZero() {
		return r.Modified, r.Revision
	}
	return r.ChangedAt, r.ChangedAs
}

// OwnedBy returns the id of the record's owner if it is of that type, else 0.
func (r *Record) OwnedBy(o OwnerType) int64 {
	f := r.Resource.Owner()
	if f == nil || r.Text(f) != o.Word {
		return 0
	}
	return r.Int(f)
}

// Clone returns a copy that shares nothing.
func (r *Record) Clone() *Record {
	c := *r
	c.cells = append([]Cell(nil), r.cells...)
	return &c
}

// Same says whether both records have the same values; metadata is not compared. A Secret that the newer
// record names counts as a change.
func (r *Record) Same(older *Record) bool {
	for i, f := range r.Resource.Fields {
		a, b := r.cells[i], older.cells[i]
		if f.Kind == Secret {
			if !a.IsAbsent() {
				return false
			}
			continue
		}
		if a.HasValue() != b.HasValue() || a.HasValue() && (a.text != b.text || a.number != b.number) {
			return false
		}
	}
	return true
}

// Changed says whether the field's value differs between the two records.
func (r *Record) Changed(older *Record, f *Field) bool {
	a, b := r.Get(f), older.Get(f)
	return a.HasValue() != b.HasValue() || a.text != b.text || a.number != b.number
}

// Input is the record of a request as far as it could be read, with the field errors of the rest.
type Input struct {
	Record      *Record
	FieldErrors []FieldError
}
