package outbox

import (
	"context"
	"sync"
	"time"

	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// abandoned finds the claims of instances that have died. An expired lease is not enough, since the
// database's clock may have been set ahead while a message was in flight. So an instance watches an
// overdue claim for longer than any message may take, by the monotonic clock, before it releases it.
type abandoned struct {
	mu      sync.Mutex
	checked time.Time
	// seen is the time from which each claim is known to be overdue.
	seen map[queue.InFlight]time.Time
}

// claimTerm returns how long after it was made a claim is not yet overdue.
func (o *Outbox) claimTerm() time.Duration { return max(o.Lease-o.Limit, 0) }

// watchTerm returns how long an overdue claim is watched: as long as its message may take, and a little
// more for a message sent at the last moment to arrive.
func (o *Outbox) watchTerm() time.Duration { return o.Limit + o.Limit/8 }

// releaseAbandoned makes the deliveries with abandoned claims due. It reads the overdue claims at most once per
// Poll, and only one of several concurrent calls does.
func (o *Outbox) releaseAbandoned(ctx context.Context) error {
	a := &o.abandoned
	if !a.mu.TryLock() {
		return nil
	}
	defer a.mu.Unlock()
	if !a.checked.IsZero() && time.Since(a.checked) < o.Poll {
		return nil
	}
	var overdue []queue.InFlight
	err := o.store.Read(ctx, func(tx *db.Tx) (err error) {
		overdue, err = queue.Overdue(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	// The time is taken after the query: every claim that it returned was made before.
	a.checked = time.Now()
	seen := map[queue.InFlight]time.Time{}
	var gone []queue.InFlight
	for _, c := range overdue {
		since, known := a.seen[c]
		if !known {
			since = a.checked
		}
		seen[c] = since
		if a.checked.Sub(since) >= o.watchTerm() {
			gone = append(gone, c)
		}
	}
	a.seen = seen
	if len(gone) == 0 {
		return nil
	}
	return o.store.Write(ctx, func(tx *db.Tx) error { return queue.GiveBack(ctx, tx, gone) })
}
