package comity

// FieldChange is what a change did to one field.
type FieldChange struct {
	Field *Field
	// Before and After are the values as a reader is shown them, "" where there is none.
	Before, After string
}

// Difference is what a change did, field by field: of an add what the record got, of a delete what it
// had. Secrets are not in the history, so they are not here, nor are values that were erased.
func (c Change) Difference() (changes []FieldChange) {
	if c.After == nil || c.Operation == OpErase {
		return nil
	}
	before, after := c.Before, c.After
	if c.Operation == OpDelete {
		before, after = c.After, nil
	}
	for _, f := range c.After.Resource.Fields {
		change := FieldChange{Field: f, Before: shownIn(before, f), After: shownIn(after, f)}
		if f.Kind != Secret && f != c.After.Resource.CoId() && change.Before != change.After {
			changes = append(changes, change)
		}
	}
	return changes
}

// shownIn is a field's value as a reader is shown it, "" where there is none.
func shownIn(rec *Record, f *Field) string {
	switch {
	case rec == nil || !rec.Has(f):
		return ""
	case f.Kind == Text || f.Kind == Code:
		return rec.Text(f)
	case f.Kind == Owner:
		return f.nameIn(rec) + " " + f.valueIn(rec)
	}
	return f.valueIn(rec)
}
