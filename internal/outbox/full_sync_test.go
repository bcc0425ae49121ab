package outbox_test

import (
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
	"comity/internal/provisioning"
)

// startFullSync starts a full sync of a target.
func (w *fixture) startFullSync(q *instance, to target, onlyChanged, anew bool) provisioning.FullSync {
	w.t.Helper()
	s, err := q.StartFullSync(w.t.Context(), caller, to.id, provisioning.FullSyncOptions{OnlyChanged: onlyChanged, Anew: anew, MaxDeletes: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// awaitFullSync waits until a full sync has ended and nothing is pending.
func (w *fixture) awaitFullSync(q *instance, to target) (s provisioning.FullSync) {
	w.t.Helper()
	eventually(w.t, "the full sync has ended", func() bool {
		status, err := q.Status(w.t.Context(), caller, to.id)
		if err != nil {
			w.t.Fatal(err)
		}
		s = status.FullSync
		return !s.Ended.IsZero() && status.Waiting == 0
	})
	return s
}

// A full sync sends everything to a receiver that has lost its data. With OnlyChanged it sends only what
// has changed.
func TestFullSync(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeManual)
		people := w.people(150)
		q, _ := w.start(outbox.Options{})
		if got := r.lines(); len(got) != 0 {
			t.Fatalf("a manual target was sent %v", got)
		}
		if s := w.startFullSync(q, to, false, false); s.Total != 150 || s.Taken != 0 {
			t.Errorf("it begins as %+v", s)
		}
		if s := w.awaitFullSync(q, to); s.Taken != 150 || s.Stopped {
			t.Errorf("it ends as %+v", s)
		}
		w.expectPresent(t, to, r)

		r.forget()
		w.startFullSync(q, to, true, false)
		w.awaitFullSync(q, to)
		r.expectLines(t)
		w.born(people[7], 1)
		w.delete(comity.CoPerson.Resource, people[9]) // nothing is enqueued for a manual target
		w.startFullSync(q, to, true, false)
		w.awaitFullSync(q, to)
		if got := r.got(); len(got) != 2 {
			t.Errorf("of two changes was sent %v", r.lines())
		}
		w.expectPresent(t, to, r)
	})
}

// A full sync of an unreachable target ends when everybody was tried, without waiting for another probe.
func TestRunEndsWhileItsTargetIsAway(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		r.reacts(always(reaction{status: 500}))
		to := w.target(r, comity.ModeManual)
		people := w.people(20)
		q, _ := w.start(outbox.Options{})
		w.startFullSync(q, to, false, false)
		for tried := 0; tried < len(people); {
			before := tried
			eventually(t, "more are tried", func() bool {
				tried = 0
				for _, p := range people {
					if row, _ := w.row(to, p); row.deadLettered {
						tried++
					}
				}
				return tried > before
			})
			if tried < len(people) {
				w.later(time.Hour)
			}
		}
		if s := w.awaitFullSync(q, to); s.Taken != int64(len(people)) || s.Stopped {
			t.Errorf("it ends as %+v", s)
		}
	})
}

// Changes are delivered before a full sync, and a stopped full sync continues where it was.
func TestRunIsStoppedAndGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		people := w.people(200)
		q, stop := w.start(outbox.Options{})
		w.awaitDelivered(to)
		r.forget()
		freed := make(chan struct{})
		r.reacts(heldUntil(t, freed, func(arrival) bool { return true }))
		w.startFullSync(q, to, false, false)
		eventually(t, "messages are in flight", func() bool { return len(r.got()) == 4 })
		w.born(people[199], 1)
		s, found, err := q.StopFullSync(t.Context(), caller, to.id)
		if err != nil || !found || !s.Stopped || s.Taken >= 200 {
			t.Fatalf("stopped as %+v, %v, %v", s, found, err)
		}
		close(freed)
		w.awaitDelivered(to)
		if sent := len(r.got()); int64(sent) != s.Taken+1 {
			t.Errorf("%d messages were sent for a full sync that was stopped at %d, and one change", sent, s.Taken)
		}
		// Another instance continues it.
		stop()
		q, _ = w.start(outbox.Options{})
		if more := w.startFullSync(q, to, false, false); more.Total != 200-s.Taken || more.Last != s.Last {
			t.Errorf("goes on as %+v after %+v", more, s)
		}
		w.awaitFullSync(q, to)
		if sent := len(r.got()); sent != 201 {
			t.Errorf("%d messages for 200 people and one change", sent)
		}
		w.expectPresent(t, to, r)
	})
}

// A full sync that is started while no instance runs waits for one.
func TestRunOutlivesTheProgram(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		w.people(20)
		q, stop := w.start(outbox.Options{})
		w.awaitDelivered(to)
		stop()
		r.forget()
		w.startFullSync(q, to, false, false)
		w.later(time.Hour)
		r.expectLines(t)
		q, _ = w.start(outbox.Options{})
		w.awaitFullSync(q, to)
		if sent := len(r.got()); sent != 20 {
			t.Errorf("%d messages for 20 people", sent)
		}
	})
}
