// Package provisioning is what people and programs ask of provisioning: to provision a person or group now, to
// start and stop a full sync, to send again what failed, to show the status of a target or of one subject at
// it, to preview what would be sent, and to verify and repair what a target holds. The REST API, the console
// and the commands all call the Service, which alone decides who may ask for what, and whether a target is
// enabled.
//
// Snapshots answers the question that all of this rests on: what should a target hold of a subject now? The
// outbox asks it the same question before it sends a delivery.
package provisioning

import (
	"context"
	"errors"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/outbox"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Connector plans what brings a target up to date, as the outbox applies it, and reads what the target holds.
type Connector interface {
	// Plan returns the operations after which a target holds the state of a snapshot.
	Plan(d comity.Destination, s comity.Snapshot, state comity.SubjectState) comity.Plan
	// Headers returns the headers that an operation would be sent with, without secrets.
	Headers(d comity.Destination, op comity.Operation) (map[string]string, error)
	// Readable returns nil if what a target with settings holds can be read, else why not, as words that follow
	// "the target".
	Readable(d comity.Destination) error
	// Read reads what a target that is Readable holds of a subject under an identifier. own is the connector's
	// own state of the subject.
	Read(ctx context.Context, d comity.Destination, subject comity.Subject, identifier string, own []byte) comity.Holding
}

// Service is the use cases of provisioning.
type Service struct {
	store     *db.DB
	snapshots *Snapshots
	queue     *outbox.Outbox
	connector Connector
}

// New returns the service over a store and the queue that delivers its changes.
func New(s *db.DB, queue *outbox.Outbox, c Connector) *Service {
	return &Service{store: s, snapshots: NewSnapshots(s), queue: queue, connector: c}
}

// Target returns a provisioning target if the caller may do this to it.
func (s *Service) Target(ctx context.Context, caller authz.Caller, op authz.Operation, id int64) (target *comity.Record, err error) {
	return s.targetOf(ctx, caller, op, id, nil)
}

// targetOf returns a provisioning target if the caller may do this to it. The error is NotFound if the subject,
// nil for none, was never in the target's CO: one that is deleted may still have a pending delivery.
func (s *Service) targetOf(ctx context.Context, caller authz.Caller, op authz.Operation, id int64, subject *comity.Subject) (target *comity.Record, err error) {
	f := comity.CoProvisioningTarget
	if !caller.May(op, f.Resource) {
		return nil, comity.Forbid()
	}
	err = s.store.Read(ctx, func(tx *db.Tx) error {
		if target, err = readTarget(ctx, tx, caller, id); err != nil || subject == nil {
			return err
		}
		kind := subject.Resource()
		rec, err := store.Revision(ctx, tx, kind, subject.Id, 0)
		if errors.Is(err, db.ErrNotFound) || err == nil && rec.CoId != target.CoId {
			return comity.Missing(kind.UnknownOnView)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("provisioning target %d: %w", id, err)
	}
	return target, nil
}

// readTarget returns a target of a CO that the caller may know of.
func readTarget(ctx context.Context, tx *db.Tx, caller authz.Caller, id int64) (*comity.Record, error) {
	f := comity.CoProvisioningTarget
	target, err := store.Get(ctx, tx, f.Resource, id)
	if errors.Is(err, db.ErrNotFound) || err == nil && !caller.Knows(target.CoId) {
		return nil, comity.Missing(f.UnknownOnDelete)
	}
	return target, err
}

// IsDisabled says whether nothing is sent to a target.
func IsDisabled(target *comity.Record) bool {
	return target.Text(comity.CoProvisioningTarget.Status) == comity.ModeDisabled
}

// mayView says whether the caller may view a target's record.
func mayView(caller authz.Caller, target *comity.Record) bool {
	return caller.May(authz.View, comity.CoProvisioningTarget.Resource) && caller.Knows(target.CoId)
}

// MayProvision says whether the caller may provision a target that they see, and it is not disabled.
func MayProvision(caller authz.Caller, target *comity.Record) bool {
	return caller.May(authz.Edit, comity.CoProvisioningTarget.Resource) && !IsDisabled(target)
}

// refuseDisabled returns the error of a request to send something to a disabled target, nil for any other.
func refuseDisabled(target *comity.Record) error {
	if IsDisabled(target) {
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d is disabled", target.Id)
	}
	return nil
}

// Enabled returns a provisioning target that the caller may provision. The error is Refused if it is disabled.
func (s *Service) Enabled(ctx context.Context, caller authz.Caller, id int64) (*comity.Record, error) {
	return s.enabledOf(ctx, caller, id, nil)
}

func (s *Service) enabledOf(ctx context.Context, caller authz.Caller, id int64, subject *comity.Subject) (*comity.Record, error) {
	target, err := s.targetOf(ctx, caller, authz.Edit, id, subject)
	if err == nil {
		err = refuseDisabled(target)
	}
	return target, err
}
