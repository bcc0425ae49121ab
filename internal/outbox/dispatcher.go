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
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

const (
	// batch is the number of deliveries that are claimed, read and written together, maxHeld the most
	// that a dispatcher holds: while one batch is sent the next is claimed.
	batch   = 64
	maxHeld = 2 * batch
	// maxQueued is how long a claimed delivery should wait for a worker at most, estimated from the
	// duration of the last delivery.
	maxQueued = 5 * time.Second
	// linger is how long an outcome waits for others to be written in the same transaction, and at most lingers times
	// as long while the workers have enough to do.
	linger  = 2 * time.Millisecond
	lingers = 10
)

// dispatcher serves one target for as long as deliveries are due.
type dispatcher struct {
	*Outbox
	target int64
	// width is the number of messages that are sent concurrently.
	width int
	wake  chan struct{}

	jobs     chan job
	results  chan queue.Outcome
	inFlight int
	// claimed says that the dispatcher has claimed at least one delivery.
	claimed bool
	// pace is how long the last delivery took, in nanoseconds.
	pace atomic.Int64
}

func (o *Outbox) dispatcher(due queue.DueTarget) *dispatcher {
	width := o.Width
	if due.Workers > 0 {
		width = int(due.Workers)
	}
	return &dispatcher{
		Outbox: o, target: due.TargetId, width: width, wake: make(chan struct{}, 1),
		jobs: make(chan job, maxHeld), results: make(chan queue.Outcome, maxHeld),
	}
}

// run claims deliveries, gives them to the workers and stores the outcomes, until nothing is due, or the
// context has ended and all claimed deliveries are finished. When the database fails it returns before
// its workers do.
func (d *dispatcher) run(ctx context.Context, workers *sync.WaitGroup) {
	for range d.width {
		workers.Go(func() {
			for j := range d.jobs {
				d.results <- d.work(context.WithoutCancel(ctx), j)
			}
		})
	}
	defer close(d.jobs)
	for outcomes := []queue.Outcome(nil); ; outcomes = d.gather(ctx) {
		claimed, ok := d.turn(ctx, outcomes)
		d.inFlight += claimed
		d.claimed = d.claimed || claimed > 0
		if !ok || d.inFlight == 0 {
			return
		}
	}
}

// gather waits for the first outcome, then for a full batch, and returns all outcomes there are. It waits no longer
// than linger where the workers may soon have nothing to send. While there is room, a wake-up also ends the wait.
func (d *dispatcher) gather(ctx context.Context) (outcomes []queue.Outcome) {
	wake := d.wake
	if ctx.Err() != nil || d.room() <= 0 {
		wake = nil
	}
	select {
	case o := <-d.results:
		outcomes = append(outcomes, o)
	case <-wake:
		time.Sleep(minPause)
	}
	patience := time.After(linger)
	for waited := 1; 0 < len(outcomes) && len(outcomes) < min(batch, d.inFlight); waited++ {
		select {
		case o := <-d.results:
			outcomes = append(outcomes, o)
			waited--
			continue
		case <-patience:
		}
		if waited == lingers || len(d.jobs) < batch/2 {
			break
		}
		patience = time.After(linger)
	}
	for {
		select {
		case o := <-d.results:
			outcomes = append(outcomes, o)
		default:
			d.inFlight -= len(outcomes)
			return outcomes
		}
	}
}

// room returns how many more deliveries the dispatcher should claim, so that none waits long for a worker.
func (d *dispatcher) room() int {
	limit := maxHeld
	if pace := time.Duration(d.pace.Load()); pace > 0 {
		limit = min(maxHeld, max(d.width, int(maxQueued/pace)*d.width))
	}
	return min(batch, limit-d.inFlight)
}

// turn stores outcomes and claims due deliveries, in one transaction, and gives them to the workers.
// When the database fails for long, ok is false: the deliveries are claimed again when their leases expire.
func (d *dispatcher) turn(ctx context.Context, outcomes []queue.Outcome) (claimed int, ok bool) {
	writing, cancel := d.limited(context.WithoutCancel(ctx))
	defer cancel()
	start := time.Now()
	var deliveries []queue.Delivery
	err := d.store.Write(writing, func(tx *db.Tx) (err error) {
		deliveries, err = d.finishAndClaim(writing, tx, outcomes, ctx.Err() != nil)
		return err
	})
	if err != nil {
		d.failed(ctx, "cannot store outcomes of deliveries", err, "target", d.target)
		time.Sleep(time.Second)
		return 0, false
	}
	if len(deliveries) > 0 {
		d.distribute(writing, deliveries, start.Add(d.Limit))
	}
	return len(deliveries), true
}

// finishAndClaim stores outcomes and, unless the dispatcher is ending, claims due deliveries.
func (d *dispatcher) finishAndClaim(ctx context.Context, tx *db.Tx, outcomes []queue.Outcome, ending bool) ([]queue.Delivery, error) {
	target, err := d.works(ctx, tx)
	if err != nil {
		return nil, err
	}
	if err := queue.Finish(ctx, tx, final(target, outcomes)); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(outcomes, func(o queue.Outcome) bool { return o.OK }) {
		if err := queue.Succeed(ctx, tx, d.target); err != nil {
			return nil, err
		}
	}
	if target == nil {
		return nil, nil
	}
	room, probing, err := d.passBreaker(ctx, tx, target, outcomes, d.room())
	if err != nil || ending || room <= 0 && d.inFlight > 0 {
		return nil, err
	}
	if room <= 0 {
		// Nothing may be claimed until the next probe, but a full sync that has come to all subjects
		// can end now.
		_, err := queue.ClaimFullSync(ctx, tx, d.target, target.CoId, 0, d.claimTerm())
		return nil, err
	}
	deliveries, err := d.claim(ctx, tx, target, room)
	if err == nil && probing != nil && len(deliveries) > 0 {
		err = queue.SetBreaker(ctx, tx, d.target, *probing)
	}
	return deliveries, err
}

// distribute gives claimed deliveries to the workers.
func (d *dispatcher) distribute(ctx context.Context, deliveries []queue.Delivery, deadline time.Time) {
	jobs, err := d.ready(ctx, deliveries, deadline)
	if err != nil {
		d.failed(ctx, "cannot read claimed deliveries", err, "target", d.target)
		for _, delivery := range deliveries {
			d.results <- failed(delivery)
		}
		return
	}
	for _, j := range jobs {
		d.jobs <- j
	}
}

// claim claims due deliveries: first those of changes, then those of a full sync.
func (d *dispatcher) claim(ctx context.Context, tx *db.Tx, target *comity.Record, room int) (deliveries []queue.Delivery, err error) {
	if !manual(target) {
		deliveries, err = queue.Claim(ctx, tx, d.target, room, d.claimTerm())
	}
	if err != nil || len(deliveries) == room {
		return deliveries, err
	}
	more, err := queue.ClaimFullSync(ctx, tx, d.target, target.CoId, room-len(deliveries), d.claimTerm())
	return append(deliveries, more...), err
}

// manual says whether a target is sent only what a caller asks for.
func manual(target *comity.Record) bool {
	return target.Text(comity.CoProvisioningTarget.Status) == comity.ModeManual
}

// works returns the target, nil if it is deleted or disabled. It is read each time, since its mode may
// have changed since the dispatcher started.
func (d *dispatcher) works(ctx context.Context, tx *db.Tx) (*comity.Record, error) {
	target, err := store.Get(ctx, tx, comity.CoProvisioningTarget.Resource, d.target)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	if err != nil || target.Text(comity.CoProvisioningTarget.Status) == comity.ModeDisabled {
		return nil, err
	}
	return target, nil
}

// ready returns the jobs of claimed deliveries.
func (d *dispatcher) ready(ctx context.Context, claimed []queue.Delivery, deadline time.Time) ([]job, error) {
	subjects := make([]comity.Subject, len(claimed))
	for i, delivery := range claimed {
		subjects[i] = delivery.Subject
	}
	destination, snapshots, err := d.source.Read(ctx, d.target, subjects)
	if err != nil {
		return nil, err
	}
	return d.Outbox.jobs(ctx, claimed, destination, snapshots, deadline)
}

// work delivers one job, unless its deadline passed while it waited for a worker.
func (d *dispatcher) work(ctx context.Context, j job) queue.Outcome {
	start := time.Now()
	if !start.Before(j.deadline) {
		return queue.Outcome{Delivery: j.Delivery, Answer: "gave way to slower messages"}
	}
	ctx, cancel := context.WithDeadline(ctx, j.deadline)
	defer cancel()
	out := d.deliver(ctx, j)
	took := time.Since(start)
	d.pace.Store(int64(took))
	if len(j.plan.Operations) > 0 || !out.LeftOut {
		d.Observe(d.target, out.OK || out.LeftOut, took)
	}
	return out
}
