package provisioning

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/outbox"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// TargetStatus is the delivery status of a target: how many deliveries are pending, in flight and
// failed, and its breaker.
type TargetStatus = queue.TargetStatus

// Status is the delivery status of a target with its last full sync.
type Status struct {
	TargetStatus
	// Mode is the target's Status.
	Mode string
	// FullSync is the last full sync; HadFullSync is false where there was none.
	FullSync    FullSync
	HadFullSync bool
}

// MaxCounted is the maximum of the counts of Summary and Summaries, plus one for more.
const MaxCounted = db.MaxCounted

// Status returns the delivery status of a target.
func (s *Service) Status(ctx context.Context, caller authz.Caller, target int64) (Status, error) {
	return s.status(ctx, caller, target, queue.CountAll)
}

// Summary is Status for a page, which takes no longer where very many deliveries are pending or failed: its counts are up
// to MaxCounted, or one more for more than that.
func (s *Service) Summary(ctx context.Context, caller authz.Caller, target int64) (Status, error) {
	return s.status(ctx, caller, target, MaxCounted+1)
}

func (s *Service) status(ctx context.Context, caller authz.Caller, target, limit int64) (status Status, err error) {
	rec, err := s.Target(ctx, caller, authz.View, target)
	if err != nil {
		return status, err
	}
	status.Mode = rec.Text(comity.CoProvisioningTarget.Status)
	err = s.store.Snapshot(ctx, func(tx *db.Tx) error {
		if status.TargetStatus, err = queue.StatusOfTarget(ctx, tx, target, limit); err != nil {
			return err
		}
		status.FullSync, status.HadFullSync, err = queue.LastFullSync(ctx, tx, target)
		return err
	})
	if err != nil {
		return status, fmt.Errorf("status of target %d: %w", target, err)
	}
	return status, nil
}

// Statuses returns the delivery status of every target that the caller may view, by its id, and the database's
// time; of the breaker only whether it is open.
func (s *Service) Statuses(ctx context.Context, caller authz.Caller) (all map[int64]TargetStatus, now time.Time, err error) {
	return s.statuses(ctx, caller, 0, queue.CountAll)
}

// Summaries is Statuses for a page: of the targets of a CO, with counts as those of Summary.
func (s *Service) Summaries(ctx context.Context, caller authz.Caller, coID int64) (map[int64]TargetStatus, error) {
	all, _, err := s.statuses(ctx, caller, coID, MaxCounted+1)
	return all, err
}

func (s *Service) statuses(ctx context.Context, caller authz.Caller, coID, limit int64) (all map[int64]TargetStatus, now time.Time, err error) {
	if !caller.May(authz.View, comity.CoProvisioningTarget.Resource) {
		return nil, now, comity.Forbid()
	}
	err = s.store.Snapshot(ctx, func(tx *db.Tx) error {
		now = tx.Now()
		all, err = queue.StatusOfTargets(ctx, tx, coID, limit)
		return err
	})
	if err != nil {
		return nil, now, fmt.Errorf("status of all targets: %w", err)
	}
	maps.DeleteFunc(all, func(_ int64, one TargetStatus) bool { return !caller.Knows(one.CoId) })
	return all, now, nil
}

// The states of a subject at a target.
const (
	StateNever     = "never told"
	StateDelivered = "told"
	StateWaiting   = "waiting"
	StateInFlight  = "in flight"
	StateFailed    = "failed"
	StateLeftOut   = "left out"
)

// DeliveryStatus is the status of the delivery of a subject to a target.
type DeliveryStatus struct {
	queue.SubjectStatus
	// State is one of the State constants.
	State string
	// Digest is the SHA-256, in hexadecimal digits, of the body that the target was last sent, or of a
	// group of the part that is stored; "" where the target holds none.
	Digest string
}

func deliveryStatus(s queue.SubjectStatus, found bool, now time.Time) (DeliveryStatus, error) {
	out := DeliveryStatus{SubjectStatus: s, State: StateDelivered}
	switch {
	case !found:
		out.State = StateNever
	case s.LeftOut:
		out.State = StateLeftOut
	case s.DeadLettered:
		out.State = StateFailed
	case s.InFlight && s.Due.After(now):
		out.State = StateInFlight
	case !s.Due.IsZero():
		out.State = StateWaiting
	case s.Delivered.IsZero():
		out.State = StateNever
	}
	if s.Sent != nil {
		p, err := outbox.ReadLastSent(s.Sent)
		if err != nil {
			return out, err
		}
		sum := sha256.Sum256(p.Body)
		out.Digest = hex.EncodeToString(sum[:])
	}
	return out, nil
}

// SubjectStatus returns the status of the delivery of a subject to a target.
func (s *Service) SubjectStatus(ctx context.Context, caller authz.Caller, target int64, subject comity.Subject) (DeliveryStatus, error) {
	rec, err := s.targetOf(ctx, caller, authz.View, target, &subject)
	if err != nil {
		return DeliveryStatus{}, err
	}
	all, err := s.SubjectStatuses(ctx, caller, []*comity.Record{rec}, subject)
	if err != nil {
		return DeliveryStatus{}, err
	}
	return all[0], nil
}

// SubjectStatuses returns the status of the delivery of a subject to each of some targets, which the caller must
// see.
func (s *Service) SubjectStatuses(ctx context.Context, caller authz.Caller, targets []*comity.Record, subject comity.Subject) (list []DeliveryStatus, err error) {
	if slices.ContainsFunc(targets, func(target *comity.Record) bool { return !mayView(caller, target) }) {
		return nil, comity.Forbid()
	}
	err = s.store.Snapshot(ctx, func(tx *db.Tx) error {
		list = nil
		now := tx.Now()
		for _, target := range targets {
			status, found, err := queue.StatusOfSubject(ctx, tx, target.Id, subject)
			if err != nil {
				return err
			}
			status.Subject = subject
			one, err := deliveryStatus(status, found, now)
			if err != nil {
				return err
			}
			list = append(list, one)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("status of %v: %w", subject, err)
	}
	return list, nil
}

// Failed returns up to limit subjects whose deliveries to a target rest after too many refusals: those
// that follow after, people first, in order of their id.
func (s *Service) Failed(ctx context.Context, caller authz.Caller, target int64, after comity.Subject, limit int) ([]DeliveryStatus, error) {
	return s.deliveries(ctx, caller, target, func(tx *db.Tx) ([]queue.SubjectStatus, error) { return queue.Failed(ctx, tx, target, after, limit) })
}

// Retried returns up to limit subjects whose deliveries to a target failed and will be retried.
func (s *Service) Retried(ctx context.Context, caller authz.Caller, target int64, limit int) ([]DeliveryStatus, error) {
	return s.deliveries(ctx, caller, target, func(tx *db.Tx) ([]queue.SubjectStatus, error) {
		retried, err := queue.Retried(ctx, tx, target, limit)
		if err != nil || len(retried) > 0 {
			return retried, err
		}
		// While the breaker is open deliveries are not tried, so few count as retried. The subjects that
		// opened it show the reason.
		b, err := queue.ReadBreaker(ctx, tx, target)
		for _, subject := range b.Failing {
			one, found, err := queue.StatusOfSubject(ctx, tx, target, subject)
			if err != nil {
				return nil, err
			}
			if found && one.Attempts > 0 && len(retried) < limit {
				retried = append(retried, one)
			}
		}
		return retried, err
	})
}

// deliveries returns the status of deliveries to a target that read returns.
func (s *Service) deliveries(ctx context.Context, caller authz.Caller, target int64, read func(*db.Tx) ([]queue.SubjectStatus, error)) (list []DeliveryStatus, err error) {
	if _, err := s.Target(ctx, caller, authz.View, target); err != nil {
		return nil, err
	}
	err = s.store.Snapshot(ctx, func(tx *db.Tx) error {
		list = nil
		now := tx.Now()
		all, err := read(tx)
		if err != nil {
			return err
		}
		for _, status := range all {
			one, err := deliveryStatus(status, true, now)
			if err != nil {
				return err
			}
			list = append(list, one)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("failed deliveries of target %d: %w", target, err)
	}
	return list, nil
}
