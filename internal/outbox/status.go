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

// LaneStatus is what a target waits for, and how it goes.
type TargetStatus = store.TargetStatus

// Status is how a target does.
type Status struct {
	TargetStatus
	// Sweep is the last run that told it about everybody, Swept says that there was one.
	FullSync FullSync
	Swept    bool
}

// Status returns how a target does.
func (o *Outbox) Status(ctx context.Context, target int64) (s Status, err error) {
	err = o.store.Snapshot(ctx, func(tx *store.Tx) error {
		if s.TargetStatus, err = tx.TargetStatus(ctx, target); err != nil {
			return err
		}
		s.FullSync, s.Swept, err = tx.FullSync(ctx, target)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("status of target %d: %w", target, err)
	}
	return s, nil
}

// Statuses returns how every target does, by its id, and the time that this is so; of the breaker
// only whether it is open.
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

// Subject is how it stands between a target and a subject.
type Subject struct {
	store.SubjectStatus
	// State is one of the states.
	State string
	// Digest is the SHA-256 of the body that the target was last sent, of a group that of what is kept
	// of it, in hexadecimal digits; "" where it holds none.
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

// SubjectStatus is how it stands between a target and a subject.
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

// Failed are up to limit of the subjects of whom a target's messages rest after too many refusals,
// people first, in order of their id from the one after the one given.
func (o *Outbox) Failed(ctx context.Context, target int64, after comity.Subject, limit int) ([]Subject, error) {
	return o.subjectsOf(ctx, target, func(tx *store.Tx) ([]store.SubjectStatus, error) { return tx.Failed(ctx, target, after, limit) })
}

// Retried are up to limit of the subjects of whom a target's message failed and is tried again.
func (o *Outbox) Retried(ctx context.Context, target int64, limit int) ([]Subject, error) {
	return o.subjectsOf(ctx, target, func(tx *store.Tx) ([]store.SubjectStatus, error) {
		retried, err := tx.Retried(ctx, target, limit)
		if err != nil || len(retried) > 0 {
			return retried, err
		}
		// While the breaker is open everybody's time passes. Those who opened it tell why.
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
		return nil, fmt.Errorf("what failed at target %d: %w", target, err)
	}
	return list, nil
}

// Resend sends now what rests after too many refusals and what waits, about one subject or, for nil, about
// all, and says about how many that is.
func (o *Outbox) Resend(ctx context.Context, target int64, subject *comity.Subject) (count int64, err error) {
	err = o.store.Write(ctx, func(tx *store.Tx) error {
		count, err = tx.Resend(ctx, target, subject)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("send again what failed at target %d: %w", target, err)
	}
	o.Wake()
	return count, nil
}

// Preview is what a target would be sent about a subject now.
type Preview struct {
	Requests []Request
	// Problem is why nothing can be sent, or not all that should; "" where nothing is wrong.
	Problem string
	// Differences are those between the body that the target was last sent and the one it would be.
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
