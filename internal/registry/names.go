package registry

import (
	"context"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Exactly one name of a person, and of an org identity, is primary.
var nameRules = rules{
	check: func(_ context.Context, c *change) ([]comity.FieldError, error) {
		f := comity.Name.PrimaryName
		if c.new == nil || c.old != nil && !c.changed(comity.Name.Person) && c.old.Bool(f) && !c.new.Bool(f) {
			return []comity.FieldError{f.FieldError("cannot be false: one name is primary, make another one primary instead")}, nil
		}
		return nil, nil
	},
	refuse: func(ctx context.Context, c *change) error {
		if c.old == nil || !c.old.Bool(comity.Name.PrimaryName) || !c.changed(comity.Name.Person) {
			return nil
		}
		if c.new != nil {
			// If other names are left, one of them becomes primary.
			if left, err := c.names(ctx, c.old); err != nil || len(left) > 0 {
				return err
			}
		}
		return comity.Refuse(comity.PhraseOnlyName)
	},
	before: func(ctx context.Context, c *change) error {
		f := comity.Name.PrimaryName
		if c.new == nil || c.old != nil && !c.changed(comity.Name.Person) && c.old.Bool(f) {
			return nil
		}
		primary, err := c.primaryName(ctx)
		if err != nil {
			return err
		}
		if primary == nil {
			c.new.SetBool(f, true)
			return nil
		}
		if !c.new.Bool(f) {
			return nil
		}
		was := primary.Clone()
		primary.SetBool(f, false)
		return store.Update(ctx, c.tx, was, primary, c.caller.Username, c.where)
	},
	after: func(ctx context.Context, c *change) error {
		f := comity.Name.PrimaryName
		if c.old == nil || c.new == nil || !c.changed(comity.Name.Person) || !c.old.Bool(f) {
			return nil
		}
		// The primary name went to another owner: the oldest name left becomes primary.
		left, err := c.names(ctx, c.old)
		if err != nil || len(left) == 0 {
			return err
		}
		was := left[0].Clone()
		left[0].SetBool(f, true)
		return store.Update(ctx, c.tx, was, left[0], c.caller.Username, db.Place{CoId: c.old.CoId, CoPersonId: c.old.OwnedBy(comity.OwnerCO)})
	},
}

// primaryName returns the primary name of the record's owner, if that is not the record itself; nil for none.
func (c *change) primaryName(ctx context.Context) (*comity.Record, error) {
	if c.deferred != nil {
		if primary, known := c.deferred.takePrimaryName(c.new); known {
			return primary, nil
		}
	}
	primary, err := c.names(ctx, c.new, store.Equal(comity.Name.PrimaryName.Column, true))
	if err != nil || len(primary) == 0 {
		return nil, err
	}
	return primary[0], nil
}

// names returns the first name of the record's owner that meets the conditions, other than the record itself.
func (c *change) names(ctx context.Context, rec *comity.Record, conditions ...db.Condition) ([]*comity.Record, error) {
	person := comity.Name.Person
	o, _ := person.Owner(rec.Text(person))
	conditions = append(conditions, store.Equal(o.Column, rec.Int(person)), store.NotID(rec.Id))
	return store.List(ctx, c.tx, comity.Name.Resource, 0, 1, conditions...)
}
