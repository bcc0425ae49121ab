package outbox

import (
	"context"
	"sync"
	"time"

	"comity/internal/store"
)

// abandoned finds out which claims are nobody's any more. A lease that is over by the database's clock is
// not enough: that clock may have been set ahead while a message was under way. So whoever wants to take
// over watches the claim for longer than any message may take, by a clock that nobody sets.
type abandoned struct {
	mu     sync.Mutex
	looked time.Time
	// seen is since when each claim is known to be overdue.
	seen map[store.Claim]time.Time
}

// hold is how long a claim is not even looked at.
func (o *Outbox) hold() time.Duration { return max(o.Lease-o.Limit, 0) }

// watched is how long a claim that is overdue is watched: all the time that its message may take, and some
// more for what was sent in the last moment to arrive.
func (o *Outbox) watched() time.Duration { return o.Limit + o.Limit/8 }

// giveBack makes due what was claimed by who is seen to be gone. It looks as often as Poll says, whoever
// asks; of several that ask at a time one looks.
func (o *Outbox) giveBack(ctx context.Context) error {
	a := &o.abandoned
	if !a.mu.TryLock() {
		return nil
	}
	defer a.mu.Unlock()
	if !a.looked.IsZero() && time.Since(a.looked) < o.Poll {
		return nil
	}
	var overdue []store.Claim
	err := o.store.Read(ctx, func(tx *store.Tx) (err error) {
		overdue, err = tx.Overdue(ctx)
		return err
	})
	if err != nil {
		return err
	}
	// The time after the answer: a claim that it shows had begun by then.
	a.looked = time.Now()
	seen := map[store.Claim]time.Time{}
	var gone []store.Claim
	for _, c := range overdue {
		since, known := a.seen[c]
		if !known {
			since = a.looked
		}
		seen[c] = since
		if a.looked.Sub(since) >= o.watched() {
			gone = append(gone, c)
		}
	}
	a.seen = seen
	if len(gone) == 0 {
		return nil
	}
	return o.store.Write(ctx, func(tx *store.Tx) error { return tx.GiveBack(ctx, gone) })
}
