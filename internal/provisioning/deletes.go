package provisioning

import (
	"context"
	"errors"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// MaxDeletes is the default for the greatest share of the people at a target that a full sync may
// delete, in percent.
const MaxDeletes = 10

// TooManyDeletes is the error of a full sync or repair that would delete too many people.
type TooManyDeletes struct {
	// Refusal is what the caller is answered.
	Refusal *comity.Error
}

// Error describes the refusal.
func (e *TooManyDeletes) Error() string { return e.Refusal.Error() }

// Unwrap returns the refusal.
func (e *TooManyDeletes) Unwrap() error { return e.Refusal }

// CheckDeletes returns the error of a full sync that would delete more than most percent of the people at a
// target, nil if it would not.
func (s *Service) CheckDeletes(ctx context.Context, caller authz.Caller, target int64, most int64) error {
	if _, err := s.Target(ctx, caller, authz.View, target); err != nil {
		return err
	}
	return s.limitDeletes(ctx, target, most)
}

// limitDeletes refuses a full sync that would delete more than most percent of the people at a target:
// so many deletes are more likely a mistake, such as a group that lost its members. Deletes of groups do
// not count, since they delete no people.
func (s *Service) limitDeletes(ctx context.Context, target int64, most int64) error {
	provisioned, leaving, err := s.countLeaving(ctx, target)
	if err != nil || leaving*100 <= most*provisioned {
		return err
	}
	share := (leaving*100 + provisioned - 1) / provisioned
	return &TooManyDeletes{comity.RefuseBecause(comity.PhraseForbidden,
		"%d of the %d people at target %d would be deleted, more than %d %%: allow this with --max-deletes %d%%, or with maxdeletes=%d in a request",
		leaving, provisioned, target, most, share, share)}
}

// countLeaving returns the number of people that a target was last sent, and how many of these a full sync would delete
// there now.
func (s *Service) countLeaving(ctx context.Context, target int64) (provisioned, leaving int64, err error) {
	err = s.store.Snapshot(ctx, func(tx *db.Tx) error {
		d, err := store.Destination(ctx, tx, target)
		if err != nil || d.Settings == nil {
			// A target without settings receives nothing.
			return err
		}
		provisioned, leaving, err = queue.CountProvisioned(ctx, tx, target, queue.Provisionable{
			Statuses:       provisionedStatuses,
			IdentifierType: d.IdentifierType, IdentifierStatus: comity.Active,
			GroupId: d.Target.Int(comity.CoProvisioningTarget.ProvisionCoGroupId), GroupStatus: comity.Active,
		})
		return err
	})
	if errors.Is(err, db.ErrNotFound) {
		err = comity.Missing(comity.CoProvisioningTarget.UnknownOnDelete)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("count who leaves target %d: %w", target, err)
	}
	return provisioned, leaving, nil
}
