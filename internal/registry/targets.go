package registry

import (
	"context"
	"errors"
	"fmt"

	"comity"
	"comity/internal/access"
	"comity/internal/store"
)

// Subject is whom a provision call asks to tell a target about.
type Subject struct {
	// Target is the provisioning target.
	Target *comity.Record
	// PersonId is the person, 0 where the subject is a group, about which no target is told.
	PersonId int64
}

// Subject finds the target and subject of a provision call. kind is the resource of the subject,
// nil for an email list: there are none.
func (r *Registry) Subject(ctx context.Context, caller access.Caller, target int64, kind *comity.Resource, id int64) (Subject, error) {
	var s Subject
	if !caller.May(access.Edit, comity.CoProvisioningTarget.Resource) {
		return s, comity.Forbid()
	}
	err := r.store.Snapshot(ctx, func(tx *store.Tx) error {
		var err error
		s.Target, err = tx.Get(ctx, comity.CoProvisioningTarget.Resource, target)
		if errors.Is(err, store.ErrNotFound) || err == nil && !caller.Knows(s.Target.CoId) {
			return comity.Missing(comity.CoProvisioningTarget.UnknownOnDelete)
		}
		if err != nil {
			return err
		}
		if kind == nil {
			return comity.Missing("CoEmailList Unknown")
		}
		where, err := tx.Home(ctx, kind, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && where.CoId != s.Target.CoId {
			return comity.Missing(kind.UnknownOnView)
		}
		if kind == comity.CoPerson.Resource {
			s.PersonId = id
		}
		return err
	})
	if err != nil {
		return s, fmt.Errorf("provision: %w", err)
	}
	if s.Target.Text(comity.CoProvisioningTarget.Status) == comity.ModeDisabled {
		return s, comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d is disabled", target)
	}
	return s, nil
}
