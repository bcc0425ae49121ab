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

// Result is what became of a request to provision a subject.
type Result uint8

// The results.
const (
	// Delivered says that the target has accepted the message, or that there was nothing to send.
	Delivered Result = iota
	// Queued says that the delivery is enqueued and follows soon.
	Queued
	// NotReceived says that the target does not receive records of this kind: email lists, and groups unless
	// the target includes them. Nothing is sent.
	NotReceived
)

// Provision sends a target one subject at once, or enqueues it if the target is in the queue mode. kind is the
// resource of the subject. The error is Undelivered, with the target's answer, if it did not accept the
// message; the failed delivery is then stored and, in a mode that retries, retried.
func (s *Service) Provision(ctx context.Context, caller authz.Caller, target int64, kind *comity.Resource, id int64) (Result, error) {
	rec, subject, err := s.subjectAt(ctx, caller, target, kind, id)
	if err != nil {
		return Delivered, fmt.Errorf("provision: %w", err)
	}
	if err := refuseDisabled(rec); err != nil {
		return Delivered, err
	}
	if subject == nil {
		return NotReceived, nil
	}
	return s.deliver(ctx, rec, *subject)
}

func (s *Service) deliver(ctx context.Context, target *comity.Record, subject comity.Subject) (Result, error) {
	if target.Text(comity.CoProvisioningTarget.Status) != comity.ModeQueue {
		return Delivered, s.queue.DeliverNow(ctx, target, subject)
	}
	err := s.store.Write(ctx, func(tx *db.Tx) error { return queue.EnqueueOne(ctx, tx, target.Id, subject, target.CoId) })
	if err != nil {
		return Delivered, fmt.Errorf("queue %v for target %d: %w", subject, target.Id, err)
	}
	s.queue.Wake()
	return Queued, nil
}

// subjectAt returns a target that the caller may provision, and the subject that a record of its CO is for it,
// nil if the target does not receive it.
func (s *Service) subjectAt(ctx context.Context, caller authz.Caller, id int64, kind *comity.Resource, record int64) (target *comity.Record, subject *comity.Subject, err error) {
	if !caller.May(authz.Edit, comity.CoProvisioningTarget.Resource) {
		return nil, nil, comity.Forbid()
	}
	err = s.store.Snapshot(ctx, func(tx *db.Tx) error {
		if target, err = readTarget(ctx, tx, caller, id); err != nil {
			return err
		}
		where, err := store.Home(ctx, tx, kind, record)
		if errors.Is(err, db.ErrNotFound) || err == nil && where.CoId != target.CoId {
			return comity.Missing(kind.UnknownOnView)
		}
		if err != nil {
			return err
		}
		subject, err = received(ctx, tx, target, kind, record)
		return err
	})
	return target, subject, err
}

// received returns the subject that a record is for a target, nil if the target does not receive it.
func received(ctx context.Context, tx *db.Tx, target *comity.Record, kind *comity.Resource, id int64) (*comity.Subject, error) {
	switch kind {
	case comity.CoPerson.Resource:
		s := comity.PersonSubject(id)
		return &s, nil
	case comity.CoGroup.Resource:
	default:
		return nil, nil //nolint:nilnil // the target does not receive it, which is no error
	}
	d, err := store.Destination(ctx, tx, target.Id)
	if err != nil || !d.IncludeGroups {
		return nil, err
	}
	s := comity.GroupSubject(id)
	return &s, nil
}

// Resend makes the failed and the pending deliveries of one subject or, if subject is nil, of all subjects due
// now, and returns their number.
func (s *Service) Resend(ctx context.Context, caller authz.Caller, target int64, subject *comity.Subject) (count int64, err error) {
	if _, err := s.enabledOf(ctx, caller, target, subject); err != nil {
		return 0, err
	}
	err = s.store.Write(ctx, func(tx *db.Tx) error {
		count, err = queue.Resend(ctx, tx, target, subject)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("resend failed deliveries to target %d: %w", target, err)
	}
	s.queue.Wake()
	return count, nil
}
