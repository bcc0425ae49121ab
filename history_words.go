package comity

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The operations in the history: the changes of a record, a note, and the erasure of a person's values.
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

// NewNote returns a HistoryRecord about an event other than a change of a record. The text is cut to the
// greatest length of a Comment.
func NewNote(action, words string) *Record {
	note := NewRecord(HistoryRecord.Resource)
	note.SetText(HistoryRecord.Action, action)
	note.SetText(HistoryRecord.Comment, cut(words, HistoryRecord.Comment.Max))
	return note
}

// deeds are the operations on records, with the first letter of an Action and the word for it.
var deeds = map[string]struct{ letter, word string }{
	OpAdd: {"A", "added"}, OpEdit: {"E", "edited"}, OpDelete: {"D", "deleted"}, OpErase: {"X", "erased"},
}

// Change is a change of a record.
type Change struct {
	// Operation is OpAdd, OpEdit, OpDelete or OpErase.
	Operation string
	// Before is the record before an edit, nil for other operations. After is the record after the
	// change, or as it was when it was deleted.
	Before, After *Record
	// Erased says that the values of After were erased, ErasedBefore that those of Before were.
	Erased, ErasedBefore bool
}

// Action returns the change's code: the operation and the resource, such as ENAM.
func (c Change) Action() string { return deeds[c.Operation].letter + c.After.Resource.Short }

// Words returns the change as a sentence, cut to the greatest length of a HistoryRecord's Comment.
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

// inWords returns the record's values in words. It leaves out the CO and the owner, which the history
// shows by their ids, and booleans that are false.
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

// differenceInWords returns the values that differ from those of the record before, in words. Secrets
// are left out, since the history does not contain them.
func (r *Record) differenceInWords(before *Record) string {
	var parts, secrets []string
	// A record that was moved from another owner is shown without its values there.
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

// nameIn returns the field's name; for an Owner field that of its flat field.
func (f *Field) nameIn(r *Record) string {
	if o, ok := f.Owner(r.Text(f)); ok {
		return o.Name
	}
	return f.Name
}

// valueIn returns the field's value in the form for readers.
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

// cut returns a text of at most limit code points. A longer text is cut and ends with an ellipsis.
func cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}
