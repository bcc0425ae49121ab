package outbox_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
	"comity/internal/provisioning"
)

// The modes of a target: which changes are enqueued, and what a provision call does.
var modes = []struct {
	mode string
	// enqueued says that a change is enqueued for the target, first that the change to Active is.
	enqueued, first bool
	// call is the result of a provision call: sent before the answer, queued, or forbidden.
	call string
}{
	{comity.ModeAutomatic, true, true, "sent"},
	{comity.ModeQueue, true, true, "queued"},
	{comity.ModeQueueOnError, true, true, "sent"},
	{comity.ModeEnrolment, false, true, "sent"},
	{comity.ModeManual, false, false, "sent"},
	{comity.ModeDisabled, false, false, "forbidden"},
}

func TestModes(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		q := w.queue(outbox.Options{})
		for _, tt := range modes {
			t.Run(tt.mode, func(t *testing.T) {
				r := newReceiver(t)
				to := w.target(r, tt.mode)
				if w.waiting(to) {
					t.Error("adding a target enqueues a delivery")
				}
				f := comity.CoPerson
				person := w.add(f.Resource, values{f.Status: comity.Pending})
				defer w.delete(f.Resource, person)
				w.identifier(person, "ghopper")
				if got := w.waiting(to); got != tt.enqueued {
					t.Errorf("a change is enqueued: %t, want %t", got, tt.enqueued)
				}
				w.edit(f.Resource, person, values{f.Status: comity.Active})
				if got := w.waiting(to); got != tt.first {
					t.Errorf("the first Active is enqueued: %t, want %t", got, tt.first)
				}
				stop := w.run(q)
				defer stop()
				w.awaitDelivered(to)
				if got := len(r.got()) > 0; got != tt.first {
					t.Errorf("the first Active is sent: %t, want %t", got, tt.first)
				}
				stop()
				r.forget()

				w.edit(f.Resource, person, values{f.Status: comity.Expired})
				w.edit(f.Resource, person, values{f.Status: comity.Active})
				if got := w.waiting(to); got != tt.enqueued {
					t.Errorf("a later change is enqueued: %t, want %t", got, tt.enqueued)
				}

				queued, err := w.provision(q, to, person)
				var refused *comity.Error
				switch tt.call {
				case "sent":
					if queued || err != nil || len(r.got()) != 1 || w.waiting(to) {
						t.Errorf("a provision call: queued %t, %v, %v, waiting %t", queued, err, r.lines(), w.waiting(to))
					}
				case "queued":
					if !queued || err != nil || len(r.got()) != 0 || !w.waiting(to) {
						t.Errorf("a provision call: queued %t, %v, %v, waiting %t", queued, err, r.lines(), w.waiting(to))
					}
					stop := w.run(q)
					w.awaitDelivered(to)
					stop()
				case "forbidden":
					if !errors.As(err, &refused) || refused.Phrase != "Forbidden" || w.waiting(to) || len(r.got()) > 0 {
						t.Errorf("a provision call: %v, %v", err, r.lines())
					}
					return
				}
				w.expectPresent(t, to, r)
			})
		}
	})
}

// In mode E the first message is sent even if it could not be sent at first: once there is an identifier for
// it, or a refused one has changed. Later changes are not sent.
func TestFirstMessageThatCouldNotBeSent(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic, values{comity.CoProvisioningTarget.MaxRetry: 1})
		f := comity.CoPerson
		pending := w.add(f.Resource, values{f.Status: comity.Pending})
		q, _ := w.start(outbox.Options{})
		w.awaitDelivered(to)
		w.setMode(to, comity.ModeEnrolment)
		nameless, refused := w.person(""), w.add(f.Resource, values{f.Status: comity.Pending})
		w.identifier(refused, "refused")
		gone := w.person("")
		r.reacts(always(reaction{status: 422}))
		w.edit(f.Resource, refused, values{f.Status: comity.Active})
		w.edit(f.Resource, pending, values{f.Status: comity.Active})
		state := func(person int64, want string) {
			t.Helper()
			eventually(t, want, func() bool {
				s, err := q.SubjectStatus(t.Context(), caller, to.id, comity.PersonSubject(person))
				return err == nil && s.State == want
			})
		}
		state(nameless, provisioning.StateLeftOut)
		state(gone, provisioning.StateLeftOut)
		state(pending, provisioning.StateLeftOut)
		w.later(time.Hour)
		state(refused, provisioning.StateFailed)
		r.reacts(nil)
		r.forget()
		w.identifier(nameless, "ghopper")
		w.delete(f.Resource, gone)
		state(nameless, provisioning.StateDelivered)
		w.identifier(pending, "pending")
		state(pending, provisioning.StateDelivered)
		w.born(refused, 1)
		state(refused, provisioning.StateDelivered)
		w.born(nameless, 2)
		w.born(refused, 3)
		if w.waiting(to) {
			t.Error("a later change is enqueued")
		}
		r.expectLines(t, "PUT ghopper", "PUT pending", "PUT refused")
	})
}

// Pending deliveries are kept while a target is disabled, and sent when its mode is set back. Changes in
// another mode are enqueued only if that mode enqueues changes.
func TestDisabledAndBack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		q := w.queue(outbox.Options{})
		for _, away := range []string{comity.ModeDisabled, comity.ModeManual} {
			t.Run(away, func(t *testing.T) {
				r, fence := newReceiver(t), newReceiver(t)
				to, other := w.target(r, comity.ModeAutomatic), w.target(fence, comity.ModeAutomatic)
				before := w.person("before" + away)
				w.setMode(to, away)
				w.person("meanwhile" + away)
				stop := w.run(q)
				defer stop()
				w.awaitDelivered(other)
				if got := r.lines(); len(got) > 0 {
					t.Errorf("away in mode %s it was sent %v", away, got)
				}
				if row, _ := w.row(to, before); row.held || row.sequence > 0 {
					t.Errorf("the pending delivery was changed: %+v", row)
				}
				w.setMode(to, comity.ModeAutomatic)
				w.awaitDelivered(to)
				r.expectLines(t, "PUT before"+away)
			})
		}
	})
}

// Disabling a target stops its pending deliveries even if its dispatcher is at work: no more is sent than
// the dispatcher holds.
func TestDisabledWhileAtWork(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		people := w.people(200)
		freed := make(chan struct{})
		r.reacts(heldUntil(t, freed, func(arrival) bool { return true }))
		w.start(outbox.Options{})
		eventually(t, "messages are in flight", func() bool { return len(r.got()) == 4 })
		w.setMode(to, comity.ModeDisabled)
		close(freed)
		held := func(p int64) bool {
			row, _ := w.row(to, p)
			return row.held
		}
		eventually(t, "nothing is in flight any more", func() bool { return !slices.ContainsFunc(people, held) })
		if sent := len(r.got()); sent > 128 {
			t.Errorf("%d messages were sent, and a dispatcher holds 128", sent)
		}
		if !w.waiting(to) {
			t.Error("the others are not pending any more")
		}
		w.setMode(to, comity.ModeAutomatic)
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
	})
}

// Failed deliveries wait for a retry in the modes that retry; in mode M they are dead-lettered.
func TestFailedProvisionCall(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		for _, tt := range []struct {
			mode        string
			deadLetters bool
		}{
			{comity.ModeAutomatic, false},
			{comity.ModeQueueOnError, false},
			{comity.ModeEnrolment, false},
			{comity.ModeManual, true},
		} {
			t.Run(tt.mode, func(t *testing.T) {
				r := newReceiver(t)
				to := w.target(r, comity.ModeDisabled)
				person := w.person("ghopper")
				defer w.delete(comity.CoPerson.Resource, person)
				w.setMode(to, tt.mode)
				q := w.queue(outbox.Options{})
				r.reacts(always(reaction{status: 500}))
				_, err := w.provision(q, to, person)
				var failed *comity.Error
				if !errors.As(err, &failed) || failed.Code != comity.Undelivered || !strings.HasPrefix(failed.Detail, "500 Internal Server Error: the receiver answers 500") {
					t.Errorf("got %v", err)
				}
				row, _ := w.row(to, person)
				if row.deadLettered != tt.deadLetters || row.due.IsZero() != tt.deadLetters || row.attempts != 1 || !strings.HasPrefix(row.answer, "500") {
					t.Errorf("noted as %+v", row)
				}
				r.reacts(nil)
				r.forget()
				stop := w.run(q)
				defer stop()
				w.later(time.Hour)
				w.awaitDelivered(to)
				if got := len(r.got()); (got == 0) != tt.deadLetters {
					t.Errorf("sent again %d times", got)
				}
				if _, err := w.provision(q, to, person); err != nil {
					t.Error(err)
				}
				w.expectPresent(t, to, r)
				if row, _ := w.row(to, person); row.deadLettered || row.answer != "OK" {
					t.Errorf("noted as %+v", row)
				}
			})
		}
	})
}
