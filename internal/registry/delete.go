package registry

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
)

// Delete deletes a record and its dependents.
func (r *Registry) Delete(ctx context.Context, caller authz.Caller, res *comity.Resource, id int64, conditions ...Condition) error {
	if !caller.MayAnything() {
		return comity.Forbid()
	}
	rules := rulesOf(res)
	err := r.write(ctx, rules.alone, func(tx *store.Tx) error {
		c := &change{tx: tx, caller: caller}
		if err := c.enter(ctx, authz.Delete, res, id, rules.exclusive || rules.exclusiveDelete, res.UnknownOnDelete); err != nil {
			return err
		}
		return c.delete(ctx, rules, conditions)
	})
	if err != nil {
		return fmt.Errorf("delete %s %d: %w", res.Singular, id, err)
	}
	return nil
}

func (c *change) delete(ctx context.Context, rules rules, conditions []Condition) error {
	c.new = nil
	if err := c.refuseDelete(ctx, rules); err != nil {
		return err
	}
	if err := hold(conditions, c.old); err != nil {
		return err
	}
	if rules.remove != nil {
		return rules.remove(ctx, c)
	}
	if err := hook(ctx, rules.before, c); err != nil {
		return err
	}
	if err := c.markPeople(ctx); err != nil {
		return err
	}
	if err := c.tx.Delete(ctx, c.old, c.caller.Username, markedModes); err != nil {
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
