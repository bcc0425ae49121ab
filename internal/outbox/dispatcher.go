package outbox

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"comity"
	"comity/internal/store"
)

const (
	// batch is how many deliveries are claimed, read and written together, maxHeld how many a lane
	// holds at most: while one batch is sent the next is claimed.
	batch   = 64
	maxHeld = 2 * batch
	// maxQueued is how long, at the pace of the last ones, the last of them should wait for a worker.
	maxQueued = 5 * time.Second
	// linger is how long an outcome waits for others to be written with.
	linger = 2 * time.Millisecond
)

// lane delivers to one target for as long as something is due.
type dispatcher struct {
	*Outbox
	target int64
	// width is how many messages are sent side by side.
	width int
	wake  chan struct{}

	jobs    chan job
	results chan store.Outcome
	held    int
	// claimed says that the lane ever got anything.
	claimed bool
	// pace is how long the last delivery took, in nanoseconds.
	pace atomic.Int64
}

func (o *Outbox) dispatcher(due store.DueTarget) *dispatcher {
	width := o.Width
	if due.Workers > 0 {
		width = int(due.Workers)
	}
	return &dispatcher{
		Outbox: o, target: due.TargetId, width: width, wake: make(chan struct{}, 1),
		jobs: make(chan job, maxHeld), results: make(chan store.Outcome, maxHeld),
	}
}

// run claims, hands out and writes outcomes until nothing is due, or the context has ended and
// what was held is finished. When the database fails it returns before its workers do.
func (l *dispatcher) run(ctx context.Context, workers *sync.WaitGroup) {
	for range l.width {
		workers.Go(func() {
			for j := range l.jobs {
				l.results <- l.work(context.WithoutCancel(ctx), j)
			}
		})
	}
	defer close(l.jobs)
	for outcomes := []store.Outcome(nil); ; outcomes = l.gather(ctx) {
		claimed, ok := l.turn(ctx, outcomes)
		l.held += claimed
		l.claimed = l.claimed || claimed > 0
		if !ok || l.held == 0 {
			return
		}
	}
}

// gather waits for outcomes, a batch of them or what comes in a moment, or for more to be due while
// there is room, and takes all there are.
func (l *dispatcher) gather(ctx context.Context) (outcomes []store.Outcome) {
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
	patience := time.After(linger)
	for 0 < len(outcomes) && len(outcomes) < min(batch, l.held) {
		select {
		case o := <-l.results:
			outcomes = append(outcomes, o)
			continue
		case <-patience:
		}
		break
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

// room is how many more deliveries the lane should claim, so that none waits long for a worker.
func (l *dispatcher) room() int {
	limit := maxHeld
	if pace := time.Duration(l.pace.Load()); pace > 0 {
		limit = min(maxHeld, max(l.width, int(maxQueued/pace)*l.width))
	}
	return min(batch, limit-l.held)
}

// turn writes outcomes and claims what is due, in one transaction, and hands it to the workers.
// When the database fails for long it gives up: when the leases are over all is claimed again.
func (l *dispatcher) turn(ctx context.Context, outcomes []store.Outcome) (claimed int, ok bool) {
	writing, cancel := l.asking(context.WithoutCancel(ctx))
	defer cancel()
	start := time.Now()
	var deliveries []store.Delivery
	err := l.store.Write(writing, func(tx *store.Tx) error {
		deliveries = nil
		target, err := l.works(writing, tx)
		if err != nil {
			return err
		}
		if err := tx.Finish(writing, final(target, outcomes)); err != nil {
			return err
		}
		if slices.ContainsFunc(outcomes, func(o store.Outcome) bool { return o.OK }) {
			if err := tx.Succeed(writing, l.target); err != nil {
				return err
			}
		}
		if target == nil {
			return nil
		}
		room, probing, err := l.passBreaker(writing, tx, target, outcomes, l.room())
		if err != nil || ctx.Err() != nil {
			return err
		}
		if room <= 0 {
			if l.held > 0 {
				return nil
			}
			// Nothing may be claimed till the next probe: a run that came to everybody need not wait for it.
			_, err := tx.ClaimFullSync(writing, l.target, target.CoId, 0, l.hold())
			return err
		}
		deliveries, err = l.claim(writing, tx, target, room)
		if err == nil && probing != nil && len(deliveries) > 0 {
			err = tx.SetBreaker(writing, l.target, *probing)
		}
		return err
	})
	if err != nil {
		l.failed(ctx, "cannot note what was delivered", err, "target", l.target)
		time.Sleep(time.Second)
		return 0, false
	}
	if len(deliveries) == 0 {
		return 0, true
	}
	jobs, err := l.ready(writing, deliveries, start.Add(l.Limit))
	if err != nil {
		l.failed(ctx, "cannot read what is to be told", err, "target", l.target)
		for _, d := range deliveries {
			l.results <- failed(d)
		}
		return len(deliveries), true
	}
	for _, j := range jobs {
		l.jobs <- j
	}
	return len(deliveries), true
}

// claim claims what is due: what changed before what a sweep comes to.
func (l *dispatcher) claim(ctx context.Context, tx *store.Tx, target *comity.Record, room int) (deliveries []store.Delivery, err error) {
	if !manual(target) {
		deliveries, err = tx.Claim(ctx, l.target, room, l.hold())
	}
	if err != nil || len(deliveries) == room {
		return deliveries, err
	}
	more, err := tx.ClaimFullSync(ctx, l.target, target.CoId, room-len(deliveries), l.hold())
	return append(deliveries, more...), err
}

// manual says that a target is sent nothing but what is asked for.
func manual(target *comity.Record) bool {
	return target.Text(comity.CoProvisioningTarget.Status) == comity.ModeManual
}

// works returns the target while it is in a mode in which anything is sent, and else nil. It may have
// been set to another since the lane began.
func (l *dispatcher) works(ctx context.Context, tx *store.Tx) (*comity.Record, error) {
	target, err := tx.Get(ctx, comity.CoProvisioningTarget.Resource, l.target)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil || target.Text(comity.CoProvisioningTarget.Status) == comity.ModeDisabled {
		return nil, err
	}
	return target, nil
}

// ready reads what is to be told about claimed deliveries.
func (l *dispatcher) ready(ctx context.Context, claimed []store.Delivery, deadline time.Time) ([]job, error) {
	subjects := make([]comity.Subject, len(claimed))
	for i, d := range claimed {
		subjects[i] = d.Subject
	}
	destination, snapshots, err := l.source.Snapshots(ctx, l.target, subjects)
	if err != nil {
		return nil, err
	}
	return l.Outbox.jobs(ctx, claimed, destination, snapshots, deadline)
}

// work delivers one job, unless its time ran out while it waited.
func (l *dispatcher) work(ctx context.Context, j job) store.Outcome {
	start := time.Now()
	if !start.Before(j.deadline) {
		return store.Outcome{Delivery: j.Delivery, Answer: "gave way to slower messages"}
	}
	ctx, cancel := context.WithDeadline(ctx, j.deadline)
	defer cancel()
	out := l.deliver(ctx, j)
	took := time.Since(start)
	l.pace.Store(int64(took))
	if len(j.messages) > 0 || !out.LeftOut {
		l.Observe(l.target, out.OK || out.LeftOut, took)
	}
	return out
}
