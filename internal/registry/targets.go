package registry

import (
	"context"
	"errors"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
)

// Subject is the target and subject of a provision call.
type Subject struct {
	// Target is the provisioning target.
	Target *comity.Record
	// Deliver is the subject to deliver, nil if the target does not receive it: email lists, and groups
	// unless the target includes them.
	Deliver *comity.Subject
}

// Target returns a provisioning target if the caller may do this to it.
func (r *Registry) Target(ctx context.Context, caller authz.Caller, op authz.Operation, id int64) (*comity.Record, error) {
	f := comity.CoProvisioningTarget
	if !caller.May(op, f.Resource) {
		return nil, comity.Forbid()
	}
	var target *comity.Record
	err := r.store.Read(ctx, func(tx *store.Tx) (err error) {
		target, err = authz.Get(ctx, tx, caller, op, f.Resource, id, f.UnknownOnDelete)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("provisioning target %d: %w", id, err)
	}
	return target, nil
}

// HasIdentifiers says whether anybody in the CO of a target has an identifier of a type, under which they can
// be sent.
func (r *Registry) HasIdentifiers(ctx context.Context, target *comity.Record, kind string) (has bool, err error) {
	f := comity.Identifier
	err = r.store.Read(ctx, func(tx *store.Tx) error {
		// The condition that it is of no org identity lets the database use the index of all types.
		has, err = tx.Any(ctx, f.Resource, store.Equal("co_id", target.CoId), store.Equal(f.Type.Column, kind),
			store.IsNull(comity.OwnerOrg.Column), store.IsSet(comity.OwnerCO.Column), store.Equal(f.Status.Column, comity.Active))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("identifiers of the type %q for provisioning target %d: %w", kind, target.Id, err)
	}
	return has, nil
}

// Had returns a NotFound error if a subject was never in the CO of a target. A subject that is deleted may
// still have a pending delivery.
func (r *Registry) Had(ctx context.Context, target *comity.Record, subject comity.Subject) error {
	kind := comity.CoPerson.Resource
	if subject.Kind == comity.KindGroup {
		kind = comity.CoGroup.Resource
	}
	err := r.store.Read(ctx, func(tx *store.Tx) error {
		rec, err := tx.Revision(ctx, kind, subject.Id, 0)
		if errors.Is(err, store.ErrNotFound) || err == nil && rec.CoId != target.CoId {
			return comity.Missing(kind.UnknownOnView)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%v of target %d: %w", subject, target.Id, err)
	}
	return nil
}

// Subject returns the target and subject of a provision call. kind is the resource of the subject.
func (r *Registry) Subject(ctx context.Context, caller authz.Caller, target int64, kind *comity.Resource, id int64) (Subject, error) {
	var s Subject
	if !caller.May(authz.Edit, comity.CoProvisioningTarget.Resource) {
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
		where, err := tx.Home(ctx, kind, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && where.CoId != s.Target.CoId {
			return comity.Missing(kind.UnknownOnView)
		}
		if err != nil {
			return err
		}
		s.Deliver, err = subjectAt(ctx, tx, s.Target, kind, id)
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

// subjectAt returns the subject that a record is for a target, nil if the target does not receive it.
func subjectAt(ctx context.Context, tx *store.Tx, target *comity.Record, kind *comity.Resource, id int64) (*comity.Subject, error) {
	switch kind {
	case comity.CoPerson.Resource:
		s := comity.PersonSubject(id)
		return &s, nil
	case comity.CoGroup.Resource:
	default:
		return nil, nil //nolint:nilnil // the target does not receive it, which is no error
	}
	d, err := tx.Destination(ctx, target.Id)
	if err != nil || !d.IncludeGroups {
		return nil, err
	}
	s := comity.GroupSubject(id)
	return &s, nil
}
