package registry

import (
	"context"
	"errors"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Delete deletes a record and its dependents.
func (r *Registry) Delete(ctx context.Context, caller authz.Caller, res *comity.Resource, id int64, preconditions ...Precondition) error {
	if !caller.MayAnything() {
		return comity.Forbid()
	}
	rules := rulesOf(res)
	err := r.write(ctx, r.transactionFor(rules.exclusive || rules.exclusiveDelete, rules.alone), func(tx *db.Tx) error {
		c := &change{tx: tx, caller: caller}
		if err := c.lock(ctx, authz.Delete, res, id, rules.exclusive || rules.exclusiveDelete, res.UnknownOnDelete); err != nil {
			return err
		}
		return c.delete(ctx, rules, preconditions)
	})
	if err != nil {
		return fmt.Errorf("delete %s %d: %w", res.Singular, id, err)
	}
	return nil
}

func (c *change) delete(ctx context.Context, rules rules, preconditions []Precondition) error {
	c.new = nil
	if err := c.refuseDelete(ctx, rules); err != nil {
		return err
	}
	if err := checkAll(preconditions, c.old); err != nil {
		return err
	}
	if rules.remove != nil {
		return rules.remove(ctx, c)
	}
	if err := hook(ctx, rules.before, c); err != nil {
		return err
	}
	if err := store.Delete(ctx, c.tx, c.old, c.caller.Username); err != nil {
		return err
	}
	return hook(ctx, rules.after, c)
}

// refuseDelete returns the refusal if the rules of the resource do not allow the delete. It changes nothing.
func (c *change) refuseDelete(ctx context.Context, rules rules) error {
	if err := hook(ctx, rules.authorize, c); err != nil {
		return err
	}
	return hook(ctx, rules.refuse, c)
}

// RefusesDelete returns the error with which a delete of the record would be refused now, nil if it would
// not.
func (r *Registry) RefusesDelete(ctx context.Context, caller authz.Caller, rec *comity.Record) (refused *comity.Error, err error) {
	if !caller.MayAnything() {
		return nil, comity.Forbid()
	}
	err = r.store.Snapshot(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		c := &change{tx: tx, caller: caller, old: rec, now: now}
		err = authz.Authorize(ctx, tx, caller, authz.Delete, rec, rec.Resource.UnknownOnDelete)
		if err == nil {
			err = c.refuseDelete(ctx, rulesOf(rec.Resource))
		}
		if errors.As(err, &refused) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask whether %s %d can be deleted: %w", rec.Resource.Singular, rec.Id, err)
	}
	return refused, nil
}
