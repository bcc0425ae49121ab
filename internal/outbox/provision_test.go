package outbox_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
)

// A provision call waits for a message in flight about the same person, and then sends its own.
func TestProvisionWaitsForWorker(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		person := w.person("ghopper")
		freed := make(chan struct{})
		r.reacts(heldUntil(t, freed, func(arrival) bool { return true }))
		q, _ := w.start(outbox.Options{})
		eventually(t, "a message is in flight", func() bool { return len(r.got()) == 1 })
		w.born(person, 1)
		sent := make(chan error, 1)
		go func() {
			_, err := w.provision(q, to, person)
			sent <- err
		}()
		close(freed)
		if err := <-sent; err != nil {
			t.Error(err)
		}
		if !strings.Contains(r.entry("ghopper"), birthday(1)) {
			t.Errorf("the call was answered, the receiver holds %s", r.entry("ghopper"))
		}
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		r.expectInOrder(t)
	})
}

// A provision call gives up after Limit when another worker keeps the delivery, and says so.
func TestProvisionGivesUpWaiting(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		person := w.person("ghopper")
		freed := make(chan struct{})
		r.reacts(heldUntil(t, freed, func(arrival) bool { return true }))
		w.start(outbox.Options{Limit: time.Minute})
		eventually(t, "a message is in flight", func() bool { return len(r.got()) == 1 })
		_, err := w.provision(w.queue(outbox.Options{Limit: 100 * time.Millisecond}), to, person)
		var failed *comity.Error
		if !errors.As(err, &failed) || failed.Code != comity.Undelivered || !strings.Contains(failed.Detail, "still under way") {
			t.Errorf("got %v", err)
		}
		close(freed)
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		r.expectLines(t, "PUT ghopper")
	})
}

// A provision call is finished even if its caller is gone.
func TestProvisionCallerGone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeManual)
		person := w.person("ghopper")
		ctx, cancel := context.WithCancel(t.Context())
		r.reacts(func(arrival) reaction {
			cancel()
			return reaction{}
		})
		if _, err := w.queue(outbox.Options{}).Provision(ctx, caller, to.id, comity.CoPerson.Resource, person); err != nil {
			t.Error(err)
		}
		if row, _ := w.row(to, person); row.held || row.answer != "OK" {
			t.Errorf("noted as %+v", row)
		}
	})
}

// With concurrent provision calls, changes and workers, the last message has the present state.
func TestProvisionAmongChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		person := w.person("ghopper")
		q, _ := w.start(outbox.Options{})
		w.start(outbox.Options{})
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				for range 15 {
					if _, err := w.provision(q, to, person); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Go(func() {
			for day := range 30 {
				if err := w.tryBorn(person, day); err != nil {
					t.Error(err)
				}
			}
		})
		all.Wait()
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		r.expectInOrder(t)
		last := ""
		for _, a := range r.got() {
			_, day, _ := strings.Cut(a.body, `"dateOfBirth":"`)
			if day < last {
				t.Errorf("%s came after %s", day, last)
			}
			last = day
		}
	})
}

// A provision call of a person whom the target should not, or no longer, hold.
func TestProvisionWithoutMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeManual)
		q := w.queue(outbox.Options{})

		nameless := w.person("")
		var failed *comity.Error
		if _, err := w.provision(q, to, nameless); !errors.As(err, &failed) || failed.Detail != "no identifier of type uid" {
			t.Errorf("without an identifier: %v", err)
		}
		pending := w.add(comity.CoPerson.Resource, values{comity.CoPerson.Status: comity.Pending})
		w.identifier(pending, "pending")
		if _, err := w.provision(q, to, pending); err != nil {
			t.Errorf("pending and never sent: %v", err)
		}
		r.expectLines(t)

		person := w.person("ghopper")
		if _, err := w.provision(q, to, person); err != nil {
			t.Error(err)
		}
		w.edit(comity.CoPerson.Resource, person, values{comity.CoPerson.Status: comity.Denied})
		if _, err := w.provision(q, to, person); err != nil {
			t.Errorf("denied and sent before: %v", err)
		}
		r.expectLines(t, "PUT ghopper", "DELETE ghopper deleted")
		w.expectPresent(t, to, r)
	})
}

// A provision call answers "not found" if the target is deleted while it runs.
func TestProvisionOfDeletedTarget(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		to := w.target(newReceiver(t), comity.ModeManual)
		person := w.person("ghopper")
		target := w.view(comity.CoProvisioningTarget.Resource, to.id)
		w.delete(comity.CoProvisioningTarget.Resource, to.id)
		var missing *comity.Error
		if err := w.queue(outbox.Options{}).DeliverNow(t.Context(), target, comity.PersonSubject(person)); !errors.As(err, &missing) || missing.Code != comity.NotFound {
			t.Errorf("got %v", err)
		}
		if _, found := w.row(to, person); found {
			t.Error("there is a delivery of a deleted target")
		}
	})
}
