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

// Target returns a provisioning target that the caller may do this to.
func (r *Registry) Target(ctx context.Context, caller access.Caller, op access.Operation, id int64) (*comity.Record, error) {
	f := comity.CoProvisioningTarget
	if !caller.May(op, f.Resource) {
		return nil, comity.Forbid()
	}
	var target *comity.Record
	err := r.store.Read(ctx, func(tx *store.Tx) (err error) {
		target, err = known(ctx, tx, caller, op, f.Resource, id, f.UnknownOnDelete)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("provisioning target %d: %w", id, err)
	}
	return target, nil
}

// HasIdentifiers says whether anybody in the CO of a target has an identifier of a type, to be sent under.
func (r *Registry) HasIdentifiers(ctx context.Context, target *comity.Record, kind string) (has bool, err error) {
	f := comity.Identifier
	err = r.store.Read(ctx, func(tx *store.Tx) error {
		// That it is of no org identity lets the index of all types serve.
		has, err = tx.Any(ctx, f.Resource, store.Equal("co_id", target.CoId), store.Equal(f.Type.Column, kind),
			store.IsNull(comity.OwnerOrg.Column), store.IsSet(comity.OwnerCO.Column), store.Equal(f.Status.Column, comity.Active))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("identifiers of the type %q for provisioning target %d: %w", kind, target.Id, err)
	}
	return has, nil
}

// HadPerson says, by a NotFound error, that a person is not and was never in the CO of a target: about
// one who is gone there may still be something to be told.
func (r *Registry) HadPerson(ctx context.Context, target *comity.Record, person int64) error {
	f := comity.CoPerson
	err := r.store.Read(ctx, func(tx *store.Tx) error {
		rec, err := tx.Revision(ctx, f.Resource, person, 0)
		if errors.Is(err, store.ErrNotFound) || err == nil && rec.CoId != target.CoId {
			return comity.Missing(f.UnknownOnView)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("person %d of target %d: %w", person, target.Id, err)
	}
	return nil
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
