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

// ReconcileCO updates every automatic membership of a CO and returns the groups that it checked.
func (r *Registry) ReconcileCO(ctx context.Context, caller authz.Caller, coID int64) ([]*comity.Record, error) {
	if caller.Through(authz.Edit, comity.CoGroup.Resource)&authz.InCO == 0 || !caller.Platform && caller.CoId != coID {
		return nil, comity.Forbid()
	}
	var groups []*comity.Record
	err := r.write(ctx, r.store.WriteAlone, func(tx *db.Tx) error {
		found, err := store.EnterCO(ctx, tx, coID, true)
		if err != nil {
			return err
		}
		if !found {
			return comity.Refuse(comity.PhraseNoCO)
		}
		c := &change{tx: tx, caller: caller}
		if err := c.begin(ctx, longChange{task: taskReconcile, resource: comity.Co.Resource, co: coID, record: coID}); err != nil {
			return err
		}
		f := comity.CoGroup
		groups, err = store.List(ctx, tx, f.Resource, 0, maxLookedAt, store.Equal("co_id", coID), store.Equal(f.Auto.Column, true))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reconcile CO %d: %w", coID, err)
	}
	return groups, nil
}

// ReconcileGroup updates the memberships of one group, and those that derive from them.
func (r *Registry) ReconcileGroup(ctx context.Context, caller authz.Caller, id int64) error {
	if !caller.MayAnything() {
		return comity.Forbid()
	}
	err := r.write(ctx, r.store.WriteAlone, func(tx *db.Tx) error {
		where, err := store.Enter(ctx, tx, comity.CoGroup.Resource, id, true)
		if errors.Is(err, db.ErrNotFound) || err == nil && !caller.Knows(where.CoId) {
			return comity.Missing(comity.CoGroup.UnknownOnView)
		}
		if err != nil {
			return err
		}
		if err := authz.AuthorizeMembers(ctx, tx, caller, id); err != nil {
			return err
		}
		c := &change{tx: tx, caller: caller}
		group, err := store.Get(ctx, tx, comity.CoGroup.Resource, id)
		if err != nil {
			return err
		}
		if group.Bool(comity.CoGroup.Auto) {
			return c.begin(ctx, longChange{task: taskReconcile, resource: group.Resource, co: where.CoId, record: id})
		}
		nestings, err := c.nestings(ctx, where.CoId)
		if err != nil {
			return err
		}
		return c.followGroups(ctx, where.CoId, append(nestedIn(nestings, id), id)...)
	})
	if err != nil {
		return fmt.Errorf("reconcile group %d: %w", id, err)
	}
	return nil
}
