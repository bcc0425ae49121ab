package outbox_test

import (
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
)

// A message that hangs does not delay other people at the same target.
func TestHangingPersonHoldsUpNoOther(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		freed := make(chan struct{})
		r.reacts(heldUntil(t, freed, func(a arrival) bool { return a.id == "p000" }))
		people := w.people(150)
		w.start(outbox.Options{Limit: time.Minute})
		eventually(t, "all others are sent", func() bool { return len(r.ids()) == len(people)-1 })
		for i, p := range people {
			w.born(p, i)
		}
		eventually(t, "all others are sent again", func() bool { return len(r.got()) >= 2*len(people)-1 })
		if row, _ := w.row(to, people[0]); !row.held {
			t.Errorf("the one who hangs: %+v", row)
		}
		close(freed)
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		r.expectInOrder(t)
	})
}

// More messages hang than are sent concurrently: when they are given up, the others are sent.
func TestHangingPeopleLetOthersPass(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		hangs := func(a arrival) bool { return a.id < "p006" }
		r.reacts(func(a arrival) reaction { return reaction{silent: hangs(a)} })
		people := w.people(80)
		w.start(outbox.Options{Limit: 500 * time.Millisecond})
		eventually(t, "all others are sent", func() bool { return len(r.ids()) == len(people)-6 })
		for _, p := range people[:6] {
			if row := w.failed(to, p, 1); row.deadLettered {
				t.Errorf("noted as %+v", row)
			}
		}
		r.reacts(nil)
		w.later(time.Hour)
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
	})
}

// A target that hangs, one that is unreachable and one that always fails delay neither another target nor
// writes to the registry.
func TestBadTargetsHoldUpNoOther(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		freed := make(chan struct{})
		silent, dead, failing, good := newReceiver(t), newReceiver(t), newReceiver(t), newReceiver(t)
		silent.reacts(heldUntil(t, freed, func(arrival) bool { return true }))
		failing.reacts(always(reaction{status: 500}))
		dead.server.Close()
		slow := w.target(silent, comity.ModeAutomatic)
		w.target(dead, comity.ModeAutomatic)
		bad := w.target(failing, comity.ModeAutomatic)
		to := w.target(good, comity.ModeAutomatic)
		q, _ := w.start(outbox.Options{Limit: time.Minute})
		people := w.people(30)
		w.awaitDelivered(to)
		w.expectPresent(t, to, good)
		for i, p := range people {
			w.born(p, i)
			if _, err := w.provision(q, to, p); err != nil {
				t.Error(err)
			}
		}
		w.awaitDelivered(to)
		w.expectPresent(t, to, good)
		if got := silent.ids(); len(got) > 0 {
			t.Errorf("the one that hangs has taken %v", got)
		}
		close(freed)
		failing.reacts(nil)
		w.awaitDelivered(slow)
		w.expectPresent(t, slow, silent)
		w.later(time.Hour)
		w.awaitDelivered(bad)
		w.expectPresent(t, bad, failing)
	})
}

// The dispatcher of a slow target claims only what it will soon send, so that other deliveries stay free for
// other instances and are read as late as possible.
func TestSlowTargetIsClaimedAsItGoes(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		const took = time.Second
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		people := w.people(100)
		r.reacts(func(arrival) reaction {
			select {
			case <-time.After(took):
			case <-t.Context().Done():
			}
			return reaction{}
		})
		_, stop := w.start(outbox.Options{Width: 2, Limit: 3 * time.Second})
		// Five seconds' worth at two messages a second.
		eventually(t, "it holds no more than it will soon send", func() bool {
			held := w.held(to)
			return held > 0 && held <= 10 && len(r.got()) > 2
		})
		r.reacts(nil)
		stop()
		w.start(outbox.Options{})
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		if n := len(r.ids()); n != len(people) {
			t.Errorf("%d people are there", n)
		}
	})
}
