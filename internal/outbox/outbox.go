// Package outbox tells the provisioning targets what changed. It is level-triggered: a row says
// that a target is to be told about a person or group, with a version that each change raises. A worker
// claims the row by lease, sends the present state, and clears it only if the version is still the
// one it claimed. So bursts coalesce, the order per subject holds, a duplicate does no harm, and
// what a dead instance held is given back when its lease is over and it was watched for as long as a
// message may take: by a clock that nobody sets, for the database's may jump.
//
// Each target has a lane of its own with workers of its own: a slow or dead one costs the others
// nothing, and a subject whose message hangs holds one worker of one lane.
package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"comity"
	"comity/internal/store"
)

// Source reads what a target is to know about subjects, all as of one moment, in their order.
type Source interface {
	// Leaving counts the people that a target knows, and those of them that it is to forget.
	Leaving(ctx context.Context, target int64) (known, leaving int64, err error)
	// Identifiers returns those under which a target may hold subjects: those that it was
	// told, and others that they have or had.
	Identifiers(ctx context.Context, d comity.Destination, known map[comity.Subject][]string) (map[comity.Subject][]string, error)
	Snapshots(ctx context.Context, target int64, subjects []comity.Subject) (comity.Destination, []comity.Snapshot, error)
}

// Sender builds the messages that bring a target up to a snapshot, and sends them.
type Sender interface {
	// Messages also returns the identifiers that the subject goes by at the target: a person by one or
	// none, a group by one for each of its pages. What says how the subject is comes before deletes.
	Messages(d comity.Destination, s comity.Snapshot, known comity.ProvisionedAs) (messages []comity.Message, identifiers []string, err error)
	// Send sends one message; a receiver drops those with a lower sequence than one it has had.
	Send(ctx context.Context, d comity.Destination, m comity.Message, sequence int64) comity.Answer
	// Headers are those that Send would send a message with, without secrets.
	Headers(d comity.Destination, m comity.Message, sequence int64) (map[string]string, error)
	// Get asks what a target holds of an identifier.
	Get(ctx context.Context, d comity.Destination, subject comity.Subject, identifier string) comity.Holding
}

// Options say how the outbox works; the zero value is as documented.
type Options struct {
	// Lease is about how long a claim holds; 60 s.
	Lease time.Duration
	// Limit is how long a delivery may take from before its claim, at most half the lease; 30 s. All
	// instances on a database have the same.
	Limit time.Duration
	// Poll is the longest time between two looks at what is due; 1 s.
	Poll time.Duration
	// Width is how many messages are sent side by side to a target that does not say; 4.
	Width int
	// Observe is told of every delivery; may be nil.
	Observe func(target int64, ok bool, took time.Duration)
	// Log is told of what fails on our side; slog.Default() if nil.
	Log *slog.Logger
}

// Outbox is the queue and its workers.
type Outbox struct {
	store  *store.Store
	source Source
	sender Sender
	Options
	wake chan struct{}
	// last is the database's time when Run last looked at what is due, looked when it last looked for what
	// waits for a time that the clock came back from.
	last, looked time.Time
	abandoned    abandoned
}

// working are the modes of the targets for which what waits is sent.
var working = []string{comity.ModeAutomatic, comity.ModeQueue, comity.ModeQueueOnError, comity.ModeEnrolment}

// New returns an outbox over a store; nothing is sent until Run.
func New(s *store.Store, source Source, sender Sender, o Options) *Outbox {
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
	return &Outbox{store: s, source: source, sender: sender, Options: o, wake: make(chan struct{}, 1)}
}

func setDefault(d *time.Duration, v time.Duration) {
	if *d == 0 {
		*d = v
	}
}

// Wake says that something may be due. It never blocks.
func (o *Outbox) Wake() { signal(o.wake) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// breath is the least time between two looks at what is due, so that a burst of writes is one look.
const breath = 2 * time.Millisecond

// Run delivers until the context ends, and returns when what was under way then has been
// delivered or given back.
func (o *Outbox) Run(ctx context.Context) {
	dispatchers := map[int64]*dispatcher{}
	ended := make(chan *dispatcher)
	var running sync.WaitGroup
	defer running.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			// Lanes end by themselves now; each says so.
			for len(dispatchers) > 0 {
				delete(dispatchers, (<-ended).target)
			}
			return
		case l := <-ended:
			delete(dispatchers, l.target)
			if !l.claimed {
				// What is due may be in somebody else's hands for a moment.
				timer.Reset(claimPause)
				continue
			}
		case <-o.wake:
			time.Sleep(breath)
		case <-timer.C:
		}
		next := o.Poll
		due, now, err := o.look(ctx)
		if err != nil && ctx.Err() == nil {
			o.failed(ctx, "cannot look up what is to be told", err)
		}
		for _, d := range due {
			if wait := d.Due.Sub(now); wait > 0 {
				next = min(next, wait)
				continue
			}
			if l := dispatchers[d.TargetId]; l != nil {
				signal(l.wake)
				continue
			}
			l := o.dispatcher(d)
			dispatchers[d.TargetId] = l
			running.Go(func() {
				l.run(ctx, &running)
				ended <- l
			})
		}
		timer.Reset(next)
	}
}

// look returns what is due, once what nobody works on any more and what waits for a time that never comes has
// been made so.
func (o *Outbox) look(ctx context.Context) (due []store.DueTarget, now time.Time, err error) {
	ctx, cancel := o.asking(ctx)
	defer cancel()
	if err = o.giveBack(ctx); err == nil {
		due, now, err = o.due(ctx)
	}
	if err == nil {
		due, err = o.unpark(ctx, due, now)
	}
	return due, now, err
}

// asking bounds how long the database is waited for. A connection may be lost without a word, and what was
// claimed is given back after a lease all the same.
func (o *Outbox) asking(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, max(o.Lease, 10*time.Second))
}

// failed logs an error of ours, but for one that passes with the database's trouble: of that the store
// speaks itself, once.
func (o *Outbox) failed(ctx context.Context, what string, err error, details ...any) {
	if comity.CodeOf(err) != comity.NotNow {
		o.Log.ErrorContext(ctx, what, append(details, "error", err)...)
	}
}

// unpark makes due what waits for a time that the clock reached and came back from, and returns what is due.
// It is looked for whenever the clock has gone back, at first, and once in a while.
func (o *Outbox) unpark(ctx context.Context, due []store.DueTarget, now time.Time) ([]store.DueTarget, error) {
	back := now.Before(o.last)
	o.last = now
	if !back && time.Since(o.looked) < o.Poll {
		return due, nil
	}
	first := o.looked.IsZero()
	o.looked = time.Now()
	var parked []int64
	err := o.store.Read(ctx, func(tx *store.Tx) (err error) {
		parked, err = tx.Parked(ctx, o.Lease, back || first)
		return err
	})
	if err != nil || len(parked) == 0 {
		return due, err
	}
	if err := o.store.Write(ctx, func(tx *store.Tx) error { return tx.Unpark(ctx, o.Lease, parked...) }); err != nil {
		return due, err
	}
	due, _, err = o.due(ctx)
	return due, err
}

// TakeOver takes over at once what a program before this one held when it ended. It is for who knows
// that nobody else works on the database: without it that waits until the leases run out.
func (o *Outbox) TakeOver(ctx context.Context) error {
	if err := o.store.Write(ctx, func(tx *store.Tx) error { return tx.Release(ctx) }); err != nil {
		return fmt.Errorf("take over what was being told: %w", err)
	}
	return nil
}

// due returns the lanes for which something waits, and the database's time.
func (o *Outbox) due(ctx context.Context) (dispatchers []store.DueTarget, now time.Time, err error) {
	err = o.store.Snapshot(ctx, func(tx *store.Tx) (err error) {
		if dispatchers, err = tx.DueTargets(ctx, working); err != nil {
			return err
		}
		now, err = tx.Now(ctx)
		return err
	})
	return dispatchers, now, err
}
