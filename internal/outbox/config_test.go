package outbox_test

import (
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
)

// Deliveries to a target that is not configured fail until it is, and do not delay other targets. Changes in
// the meantime are not lost.
func TestTargetNotConfigured(t *testing.T) {
	server, settings, web := comity.Server, comity.CoApiProvisionerTarget, comity.HttpServer
	tests := []struct {
		name     string
		breaks   func(w *fixture, to *target)
		answer   string
		repaired func(w *fixture, r *receiver, to *target)
	}{
		{
			"without settings",
			func(w *fixture, to *target) { w.delete(settings.Resource, to.settings) },
			"the target is not configured: it has no CoApiProvisionerTarget",
			func(w *fixture, _ *receiver, to *target) {
				to.settings = w.add(settings.Resource, values{
					settings.CoProvisioningTargetId: to.id, settings.ServerId: to.server,
					settings.Mode: comity.ProtocolPUT, settings.IdentifierType: "uid",
				})
			},
		},
		{
			"without HTTP settings of its server",
			func(w *fixture, to *target) { w.delete(web.Resource, to.http) },
			"the target is not configured: its server has no HttpServer",
			func(w *fixture, r *receiver, to *target) {
				to.http = w.add(web.Resource, values{web.ServerId: to.server, web.Serverurl: r.server.URL, web.AuthType: comity.AuthNone})
			},
		},
		{
			"with a suspended server",
			func(w *fixture, to *target) {
				w.edit(server.Resource, to.server, values{server.Status: comity.Suspended})
			},
			"the target is not configured: its server is suspended",
			func(w *fixture, _ *receiver, to *target) {
				w.edit(server.Resource, to.server, values{server.Status: comity.Active})
			},
		},
	}
	onBoth(t, func(t *testing.T, w *fixture) {
		good := newReceiver(t)
		other := w.target(good, comity.ModeAutomatic)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				r := newReceiver(t)
				to := w.target(r, comity.ModeAutomatic)
				uid := w.person("ghopper")
				gone := w.person("lovelace")
				_, stop := w.start(outbox.Options{})
				defer stop()
				w.awaitDelivered(to)
				tt.breaks(w, &to)
				w.born(uid, 1)
				w.delete(comity.CoPerson.Resource, gone)
				defer w.delete(comity.CoPerson.Resource, uid)
				for n := int64(1); n <= 6; n++ {
					for _, p := range []int64{uid, gone} {
						if row := w.failed(to, p, n); row.deadLettered || row.answer != tt.answer {
							t.Errorf("noted as %+v", row)
						}
					}
					w.later(time.Hour)
				}
				w.awaitDelivered(other)
				w.expectPresent(t, other, good)
				tt.repaired(w, r, &to)
				w.settleWithin(to, time.Hour)
				w.expectPresent(t, to, r)
				w.setMode(to, comity.ModeDisabled)
			})
		}
	})
}

// settleWithin waits until no delivery is pending, moving the clock by each between retries.
func (w *fixture) settleWithin(to target, each time.Duration) {
	w.t.Helper()
	eventually(w.t, "nothing is pending", func() bool {
		w.later(each)
		return !w.waiting(to)
	})
}

// An instance with the wrong secret key cannot deliver to targets that need a password. It records that,
// delivers to the other targets, and an instance with the right key later sends everything.
func TestWrongSecretKey(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r, plain := newReceiver(t), newReceiver(t)
		to := w.target(r, comity.ModeAutomatic, values{comity.HttpServer.AuthType: comity.AuthBearer, comity.HttpServer.Password: "sesame"})
		other := w.target(plain, comity.ModeAutomatic)
		people := w.people(20)

		wrong := w.elsewhere(1, w.database)
		stop := wrong.run(wrong.queue(outbox.Options{}))
		w.awaitDelivered(other)
		w.expectPresent(t, other, plain)
		for n := int64(1); n <= 3; n++ {
			for _, p := range people {
				row := w.failed(to, p, n)
				if row.deadLettered || row.answer != "an error of the registry itself: see its log" || n == 3 && row.waits() < 3*time.Second {
					t.Errorf("noted as %+v", row)
				}
			}
			wrong.later(time.Hour)
		}
		stop()
		if got := r.lines(); len(got) > 0 {
			t.Errorf("sent without the password: %v", got)
		}
		w.start(outbox.Options{})
		w.settleWithin(to, time.Hour)
		w.expectPresent(t, to, r)
	})
}

// Deleting a target deletes its deliveries, in whatever state they are.
func TestTargetDeletedWhileAtWork(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r, good := newReceiver(t), newReceiver(t)
		to, other := w.target(r, comity.ModeAutomatic), w.target(good, comity.ModeAutomatic)
		freed := make(chan struct{})
		r.reacts(heldUntil(t, freed, func(arrival) bool { return true }))
		people := w.people(100)
		_, stop := w.start(outbox.Options{})
		eventually(t, "messages are in flight", func() bool { return len(r.got()) == 4 })
		w.delete(comity.CoProvisioningTarget.Resource, to.id)
		close(freed)
		for i, p := range people {
			w.born(p, i)
		}
		w.awaitDelivered(other)
		w.expectPresent(t, other, good)
		stop()
		for _, p := range people {
			if row, found := w.row(to, p); found {
				t.Fatalf("there is a delivery of a deleted target: %+v", row)
			}
		}
	})
}

// A deleted CO sends no messages.
func TestDeletedCOSendsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		w.people(5)
		_, stop := w.start(outbox.Options{})
		w.awaitDelivered(to)
		r.forget()
		w.delete(comity.Co.Resource, w.co)
		stop()
		r.expectLines(t)
		if w.waiting(to) {
			t.Error("a delivery is pending")
		}
	})
}
