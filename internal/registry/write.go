package registry

import (
	"context"
	"errors"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Precondition returns an error unless a record, as it is, may be changed. It is checked last, after every
// other refusal.
type Precondition func(*comity.Record) error

func checkAll(preconditions []Precondition, rec *comity.Record) error {
	for _, c := range preconditions {
		if err := c(rec); err != nil {
			return err
		}
	}
	return nil
}

// lock finds the record to change, takes its CO's lock, reads it, and authorizes the caller.
func (c *change) lock(ctx context.Context, op authz.Operation, res *comity.Resource, id int64, exclusive bool, unknown comity.Phrase) (err error) {
	c.where, err = store.Enter(ctx, c.tx, res, id, exclusive)
	if errors.Is(err, db.ErrNotFound) || err == nil && !c.caller.Knows(c.where.CoId) {
		return comity.Missing(unknown)
	}
	if err != nil {
		return err
	}
	if c.old, err = store.GetForUpdate(ctx, c.tx, res, id); errors.Is(err, db.ErrNotFound) {
		return comity.Missing(unknown)
	}
	if err != nil {
		return err
	}
	if person := c.old.OwnedBy(comity.OwnerCO); person != 0 && person != c.where.CoPersonId {
		// It was given to another person while this change waited for the lock.
		if c.where, err = store.Enter(ctx, c.tx, res, id, exclusive); err != nil {
			return err
		}
	}
	c.now = c.tx.Now()
	return authz.Authorize(ctx, c.tx, c.caller, op, c.old, unknown)
}

// validate checks the record as it would be: first the field errors of all fields, then a missing owner, then
// unique values and the resource's own refusals.
func (c *change) validate(ctx context.Context, rules rules) error {
	if err := hook(ctx, rules.prepare, c); err != nil {
		return err
	}
	wrong, err := c.typeErrors(ctx)
	if err != nil {
		return err
	}
	c.invalid(wrong...)
	if err := c.referenceErrors(ctx); err != nil {
		return err
	}
	if rules.check != nil {
		more, err := rules.check(ctx, c)
		if err != nil {
			return err
		}
		c.invalid(more...)
	}
	if len(c.fieldErrors) > 0 {
		return comity.InvalidFields(c.sortedFieldErrors()...)
	}
	if f := c.new.Resource.Owner(); c.ownerless || f != nil && !c.new.Has(f) {
		return comity.Refuse(comity.PhraseNoPerson)
	}
	if rules.refuseFirst {
		if err := hook(ctx, rules.refuse, c); err != nil {
			return err
		}
		return c.refuseTaken(ctx)
	}
	if err := c.refuseTaken(ctx); err != nil {
		return err
	}
	if err := hook(ctx, rules.refuse, c); err != nil {
		return err
	}
	return c.refuseMany(ctx)
}

// limited says whether an owner may have a limited number of records like this one. The number of groups that a person
// is in is not limited.
func limited(rec *comity.Record) bool {
	return rec.Resource.Owner() != nil && rec.Resource != comity.CoGroupMember.Resource
}

// refuseMany refuses a record if there are as many as allowed already.
func (c *change) refuseMany(ctx context.Context) error {
	f := c.new.Resource.Owner()
	if !limited(c.new) || !c.changed(f) {
		return nil
	}
	return store.AtMost(ctx, c.tx, c.new, comity.MaxDependents, comity.RefuseBecause(comity.PhraseForbidden, comity.BeyondDependents,
		ownerResource(c.new, f).Singular, c.new.Int(f), comity.MaxDependents, c.new.Resource.Plural))
}

// referenceErrors adds the field errors of fields that name a record outside the CO.
func (c *change) referenceErrors(ctx context.Context) error {
	rec := c.new
	for _, f := range rec.Resource.Fields {
		if f.Kind != comity.Reference || f.OwnRule || !rec.Has(f) || !c.changed(f) || c.old == nil && f == rec.Anchor() {
			continue
		}
		there, err := c.inCO(ctx, f.Refers(), rec.Int(f))
		if err != nil {
			return err
		}
		if !there {
			c.invalid(f.Nothing(rec.Int(f)))
		}
	}
	return nil
}

// refuseTaken refuses a value that another record has and that must be unique.
func (c *change) refuseTaken(ctx context.Context) error {
	rec := c.new
	for _, u := range rec.Resource.Uniques {
		// Whether a record is compared at all may depend on its owner.
		moved := u.NotOwned != "" && c.changed(rec.Resource.Owner())
		if !moved && !slices.ContainsFunc(u.Fields, c.changed) {
			continue
		}
		taken, err := store.Taken(ctx, c.tx, rec, u)
		if err != nil {
			return err
		}
		if taken && u.Names != nil {
			return comity.RefuseBecause(u.Phrase, "The %s %q of type %q is in use in this CO", "identifier", rec.Text(u.Names), rec.Text(u.Fields[0]))
		}
		if taken {
			return comity.Refuse(u.Phrase)
		}
	}
	return nil
}

// inCO says whether a record exists in the CO of the change, as far as the caller may know.
func (c *change) inCO(ctx context.Context, res *comity.Resource, id int64) (bool, error) {
	where, err := store.Home(ctx, c.tx, res, id)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	coID := c.record().CoId
	if err != nil || !c.caller.Knows(where.CoId) || coID != 0 && where.CoId != coID {
		return false, err
	}
	return authz.MaySee(ctx, c.tx, c.caller, res, id)
}

func hook(ctx context.Context, fn func(context.Context, *change) error, c *change) error {
	if fn == nil {
		return nil
	}
	return fn(ctx, c)
}

func ownerResource(rec *comity.Record, owner *comity.Field) *comity.Resource {
	o, _ := owner.Owner(rec.Text(owner))
	return comity.ByName(o.Target)
}
