package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"comity"
	"comity/internal/store"
)

// TargetStatus is the delivery status of a target: how many deliveries are pending, in flight and
// failed, and its breaker.
type TargetStatus = store.TargetStatus

// Status is the delivery status of a target with its last full sync.
type Status struct {
	TargetStatus
	// FullSync is the last full sync; HadFullSync is false where there was none.
	FullSync    FullSync
	HadFullSync bool
}

// Status returns the delivery status of a target.
func (o *Outbox) Status(ctx context.Context, target int64) (s Status, err error) {
	err = o.store.Snapshot(ctx, func(tx *store.Tx) error {
		if s.TargetStatus, err = tx.TargetStatus(ctx, target); err != nil {
			return err
		}
		s.FullSync, s.HadFullSync, err = tx.FullSync(ctx, target)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("status of target %d: %w", target, err)
	}
	return s, nil
}

// Statuses returns the delivery status of every target by its id, and the database's time; of the
// breaker only whether it is open.
func (o *Outbox) Statuses(ctx context.Context) (all map[int64]TargetStatus, now time.Time, err error) {
	err = o.store.Snapshot(ctx, func(tx *store.Tx) error {
		if now, err = tx.Now(ctx); err != nil {
			return err
		}
		all, err = tx.TargetStatuses(ctx)
		return err
	})
	if err != nil {
		return nil, now, fmt.Errorf("status of all targets: %w", err)
	}
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

// Subject is the status of a subject at a target.
type Subject struct {
	store.SubjectStatus
	// State is one of the State constants.
	State string
	// Digest is the SHA-256, in hexadecimal digits, of the body that the target was last sent, or of a
	// group of the part that is stored; "" where the target holds none.
	Digest string
}

func subjectOf(s store.SubjectStatus, found bool, now time.Time) (Subject, error) {
	out := Subject{SubjectStatus: s, State: StateDelivered}
	switch {
	case !found:
		out.State = StateNever
	case s.LeftOut:
		out.State = StateLeftOut
	case s.Resting:
		out.State = StateFailed
	case s.Held && s.Due.After(now):
		out.State = StateInFlight
	case !s.Due.IsZero():
		out.State = StateWaiting
	case s.Success.IsZero():
		out.State = StateNever
	}
	if s.Sent != nil {
		p, err := unpack(s.Sent)
		if err != nil {
			return out, err
		}
		sum := sha256.Sum256(p.Body)
		out.Digest = hex.EncodeToString(sum[:])
	}
	return out, nil
}

// SubjectStatus returns the status of a subject at a target.
func (o *Outbox) SubjectStatus(ctx context.Context, target int64, subject comity.Subject) (s Subject, err error) {
	err = o.store.Snapshot(ctx, func(tx *store.Tx) error {
		now, err := tx.Now(ctx)
		if err != nil {
			return err
		}
		status, found, err := tx.SubjectStatus(ctx, target, subject)
		if err != nil {
			return err
		}
		status.Subject = subject
		s, err = subjectOf(status, found, now)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("status of %v at target %d: %w", subject, target, err)
	}
	return s, nil
}

// Failed returns up to limit subjects whose deliveries to a target rest after too many refusals: those
// that follow after, people first, in order of their id.
func (o *Outbox) Failed(ctx context.Context, target int64, after comity.Subject, limit int) ([]Subject, error) {
	return o.subjectsOf(ctx, target, func(tx *store.Tx) ([]store.SubjectStatus, error) { return tx.Failed(ctx, target, after, limit) })
}

// Retried returns up to limit subjects whose deliveries to a target failed and will be retried.
func (o *Outbox) Retried(ctx context.Context, target int64, limit int) ([]Subject, error) {
	return o.subjectsOf(ctx, target, func(tx *store.Tx) ([]store.SubjectStatus, error) {
		retried, err := tx.Retried(ctx, target, limit)
		if err != nil || len(retried) > 0 {
			return retried, err
		}
		// While the breaker is open deliveries are not tried, so few count as retried. The subjects that
		// opened it show the reason.
		b, err := tx.Breaker(ctx, target)
		for _, subject := range b.Failing {
			s, found, err := tx.SubjectStatus(ctx, target, subject)
			if err != nil {
				return nil, err
			}
			if found && s.Attempts > 0 && len(retried) < limit {
				retried = append(retried, s)
			}
		}
		return retried, err
	})
}

func (o *Outbox) subjectsOf(ctx context.Context, target int64, read func(*store.Tx) ([]store.SubjectStatus, error)) (list []Subject, err error) {
	err = o.store.Snapshot(ctx, func(tx *store.Tx) error {
		list = nil
		now, err := tx.Now(ctx)
		if err != nil {
			return err
		}
		all, err := read(tx)
		if err != nil {
			return err
		}
		for _, status := range all {
			s, err := subjectOf(status, true, now)
			if err != nil {
				return err
			}
			list = append(list, s)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("failed deliveries of target %d: %w", target, err)
	}
	return list, nil
}

// Resend makes the failed and the waiting deliveries of one subject or, if subject is nil, of all
// subjects due now, and returns their number.
func (o *Outbox) Resend(ctx context.Context, target int64, subject *comity.Subject) (count int64, err error) {
	err = o.store.Write(ctx, func(tx *store.Tx) error {
		count, err = tx.Resend(ctx, target, subject)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("resend failed deliveries to target %d: %w", target, err)
	}
	o.Wake()
	return count, nil
}

// Preview is what a target would be sent about a subject now.
type Preview struct {
	Requests []Request
	// Problem is why nothing can be sent, or not all that should be; "" where nothing is wrong.
	Problem string
	// Differences are those between the body that was last sent and the one that would be sent.
	Differences []Difference
}

// Request is a message as it would be sent.
type Request struct {
	Method, URL string
	// Headers are without secrets.
	Headers map[string]string
	Body    []byte
}

// Preview returns what a target would be sent about a subject now, and sends nothing.
func (o *Outbox) Preview(ctx context.Context, target int64, subject comity.Subject) (p Preview, err error) {
	destination, snapshots, err := o.source.Snapshots(ctx, target, []comity.Subject{subject})
	if err != nil {
		return p, err
	}
	status, err := o.SubjectStatus(ctx, target, subject)
	if err != nil {
		return p, err
	}
	messages, _, problem := o.sender.Messages(destination, snapshots[0], status.ProvisionedAs)
	if problem != nil {
		p.Problem = problem.Error()
	}
	var next []byte
	for _, m := range messages {
		m.Id = "***"
		headers, err := o.sender.Headers(destination, m, status.Sequence+1)
		if err != nil {
			p.Problem = err.Error()
			continue
		}
		p.Requests = append(p.Requests, Request{m.Method, m.URL, headers, m.Body})
		if !m.Delete && next == nil {
			next = kept(m)
		}
	}
	var last []byte
	if status.Sent != nil {
		sent, err := unpack(status.Sent)
		if err != nil {
			return p, err
		}
		last = sent.Body
	}
	p.Differences, err = differences(last, next)
	if err != nil {
		return p, fmt.Errorf("compare with what was sent about %v: %w", subject, err)
	}
	return p, nil
}
