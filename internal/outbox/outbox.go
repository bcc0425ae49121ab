// Package outbox delivers changes to the provisioning targets. It is level-triggered: a row is the
// pending delivery of a person or group to a target, with a version that each change raises. A worker
// claims the row by lease, sends the present state, and clears it only if the version is still the
// one it claimed. So bursts coalesce, the order per subject holds, and a duplicate does no harm. The
// claims of a dead instance are released when their lease has expired and they were then watched for as
// long as a message may take: by the monotonic clock, since the database's clock may jump.
//
// Each target has a dispatcher with workers of its own: a slow or unreachable target does not delay
// the others, and a subject whose message hangs occupies one worker of one dispatcher.
package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// Source has the snapshots of what targets should hold.
type Source interface {
	// Read returns a target and the snapshots of subjects for it, all as of one moment, in the order of the
	// subjects.
	Read(ctx context.Context, target int64, subjects []comity.Subject) (comity.Destination, []comity.Snapshot, error)
}

// Connector plans and applies what brings a target up to date about a subject.
type Connector interface {
	// Plan returns the operations after which a target holds the state of a snapshot.
	Plan(d comity.Destination, s comity.Snapshot, state comity.SubjectState) comity.Plan
	// Apply carries out one operation and returns the answer, and the connector's own state of the subject,
	// which was own before.
	Apply(ctx context.Context, d comity.Destination, op comity.Operation, own []byte) (comity.Answer, []byte)
}

// Options configure the outbox. A zero field has the default that its comment names.
type Options struct {
	// Lease is about how long a claim is valid; default 60 s.
	Lease time.Duration
	// Limit is how long a delivery may take, measured from just before its claim, at most half the
	// lease; default 30 s. All instances on a database must use the same.
	Limit time.Duration
	// Poll is the longest time between two checks for due deliveries; default 1 s.
	Poll time.Duration
	// Width is the number of messages sent concurrently to a target without Workers; default 4.
	Width int
	// Observe is called after every delivery; nil for nothing.
	Observe func(target int64, ok bool, took time.Duration)
	// Log receives the registry's own failures; slog.Default() if nil.
	Log *slog.Logger
}

// Outbox is the queue and its workers.
type Outbox struct {
	store     *db.DB
	source    Source
	connector Connector
	Options
	wake chan struct{}
	// last is the database's time when Run last checked for due deliveries, checked the time when it last
	// checked for deliveries that wait for a time from which the clock was set back.
	last, checked time.Time
	abandoned     abandoned
}

// working are the modes of targets whose pending deliveries are sent.
var working = []string{comity.ModeAutomatic, comity.ModeQueue, comity.ModeQueueOnError, comity.ModeEnrolment}

// New returns an outbox over a store; nothing is sent until Run.
func New(s *db.DB, source Source, c Connector, o Options) *Outbox {
	setDefault(&o.Lease, time.Minute)
	setDefault(&o.Limit, o.Lease/2)
	setDefault(&o.Poll, time.Second)
	if o.Width == 0 {
		o.Width = 4
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Observe == nil {
		o.Observe = func(int64, bool, time.Duration) {}
	}
	return &Outbox{store: s, source: source, connector: c, Options: o, wake: make(chan struct{}, 1)}
}

func setDefault(d *time.Duration, v time.Duration) {
	if *d == 0 {
		*d = v
	}
}

// Wake makes Run check for due deliveries now. It never blocks.
func (o *Outbox) Wake() { signal(o.wake) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// minPause is the least time between two checks for due deliveries, so that a burst of writes causes one.
const minPause = 2 * time.Millisecond

// Run delivers until the context ends, and returns when the deliveries then in flight are delivered
// or released.
func (o *Outbox) Run(ctx context.Context) {
	all := &dispatchers{Outbox: o, byTarget: map[int64]*dispatcher{}, ended: make(chan *dispatcher)}
	defer all.running.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			all.awaitEnd()
			return
		case d := <-all.ended:
			delete(all.byTarget, d.target)
			if !d.claimed {
				// Another instance may hold the due deliveries for a moment.
				timer.Reset(claimPause)
				continue
			}
		case <-o.wake:
			time.Sleep(minPause)
		case <-timer.C:
		}
		timer.Reset(all.dispatch(ctx))
	}
}

// dispatchers are the dispatchers that run.
type dispatchers struct {
	*Outbox
	byTarget map[int64]*dispatcher
	// ended receives each dispatcher that has ended.
	ended chan *dispatcher
	// running counts the dispatchers and their workers.
	running sync.WaitGroup
}

// dispatch starts or wakes the dispatcher of each target with due deliveries, and returns the time until the
// next check.
func (all *dispatchers) dispatch(ctx context.Context) (next time.Duration) {
	next = all.Poll
	targets, now, err := all.findDue(ctx)
	if err != nil && ctx.Err() == nil {
		all.failed(ctx, "cannot look up pending deliveries", err)
	}
	for _, due := range targets {
		if wait := due.Due.Sub(now); wait > 0 {
			next = min(next, wait)
			continue
		}
		if d := all.byTarget[due.TargetId]; d != nil {
			signal(d.wake)
			continue
		}
		d := all.dispatcher(due)
		all.byTarget[due.TargetId] = d
		all.running.Go(func() {
			d.run(ctx, &all.running)
			all.ended <- d
		})
	}
	return next
}

// awaitEnd waits until all dispatchers have ended, which they do by themselves once the context has.
func (all *dispatchers) awaitEnd() {
	for len(all.byTarget) > 0 {
		delete(all.byTarget, (<-all.ended).target)
	}
}

// findDue returns the targets with pending deliveries, and the database's time. It first makes abandoned
// deliveries due, and those that wait for a time from which the clock was set back.
func (o *Outbox) findDue(ctx context.Context) (due []queue.DueTarget, now time.Time, err error) {
	ctx, cancel := o.limited(ctx)
	defer cancel()
	if err = o.releaseAbandoned(ctx); err == nil {
		due, now, err = o.due(ctx)
	}
	if err == nil {
		due, err = o.unpark(ctx, due, now)
	}
	return due, now, err
}

// limited bounds how long the database is waited for. A connection may be lost without a word, and what was
// claimed is given back after a lease all the same.
func (o *Outbox) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, max(o.Lease, 10*time.Second))
}

// failed logs an error of the registry itself. An error that is caused by an outage of the database is
// left out, since the store logs the outage once.
func (o *Outbox) failed(ctx context.Context, what string, err error, details ...any) {
	if comity.CodeOf(err) != comity.NotNow {
		o.Log.ErrorContext(ctx, what, append(details, "error", err)...)
	}
}

// unpark makes deliveries due that wait for a time from which the clock was set back, and returns the
// due targets. It looks for such deliveries on the first call, whenever the clock has gone back, and
// otherwise at most once per Poll.
func (o *Outbox) unpark(ctx context.Context, due []queue.DueTarget, now time.Time) ([]queue.DueTarget, error) {
	back := now.Before(o.last)
	o.last = now
	if !back && time.Since(o.checked) < o.Poll {
		return due, nil
	}
	first := o.checked.IsZero()
	o.checked = time.Now()
	var late []int64
	err := o.store.Read(ctx, func(tx *db.Tx) (err error) {
		late, err = queue.DueTooLate(ctx, tx, o.Lease, back || first)
		return err
	})
	if err != nil || len(late) == 0 {
		return due, err
	}
	if err := o.store.Write(ctx, func(tx *db.Tx) error { return queue.MakeDue(ctx, tx, o.Lease, late...) }); err != nil {
		return due, err
	}
	due, _, err = o.due(ctx)
	return due, err
}

// TakeOver releases at once the deliveries that an earlier process held when it ended. The caller must
// know that no other instance uses the database. Without TakeOver those deliveries wait until their
// leases expire.
func (o *Outbox) TakeOver(ctx context.Context) error {
	if err := o.store.Write(ctx, func(tx *db.Tx) error { return queue.Release(ctx, tx) }); err != nil {
		return fmt.Errorf("take over deliveries in flight: %w", err)
	}
	return nil
}

// due returns the targets with pending deliveries, and the database's time.
func (o *Outbox) due(ctx context.Context) (targets []queue.DueTarget, now time.Time, err error) {
	err = o.store.Snapshot(ctx, func(tx *db.Tx) (err error) {
		targets, err = queue.DueTargets(ctx, tx, working)
		now = tx.Now()
		return err
	})
	return targets, now, err
}
