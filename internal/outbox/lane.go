package outbox

import (
	"context"
	"time"

	"comity"
	"comity/internal/store"
)

// maxHeld is the most deliveries that a lane holds at a time, maxQueued how long, at the pace of
// the last ones, the last of them should wait for a worker.
const (
	maxHeld   = 64
	maxQueued = 5 * time.Second
)

// lane delivers to one target for as long as something is due.
type lane struct {
	*Outbox
	target int64
	wake   chan struct{}

	jobs    chan job
	results chan store.Outcome
	held    int
	pace    time.Duration
}

// job is one claimed delivery with what it is to tell.
type job struct {
	store.Delivery
	destination comity.Destination
	snapshot    comity.Snapshot
	deadline    time.Time
}

func (o *Outbox) lane(target int64) *lane {
	return &lane{
		Outbox: o, target: target, wake: make(chan struct{}, 1),
		jobs: make(chan job, maxHeld), results: make(chan store.Outcome, maxHeld),
	}
}

// run claims, hands out and writes outcomes until nothing is due, or the context has ended and
// what was held is finished.
func (l *lane) run(ctx context.Context) {
	for range l.Width {
		go func() {
			for j := range l.jobs {
				l.results <- l.work(context.WithoutCancel(ctx), j)
			}
		}()
	}
	defer close(l.jobs)
	for outcomes := []store.Outcome(nil); ; outcomes = l.gather(ctx) {
		claimed, ok := l.turn(ctx, outcomes)
		l.held += claimed
		if !ok || l.held == 0 {
			return
		}
	}
}

// gather waits for an outcome, or for more to be due while there is room, and takes all there are.
func (l *lane) gather(ctx context.Context) (outcomes []store.Outcome) {
	wake := l.wake
	if ctx.Err() != nil || l.room() <= 0 {
		wake = nil
	}
	select {
	case o := <-l.results:
		outcomes = append(outcomes, o)
	case <-wake:
		time.Sleep(breath)
	}
	for {
		select {
		case o := <-l.results:
			outcomes = append(outcomes, o)
		default:
			l.held -= len(outcomes)
			return outcomes
		}
	}
}

// room is how many more deliveries the lane should hold, so that none waits long for a worker.
func (l *lane) room() int {
	limit := maxHeld
	if l.pace > 0 {
		limit = min(maxHeld, max(l.Width, int(maxQueued/l.pace)*l.Width))
	}
	return limit - l.held
}

// turn writes outcomes and claims what is due, in one transaction, and hands it to the workers.
// When the database fails for long it gives up: the leases run out and all is claimed again.
func (l *lane) turn(ctx context.Context, outcomes []store.Outcome) (claimed int, ok bool) {
	writing := context.WithoutCancel(ctx)
	start := time.Now()
	var deliveries []store.Delivery
	err := l.store.Write(writing, func(tx *store.Tx) (err error) {
		if err := tx.Finish(writing, outcomes); err != nil {
			return err
		}
		deliveries = nil
		if room := l.room(); room > 0 && ctx.Err() == nil {
			deliveries, err = tx.Claim(writing, l.target, room, l.Lease)
		}
		return err
	})
	if err != nil {
		l.Log.ErrorContext(ctx, "cannot note what was delivered", "target", l.target, "error", err)
		time.Sleep(time.Second)
		return 0, false
	}
	if len(deliveries) == 0 {
		return 0, true
	}
	people := make([]int64, len(deliveries))
	for i, d := range deliveries {
		people[i] = d.PersonId
	}
	destination, snapshots, err := l.source.Snapshots(writing, l.target, people)
	if err != nil {
		l.Log.ErrorContext(ctx, "cannot read what is to be told", "target", l.target, "error", err)
		for _, d := range deliveries {
			l.results <- failed(d, d.Told, internalFailure, false)
		}
		return len(deliveries), true
	}
	for i, d := range deliveries {
		l.jobs <- job{d, destination, snapshots[i], start.Add(l.Limit)}
	}
	return len(deliveries), true
}

// work delivers one job, unless its time ran out while it waited.
func (l *lane) work(ctx context.Context, j job) store.Outcome {
	start := time.Now()
	if !start.Before(j.deadline) {
		return store.Outcome{Delivery: j.Delivery, Answer: "gave way to slower messages"}
	}
	ctx, cancel := context.WithDeadline(ctx, j.deadline)
	defer cancel()
	out := l.deliver(ctx, j)
	took := time.Since(start)
	l.Observe(l.target, out.OK, took)
	return out
}
