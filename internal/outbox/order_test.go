package outbox_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
)

// Many changes while a message is in flight cause one more message, and the last one has the present state.
func TestBurstIsOneMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		person := w.person("ghopper")
		freed := make(chan struct{})
		r.reacts(heldUntil(t, freed, func(arrival) bool { return true }))
		w.start(outbox.Options{})
		eventually(t, "the first message is in flight", func() bool { return len(r.got()) == 1 })
		for day := range 10 {
			w.born(person, day)
		}
		close(freed)
		w.awaitDelivered(to)
		r.expectLines(t, "PUT ghopper", "PUT ghopper")
		w.expectPresent(t, to, r)
		if last := r.got()[1]; !strings.Contains(last.body, birthday(9)) {
			t.Errorf("the last message is %s", last.body)
		}
	})
}

// Many changes before anything is sent cause one message.
func TestChangesThatWaitAreOneMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		person := w.person("ghopper")
		for day := range 10 {
			w.born(person, day)
		}
		w.start(outbox.Options{})
		w.awaitDelivered(to)
		r.expectLines(t, "PUT ghopper")
		w.expectPresent(t, to, r)
	})
}

// A change during a delivery that fails is sent at the next retry; a change during a delivery that is
// refused is sent at once.
func TestChangeDuringFailure(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		for name, status := range map[string]int{"the receiver cannot": 503, "the message is refused": 422} {
			t.Run(name, func(t *testing.T) {
				r := newReceiver(t)
				to := w.target(r, comity.ModeAutomatic)
				person := w.person("ghopper")
				defer w.delete(comity.CoPerson.Resource, person)
				freed := make(chan struct{})
				r.reacts(func(a arrival) reaction {
					heldUntil(t, freed, func(arrival) bool { return true })(a)
					if strings.Contains(a.body, "dateOfBirth") {
						return reaction{}
					}
					return reaction{status: status}
				})
				_, stop := w.start(outbox.Options{})
				defer stop()
				eventually(t, "the first message is in flight", func() bool { return len(r.got()) == 1 })
				w.born(person, 1)
				close(freed)
				if status == 503 {
					if row := w.failed(to, person, 1); row.deadLettered || row.waits() <= 0 {
						t.Errorf("noted as %+v", row)
					}
					w.born(person, 2)
					if row, _ := w.row(to, person); row.waits() <= 0 {
						t.Errorf("noted as %+v: a change does not hurry a receiver that cannot", row)
					}
					w.later(time.Hour)
				}
				w.awaitDelivered(to)
				r.expectLines(t, "PUT ghopper", "PUT ghopper")
				w.expectPresent(t, to, r)
			})
		}
	})
}

// Writers change a few people at random while messages fail, time out and are cut off: a person never has
// two messages in flight, sequences rise, and no message has an older state than one before it.
func TestOrderUnderWay(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		people := w.people(5)
		var mu sync.Mutex
		random := rand.New(rand.NewPCG(1, 2))
		r.reacts(func(arrival) reaction {
			mu.Lock()
			defer mu.Unlock()
			return []reaction{{}, {}, {status: 500}, {status: 429, kept: true}, {cutBefore: true}, {cut: true, kept: true}}[random.IntN(6)]
		})
		w.start(outbox.Options{})
		w.start(outbox.Options{})
		q, _ := w.start(outbox.Options{})
		var writers sync.WaitGroup
		for _, p := range people {
			writers.Go(func() {
				for day := range 40 {
					if err := w.tryBorn(p, day); err != nil {
						t.Error(err)
					}
					if day%8 == 0 {
						_, _ = w.provision(q, to, p) // may fail, as the receiver does
						w.later(time.Hour)
					}
				}
			})
		}
		writers.Wait()
		r.reacts(nil)
		// A message in flight may fail after the clock was moved.
		w.settleWithin(to, time.Hour)
		w.expectPresent(t, to, r)
		r.expectInOrder(t)
		last := map[string]string{}
		for _, a := range r.got() {
			_, day, _ := strings.Cut(a.body, `"dateOfBirth":"`)
			day, _, _ = strings.Cut(day, `"`)
			if day < last[a.id] {
				t.Errorf("%s: the state of day %s came after that of day %s", a.id, day, last[a.id])
			}
			last[a.id] = day
		}
		for i := range people {
			if id := fmt.Sprintf("p%03d", i); last[id] != birthday(39) {
				t.Errorf("%s ends with day %s", id, last[id])
			}
		}
	})
}

// A change wakes the outbox, whatever it does at that moment, so that no delivery waits for the next poll.
func TestNoWakeIsLost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		people := w.people(8)
		q, _ := w.start(outbox.Options{Poll: 24 * time.Hour})
		q.Wake()
		var writers sync.WaitGroup
		for _, p := range people {
			writers.Go(func() {
				for day := range 15 {
					if err := w.tryBorn(p, day); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writers.Wait()
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		// One change at a time, each while the outbox is idle.
		for day := range 20 {
			w.born(people[0], 100+day)
			w.awaitDelivered(to)
		}
		w.expectPresent(t, to, r)
	})
}
