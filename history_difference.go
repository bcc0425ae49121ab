package comity

// FieldChange is the change of one field.
type FieldChange struct {
	Field *Field
	// Before and After are the values in the form for readers, "" where there is none.
	Before, After string
}

// Difference returns what a change did to each field: for an add the new values, for a delete the former
// ones. Secrets and erased values are left out, since the history does not contain them.
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

// shownIn returns a field's value in the form for readers, "" where there is none.
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
