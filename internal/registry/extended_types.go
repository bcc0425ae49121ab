package registry

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

var extendedTypeRules = rules{
	exclusive:   true,
	refuseFirst: true,
	refuse: func(ctx context.Context, c *change) error {
		f := comity.CoExtendedType
		if c.old == nil || c.new != nil && !c.changed(f.Name) && !c.changed(f.Attribute) {
			return nil
		}
		for _, r := range comity.All() {
			for _, field := range r.Fields {
				if field.TypeOf != c.old.Text(f.Attribute) {
					continue
				}
				used, err := store.Any(ctx, c.tx, r, store.Equal("co_id", c.old.CoId), store.Equal(field.Column, c.old.Text(f.Name)))
				if err != nil {
					return err
				}
				if used {
					return comity.RefuseBecause(comity.PhraseTypeInUse, "The type %q of %s is in use by %s", c.old.Text(f.Name), c.old.Text(f.Attribute), r.Plural)
				}
			}
		}
		return nil
	},
}

// addDefaultTypes adds the default types to a new CO.
func (c *change) addDefaultTypes(ctx context.Context, coID int64) error {
	f := comity.CoExtendedType
	for _, t := range comity.DefaultTypes() {
		rec := comity.NewRecord(f.Resource)
		rec.CoId = coID
		rec.SetInt(f.CoId, coID)
		rec.SetText(f.Attribute, t.Attribute)
		rec.SetText(f.Name, t.Name)
		rec.SetText(f.DisplayName, t.Name)
		rec.SetText(f.Status, comity.Active)
		if err := store.Insert(ctx, c.tx, rec, c.caller.Username, db.Place{CoId: coID}); err != nil {
			return err
		}
	}
	return nil
}

// typeErrors returns the field errors of the changed fields whose value is not a type of the CO, in one query
// for all of them.
func (c *change) typeErrors(ctx context.Context) ([]comity.FieldError, error) {
	var typed []*comity.Field
	var names []string
	for _, f := range c.new.Resource.Fields {
		if f.TypeOf != "" && c.new.Has(f) && c.changed(f) {
			typed = append(typed, f)
			names = append(names, c.new.Text(f))
		}
	}
	if len(typed) == 0 || c.new.CoId == 0 {
		return nil, nil
	}
	types, err := c.activeTypes(ctx, names)
	if err != nil {
		return nil, err
	}
	var fieldErrors []comity.FieldError
	for _, f := range typed {
		if !types[comity.ExtendedType{Attribute: f.TypeOf, Name: c.new.Text(f)}] {
			fieldErrors = append(fieldErrors, f.FieldError("%q is no active %s of this CO (see co_extended_types)", c.new.Text(f), f.TypeOf))
		}
	}
	return fieldErrors, nil
}

// activeTypes returns the active types of the CO, at least those with one of the names: from the state of the CO, or by
// a query, which a batch makes once.
func (c *change) activeTypes(ctx context.Context, names []string) (map[comity.ExtendedType]bool, error) {
	if state := store.StateOf(c.tx, c.new.CoId); state != nil && state.Types != nil {
		return state.Types, nil
	}
	key := fmt.Sprintf("%d %q", c.new.CoId, names)
	if c.deferred != nil && c.deferred.types[key] != nil {
		return c.deferred.types[key], nil
	}
	t := comity.CoExtendedType
	known, err := store.List(ctx, c.tx, t.Resource, 0, maxLookedAt, store.Equal("co_id", c.new.CoId),
		store.OneOf(t.Name.Column, names...), store.Equal(t.Status.Column, comity.Active))
	if err != nil {
		return nil, err
	}
	types := map[comity.ExtendedType]bool{}
	for _, rec := range known {
		types[comity.ExtendedType{Attribute: rec.Text(t.Attribute), Name: rec.Text(t.Name)}] = true
	}
	if c.deferred != nil && c.deferred.types != nil {
		c.deferred.types[key] = types
	}
	return types, nil
}
