package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Edit changes the fields that a request names, if the preconditions hold.
func (r *Registry) Edit(ctx context.Context, caller authz.Caller, res *comity.Resource, id int64, in comity.Input, preconditions ...Precondition) error {
	if !caller.MayAnything() || otherCO(caller, in.Record) {
		return comity.Forbid()
	}
	rules := rulesOf(res)
	err := r.write(ctx, r.transactionFor(rules.exclusive, rules.alone), func(tx *db.Tx) error {
		c := &change{tx: tx, caller: caller}
		if err := c.lock(ctx, authz.Edit, res, id, rules.exclusive, res.UnknownOnEdit); err != nil {
			return err
		}
		return c.edit(ctx, rules, in, preconditions)
	})
	if err != nil {
		return fmt.Errorf("edit %s %d: %w", res.Singular, id, err)
	}
	return nil
}

func (c *change) edit(ctx context.Context, rules rules, in comity.Input, preconditions []Precondition) error {
	c.new = overlay(c.old, in.Record)
	c.fieldErrors = withFieldErrors(slices.Concat(in.FieldErrors, missing(in)), c.new.Resource.Check(c.new)...)
	if err := c.moveOwner(ctx, in.Record); err != nil {
		return err
	}
	if err := c.keepImmutable(ctx); err != nil {
		return err
	}
	if err := c.authorizePlace(ctx, authz.Edit); err != nil {
		return err
	}
	if err := hook(ctx, rules.authorize, c); err != nil {
		return err
	}
	if err := c.validate(ctx, rules); err != nil {
		return err
	}
	if err := checkAll(preconditions, c.old); err != nil {
		return err
	}
	if err := hook(ctx, rules.before, c); err != nil || c.new == nil {
		return err
	}
	if err := store.Update(ctx, c.tx, c.old, c.new, c.caller.Username, c.where); err != nil {
		return err
	}
	return hook(ctx, rules.after, c)
}

// overlay returns the record as the edit would leave it: fields that the request does not name keep their
// values.
func overlay(old, named *comity.Record) *comity.Record {
	rec := old.Clone()
	for _, f := range rec.Resource.Fields {
		cell := named.Get(f)
		switch {
		case cell.IsAbsent() || f.WriteOnce || f.ReadOnly:
		case !cell.HasValue() && !f.Default.IsAbsent():
			rec.Set(f, f.Default)
		default:
			rec.Set(f, cell)
		}
	}
	return rec
}

// moveOwner handles an edit that gives the record to another owner in the same CO.
func (c *change) moveOwner(ctx context.Context, named *comity.Record) error {
	f := c.new.Resource.Owner()
	if f == nil {
		return nil
	}
	if !named.Has(f) {
		c.ownerless = true
		c.new.Set(f, c.old.Get(f))
		return nil
	}
	if !c.new.Changed(c.old, f) {
		return nil
	}
	where, err := store.Enter(ctx, c.tx, ownerResource(c.new, f), c.new.Int(f), false)
	if errors.Is(err, db.ErrNotFound) || err == nil && where.CoId != c.old.CoId {
		return comity.Refuse(comity.PhrasePersonGone)
	}
	if err != nil {
		return err
	}
	where.FormerPersonId = c.where.CoPersonId
	c.where = where
	return nil
}

// keepImmutable adds field errors for edits of immutable fields.
func (c *change) keepImmutable(ctx context.Context) error {
	for _, f := range c.new.Resource.Fields {
		if !f.Immutable || !c.new.Changed(c.old, f) {
			continue
		}
		if !c.new.Has(f) {
			c.new.Set(f, c.old.Get(f)) // it is required, so that it is missing is reported already
			continue
		}
		if f == c.new.Resource.CoId() {
			if _, err := store.Home(ctx, c.tx, comity.Co.Resource, c.new.Int(f)); errors.Is(err, db.ErrNotFound) {
				return comity.Refuse(comity.PhraseNoCO)
			} else if err != nil {
				return err
			}
		}
		c.invalid(f.FieldError("cannot be changed from %d", c.old.Int(f)))
		c.new.Set(f, c.old.Get(f))
	}
	return nil
}
