package outbox

import (
	"context"
	"slices"
	"time"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// opensAfter is the number of subjects whose messages must fail in a row by the receiver's fault before
// the breaker opens. It is more than one so that a single subject on which a receiver fails does not
// open it.
const opensAfter = 5

// passBreaker updates the breaker with outcomes and returns how many deliveries may be claimed: as many
// as there is room for, or while the breaker is open only a probe, when it is due. probing is then the
// breaker with the probe in flight, to be stored if a delivery is claimed; else nil.
func (d *dispatcher) passBreaker(ctx context.Context, tx *db.Tx, target *comity.Record, outcomes []queue.Outcome, room int) (may int, probing *queue.Breaker, err error) {
	now := tx.Now()
	was, err := queue.LockBreaker(ctx, tx, d.target)
	if err != nil {
		return 0, nil, err
	}
	longest := time.Duration(target.Int(comity.CoProvisioningTarget.RetryInterval)) * time.Second
	is := was
	is.Failing = slices.Clone(was.Failing)
	for _, o := range outcomes {
		if o.Edits != was.Edits && o.Down {
			continue // the target's settings have changed since
		}
		is = judge(is, o, now, longest)
	}
	if !was.Opened.IsZero() && is.Opened.IsZero() {
		if err := queue.Resume(ctx, tx, d.target); err != nil {
			return 0, nil, err
		}
	}
	if !is.Opened.IsZero() {
		switch {
		case d.inFlight > 0 || now.Before(is.Probe):
			room = 0
		default:
			room = min(room, 1)
			// No other instance probes in the meantime.
			probing = &queue.Breaker{Failing: is.Failing, Opened: is.Opened, Probe: now.Add(d.Lease), Probes: is.Probes}
		}
	}
	if is.Equal(was) {
		return room, probing, nil
	}
	return room, probing, queue.SetBreaker(ctx, tx, d.target, is)
}

// judge returns the breaker after an outcome.
func judge(b queue.Breaker, o queue.Outcome, now time.Time, longest time.Duration) queue.Breaker {
	switch {
	case o.Alive && !o.Down:
		return queue.Breaker{}
	case !o.Down:
		if !b.Opened.IsZero() {
			// Nothing was sent, so the receiver's state is still unknown: another delivery may probe at once.
			b.Probe = now
		}
		return b
	}
	if !slices.Contains(b.Failing, o.Subject) && len(b.Failing) < opensAfter {
		b.Failing = append(b.Failing, o.Subject)
	}
	if len(b.Failing) < opensAfter {
		return b
	}
	if b.Opened.IsZero() {
		b.Opened = now
	}
	b.Probes++
	b.Probe = now.Add(min(longest, max(o.Wait, backoff(b.Probes, longest, 0))))
	return b
}
