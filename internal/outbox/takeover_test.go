package outbox_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// instance starts an outbox with a store of its own, as another process on the same database has. kill
// closes that store, as the end of the process would: its messages in flight may still arrive, but it stores
// nothing more.
func (w *fixture) instance(o outbox.Options) (kill func()) {
	w.t.Helper()
	s := w.open(w.clock.now, 0)
	stop := w.run(w.queueOver(s, o))
	return func() {
		_ = s.Close()
		stop()
	}
}

// A delivery that an instance claimed before it died is sent by another one, but not before the lease has
// expired and the claim was watched for long enough.
func TestAbandonedClaimIsTakenOver(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		person := w.person("ghopper")
		err := w.store.Write(t.Context(), func(tx *db.Tx) error {
			claimed, err := queue.Claim(t.Context(), tx, to.id, 10, time.Hour)
			if len(claimed) != 1 {
				t.Errorf("claimed %v", claimed)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		other := w.person("lovelace")
		w.start(outbox.Options{Limit: time.Second})
		w.born(person, 1) // a change does not take a claim from its holder
		eventually(t, "the other person is sent", func() bool {
			row, _ := w.row(to, other)
			return row.answer == "OK"
		})
		r.expectLines(t, "PUT lovelace")
		w.later(2 * time.Hour)
		w.awaitDelivered(to)
		r.expectLines(t, "PUT lovelace", "PUT ghopper")
		w.expectPresent(t, to, r)
		if row, _ := w.row(to, person); row.sequence != 2 {
			t.Errorf("noted as %+v, want the second claim", row)
		}
	})
}

// TakeOver releases such deliveries at once.
func TestClaimOfTheOnlyProgramIsTakenOverAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		person := w.person("ghopper")
		err := w.store.Write(t.Context(), func(tx *db.Tx) error {
			// It was the probe of an unreachable receiver: nobody else probes before its lease expires.
			now := w.clock.now()
			open := queue.Breaker{Failing: peopleAsSubjects(1, 2, 3, 4, person), Opened: now, Probe: now.Add(time.Hour), Probes: 1}
			if err := queue.SetBreaker(t.Context(), tx, to.id, open); err != nil {
				return err
			}
			_, err := queue.Claim(t.Context(), tx, to.id, 10, time.Hour)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		q := w.queue(outbox.Options{})
		if err := q.TakeOver(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer w.run(q)()
		w.awaitDelivered(to)
		r.expectLines(t, "PUT ghopper")
		if row, _ := w.row(to, person); row.sequence != 2 {
			t.Errorf("noted as %+v, want the second claim", row)
		}
	})
}

// An instance dies after its message arrived and before the outcome is stored. In the end the receiver still
// holds only the present identifier.
func TestKilledAfterItsMessageArrived(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		person := w.person("")
		uid := w.identifier(person, "first")
		var once sync.Once
		arrived, killed := make(chan struct{}), make(chan struct{})
		r.reacts(func(a arrival) reaction {
			once.Do(func() { close(arrived) })
			return heldUntil(t, killed, func(arrival) bool { return true })(a)
		})
		kill := w.instance(outbox.Options{Lease: time.Minute})
		<-arrived
		go close(killed)
		kill()
		eventually(t, "the message is kept", func() bool { return r.entry("first") != "" })

		r.reacts(nil)
		w.edit(comity.Identifier.Resource, uid, values{comity.Identifier.Identifier: "second"})
		w.later(time.Hour)
		w.start(outbox.Options{Limit: time.Second})
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		if got := r.ids(); !slices.Equal(got, []string{"second"}) {
			t.Errorf("the receiver knows %v", got)
		}
	})
}

// Run ends with its context, but not before deliveries in flight are finished and stored.
func TestRunFinishesWhatIsUnderWay(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		people := w.people(20)
		freed := make(chan struct{})
		r.reacts(heldUntil(t, freed, func(arrival) bool { return true }))
		_, stop := w.start(outbox.Options{})
		eventually(t, "messages are in flight", func() bool { return len(r.got()) == 4 })
		go close(freed)
		stop()
		sent := len(r.got())
		delivered := 0
		for _, p := range people {
			row, _ := w.row(to, p)
			if row.held {
				t.Errorf("person %d is still claimed: %+v", p, row)
			}
			if row.answer == "OK" {
				delivered++
			}
		}
		if delivered != sent {
			t.Errorf("%d messages were sent, %d are noted", sent, delivered)
		}
		w.start(outbox.Options{})
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		if n := len(r.got()); n != len(people) {
			t.Errorf("%d messages about %d people", n, len(people))
		}
	})
}

// Several instances on one database share the deliveries of one target, and no person has two messages in
// flight. The receiver answers nobody before all workers of all instances have sent a message.
func TestInstancesShareTheWork(t *testing.T) {
	t.Parallel()
	const instances, width, people = 3, 4, 260
	w := onPostgres(t)
	r := newReceiver(t)
	to := w.target(r, comity.ModeAutomatic)
	ids := w.people(people)
	var mu sync.Mutex
	underWay, all := 0, make(chan struct{})
	r.reacts(func(arrival) reaction {
		mu.Lock()
		if underWay++; underWay == instances*width {
			close(all)
		}
		mu.Unlock()
		return heldUntil(t, all, func(arrival) bool { return true })(arrival{})
	})
	var shares [instances]atomic.Int64
	for i := range instances {
		s := w.open(nil, 0)
		w.run(w.queueOver(s, outbox.Options{Width: width, Lease: time.Minute, Observe: func(target int64, ok bool, _ time.Duration) {
			if target != to.id || !ok {
				t.Errorf("observed a delivery to %d, taken: %t", target, ok)
			}
			shares[i].Add(1)
		}}))
	}
	var writers sync.WaitGroup
	for part := range 4 {
		writers.Go(func() {
			for i := part; i < people; i += 4 {
				if err := w.tryBorn(ids[i], i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	w.awaitDelivered(to)
	w.expectPresent(t, to, r)
	r.expectInOrder(t)
	for i := range shares {
		if shares[i].Load() == 0 {
			t.Errorf("instance %d has sent nothing", i)
		}
	}
}

// Instances that are killed at random moments, each in its turn, lose nothing.
func TestInstancesKilled(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		people := w.people(40)
		for round := range 4 {
			got := len(r.got())
			kill := w.instance(outbox.Options{Lease: time.Minute, Limit: 3 * time.Second})
			for i, p := range people {
				w.born(p, 40*round+i)
			}
			eventually(t, "another message is sent", func() bool { return len(r.got()) > got })
			kill()
			w.later(2 * time.Minute)
		}
		w.start(outbox.Options{Lease: time.Minute, Limit: 3 * time.Second})
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		r.expectInOrder(t)
	})
}

// Even if the clock is set ahead by more than any lease, no instance sends a message about a subject while
// another one about it is in flight.
func TestAClockSetAheadOvertakesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		var ended atomic.Int64
		o := outbox.Options{Limit: 2 * time.Second, Observe: func(int64, bool, time.Duration) { ended.Add(1) }}
		q, _ := w.start(o)
		w.start(o)
		var sent atomic.Int64
		ahead := make(chan struct{}, 1)
		r.reacts(func(a arrival) reaction {
			if n := sent.Add(1); n-1 != ended.Load() {
				t.Errorf("message %d, %s, was sent when %d had ended", n, a, ended.Load())
			}
			select {
			case ahead <- struct{}{}:
				return reaction{silent: true}
			default:
				return reaction{}
			}
		})
		person := w.person("ghopper")
		eventually(t, "a message is in flight", func() bool { return sent.Load() == 1 })
		w.born(person, 1)
		w.later(100000 * time.Hour)
		if _, err := w.provision(q, to, person); err != nil {
			t.Error(err)
		}
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		r.expectInOrder(t)
	})
}

// A provision call of a person whose delivery a dead instance holds is made when the claim counts as
// abandoned, even if no instance runs.
func TestProvisionOfWhatIsAbandoned(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		person := w.person("ghopper")
		err := w.store.Write(t.Context(), func(tx *db.Tx) error {
			_, err := queue.Claim(t.Context(), tx, to.id, 10, time.Minute)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.later(time.Hour)
		if _, err := w.provision(w.queue(outbox.Options{Limit: time.Second}), to, person); err != nil {
			t.Error(err)
		}
		r.expectLines(t, "PUT ghopper")
	})
}
