package comity

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// What a row of the history tells of: a change of a record, a note that somebody added, or that a
// person's values were erased.
const (
	OpAdd    = "add"
	OpEdit   = "edit"
	OpDelete = "delete"
	OpNote   = "note"
	OpErase  = "erase"
)

// The Actions of notes about provisioning.
const (
	ActionProvisioned    = "PCPA"
	ActionNotProvisioned = "PCPF"
)

// NewNote returns a HistoryRecord that tells of something other than a change of a record, cut to the
// length of a Comment.
func NewNote(action, words string) *Record {
	note := NewRecord(HistoryRecord.Resource)
	note.SetText(HistoryRecord.Action, action)
	note.SetText(HistoryRecord.Comment, cut(words, HistoryRecord.Comment.Max))
	return note
}

// deeds are the operations on records: the letter that an Action begins with, and the word for it.
var deeds = map[string]struct{ letter, word string }{
	OpAdd: {"A", "added"}, OpEdit: {"E", "edited"}, OpDelete: {"D", "deleted"}, OpErase: {"X", "erased"},
}

// Change is what was done to a record.
type Change struct {
	// Operation is what was done: OpAdd, OpEdit, OpDelete or OpErase.
	Operation string
	// Before is the record that an edit found, nil where there is none; After what the change left,
	// or the record as it was when it was deleted.
	Before, After *Record
	// Erased says that the values of After are gone, ErasedBefore that those of Before are.
	Erased, ErasedBefore bool
}

// Action is the change's code: what was done, and to which resource.
func (c Change) Action() string { return deeds[c.Operation].letter + c.After.Resource.Short }

// Words tell the change in a sentence, as long as a HistoryRecord's Comment may be.
func (c Change) Words() string {
	words := fmt.Sprintf("%s %d %s", c.After.Resource.Singular, c.After.Id, deeds[c.Operation].word)
	switch {
	case c.Operation == OpErase:
	case c.Erased:
		words += " (erased)"
	case c.ErasedBefore:
		words += " (what it was is erased): " + c.After.inWords()
	case c.Before != nil:
		words += ": " + c.After.differenceInWords(c.Before)
	default:
		words += ": " + c.After.inWords()
	}
	return cut(strings.TrimSuffix(words, ": "), HistoryRecord.Comment.Max)
}

// inWords are the record's values. The CO, and the owner that the history shows by its id, go
// without saying, and so does a boolean that is false.
func (r *Record) inWords() string {
	var parts []string
	shown := r.OwnedBy(OwnerCO)+r.OwnedBy(OwnerOrg)+r.OwnedBy(OwnerGroup) != 0
	for _, f := range r.Resource.Fields {
		without := !r.Has(f) || f == r.Resource.CoId() || f.Kind == Owner && shown || f.Kind == Boolean && !r.Bool(f)
		if !without {
			parts = append(parts, f.nameIn(r)+" "+f.valueIn(r))
		}
	}
	return strings.Join(parts, ", ")
}

// differenceInWords are the values that differ from those of the record as it was. Secrets are not
// in the history, so it cannot tell whether they do.
func (r *Record) differenceInWords(before *Record) string {
	var parts, secrets []string
	// What came from another owner is told without what it was there.
	owner := r.Resource.Owner()
	moved := owner != nil && r.Changed(before, owner)
	for _, f := range r.Resource.Fields {
		if f.Kind == Secret {
			secrets = append(secrets, f.Name)
		}
		if f.Kind == Secret || !r.Changed(before, f) {
			continue
		}
		switch {
		case moved && f.Kind != Owner && r.Has(f):
			parts = append(parts, f.nameIn(r)+" set to "+f.valueIn(r))
		case moved && f.Kind != Owner:
			parts = append(parts, f.nameIn(before)+" cleared")
		case !before.Has(f):
			parts = append(parts, f.nameIn(r)+" set to "+f.valueIn(r))
		case !r.Has(f):
			parts = append(parts, f.nameIn(before)+" "+f.valueIn(before)+" cleared")
		case f.nameIn(before) != f.nameIn(r):
			parts = append(parts, f.nameIn(before)+" "+f.valueIn(before)+" to "+f.nameIn(r)+" "+f.valueIn(r))
		default:
			parts = append(parts, f.nameIn(r)+" "+f.valueIn(before)+" to "+f.valueIn(r))
		}
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, ", ")
	case len(secrets) > 0:
		return "nothing changed, but perhaps " + strings.Join(secrets, ", ")
	}
	return "nothing changed"
}

// nameIn is the field's name, of an owner the flat one.
func (f *Field) nameIn(r *Record) string {
	if o, ok := f.Owner(r.Text(f)); ok {
		return o.Name
	}
	return f.Name
}

// valueIn is the field's value as a reader is shown it.
func (f *Field) valueIn(r *Record) string {
	switch f.Kind {
	case Text, Code:
		return fmt.Sprintf("%q", r.Text(f))
	case Date:
		return r.Text(f)
	case Boolean:
		return fmt.Sprint(r.Bool(f))
	case Time:
		return r.Time(f).Format(TimeLayout)
	case Integer, Reference, Owner, Secret:
	}
	return fmt.Sprint(r.Int(f))
}

// cut is a text with at most so many code points, the last of them an ellipsis where there are more.
func cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}
