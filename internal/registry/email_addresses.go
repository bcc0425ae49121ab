package registry

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
)

// A verification is of one address of one owner: with another address or another owner, it is unverified
// again.
var emailAddressRules = rules{
	prepare: func(_ context.Context, c *change) error {
		f := comity.EmailAddress
		if c.old != nil && (c.changed(f.Mail) || c.changed(f.Person)) {
			c.new.SetBool(f.Verified, false)
		}
		return nil
	},
}

// VerifyEmailAddress marks an address as verified, on an administrator's word.
func (r *Registry) VerifyEmailAddress(ctx context.Context, caller authz.Caller, id int64) error {
	f := comity.EmailAddress
	if !caller.May(authz.Edit, f.Resource) {
		return comity.Forbid()
	}
	err := r.write(ctx, r.store.WriteGrouped, func(tx *db.Tx) error {
		c := &change{tx: tx, caller: caller}
		if err := c.lock(ctx, authz.Edit, f.Resource, id, false, f.UnknownOnEdit); err != nil {
			return err
		}
		if c.old.Bool(f.Verified) {
			return nil
		}
		c.new = c.old.Clone()
		c.new.SetBool(f.Verified, true)
		return store.Update(ctx, tx, c.old, c.new, caller.Username, c.where)
	})
	if err != nil {
		return fmt.Errorf("verify email address %d: %w", id, err)
	}
	return nil
}
