package outbox_test

import (
	"errors"
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
	"comity/internal/provisioning"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// failedLong puts all deliveries to a target in the state after many failures of its receiver: their next
// tries, and the breaker's next probe, are far in the future.
func (w *fixture) failedLong(t target, people []int64) {
	w.t.Helper()
	now := w.clock.now()
	w.exec("UPDATE deliveries SET attempts = 12, attempted = $1, due = $2 WHERE due IS NOT NULL AND co_provisioning_target_id = $3", now.UnixMicro(), now.Add(10*time.Minute).UnixMicro(), t.id)
	open := queue.Breaker{Failing: peopleAsSubjects(people[:5]...), Opened: now, Probe: now.Add(10 * time.Minute), Probes: 7}
	err := w.store.Write(w.t.Context(), func(tx *db.Tx) error { return queue.SetBreaker(w.t.Context(), tx, t.id, open) })
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *fixture) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.sql().ExecContext(w.t.Context(), sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

// After any change that may have removed the reason for the failures, waiting deliveries are tried at once.
func TestCorrectionsAreTriedAtOnce(t *testing.T) {
	for name, act := range map[string]func(w *fixture, q *instance, to target, people []int64){
		"an edit of the target": func(w *fixture, _ *instance, to target, _ []int64) {
			w.edit(comity.CoProvisioningTarget.Resource, to.id, values{comity.CoProvisioningTarget.Description: "repaired"})
		},
		"an edit of its settings": func(w *fixture, _ *instance, to target, _ []int64) {
			w.edit(comity.CoApiProvisionerTarget.Resource, to.settings, values{comity.CoApiProvisionerTarget.Workers: 2})
		},
		"an edit of its server": func(w *fixture, _ *instance, to target, _ []int64) {
			w.edit(comity.Server.Resource, to.server, values{comity.Server.Description: "repaired"})
		},
		"an edit of the server's settings": func(w *fixture, _ *instance, to target, _ []int64) {
			w.edit(comity.HttpServer.Resource, to.http, values{comity.HttpServer.Username: "repaired"})
		},
		"the server's settings are given": func(w *fixture, _ *instance, to target, _ []int64) {
			f := comity.HttpServer
			url := w.view(f.Resource, to.http).Text(f.Serverurl)
			w.delete(f.Resource, to.http)
			w.add(f.Resource, values{f.ServerId: to.server, f.Serverurl: url, f.AuthType: comity.AuthNone})
		},
		"resend": func(w *fixture, q *instance, to target, people []int64) {
			if n, err := q.Resend(w.t.Context(), caller, to.id, nil); err != nil || n != int64(len(people)) {
				w.t.Errorf("resent %d: %v, want %d", n, err, len(people))
			}
		},
		"resend of one": func(w *fixture, q *instance, to target, people []int64) {
			one := comity.PersonSubject(people[3])
			if n, err := q.Resend(w.t.Context(), caller, to.id, &one); err != nil || n != 1 {
				w.t.Errorf("resent %d: %v, want 1", n, err)
			}
			w.start(outbox.Options{})
			w.breaker(to, func(b queue.Breaker) bool { return b.Opened.IsZero() })
			w.exec("UPDATE deliveries SET due = 0 WHERE due IS NOT NULL AND claimed = false AND co_provisioning_target_id = $1", to.id)
		},
		"a provision call": func(w *fixture, q *instance, to target, people []int64) {
			if _, err := w.provision(q, to, people[3]); err != nil {
				w.t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *fixture) {
				r := newReceiver(t)
				to := w.target(r, comity.ModeAutomatic)
				people := w.people(7)
				w.failedLong(to, people)
				q := w.queue(outbox.Options{})
				act(w, q, to, people)
				if b := w.breaker(to, nil); !b.Opened.IsZero() {
					t.Errorf("the breaker is still open: %+v", b)
				}
				w.run(q)
				w.awaitDelivered(to)
				w.expectPresent(t, to, r)
			})
		})
	}
}

// A message that was sent by old settings does not delay the next try when it fails.
func TestAnEditDuringADelivery(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		to := w.target(newReceiver(t), comity.ModeAutomatic)
		person := w.person("ghopper")
		fail := func(edited bool) {
			t.Helper()
			var claimed []queue.Delivery
			err := w.store.Write(t.Context(), func(tx *db.Tx) (err error) {
				claimed, err = queue.Claim(t.Context(), tx, to.id, 10, time.Hour)
				return err
			})
			if err != nil || len(claimed) != 1 {
				t.Fatalf("claimed %v: %v", claimed, err)
			}
			if edited {
				w.edit(comity.HttpServer.Resource, to.http, values{comity.HttpServer.Username: "repaired"})
			}
			claimed[0].Attempts++
			err = w.store.Write(t.Context(), func(tx *db.Tx) error {
				return queue.Finish(t.Context(), tx, []queue.Outcome{{Delivery: claimed[0], Down: true, Wait: time.Hour, Answer: "away"}})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		fail(true)
		if row, _ := w.row(to, person); row.due.After(w.clock.now()) || row.held || row.attempts != 1 {
			t.Errorf("edited meanwhile: noted as %+v", row)
		}
		fail(false)
		if row, _ := w.row(to, person); !row.due.After(w.clock.now()) {
			t.Errorf("not edited meanwhile: noted as %+v", row)
		}
	})
}

// After the clock was ahead for a while, no delivery waits until it reaches that time again.
func TestAStepOfTheClockParksNothing(t *testing.T) {
	const ahead = 1000 * time.Hour
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to, other := w.target(r, comity.ModeAutomatic), w.target(newReceiver(t), comity.ModeAutomatic)
		o := outbox.Options{Lease: time.Second, Limit: time.Second / 2}
		people := w.people(8)
		stop := w.run(w.queueOver(w.store, o))
		w.awaitDelivered(to)
		w.awaitDelivered(other)
		stop()

		w.clock.ahead.Add(int64(ahead))
		w.failedLong(to, people) // no delivery waits yet, but the breaker does
		for day, person := range people {
			w.born(person, day)
		}
		err := w.store.Write(t.Context(), func(tx *db.Tx) error {
			claimed, err := queue.Claim(t.Context(), tx, to.id, 4, time.Hour)
			if err != nil || len(claimed) != 4 {
				t.Errorf("claimed %v: %v", claimed, err)
				return err
			}
			for i := range claimed[:2] {
				claimed[i].Attempts++
				if err := queue.Finish(t.Context(), tx, []queue.Outcome{{Delivery: claimed[i], Down: true, Wait: time.Second, Answer: "away"}}); err != nil {
					return err
				}
			}
			return queue.StartFullSync(t.Context(), tx, other.id, w.co, comity.Subject{}, false)
		})
		if err != nil {
			t.Fatal(err)
		}
		w.clock.ahead.Add(-int64(ahead))
		w.run(w.queueOver(w.store, o))
		w.awaitDelivered(to)
		w.awaitDelivered(other)
		w.expectPresent(t, to, r)

		// The same while the outbox runs: deliveries enqueued ahead of time are due when the clock is back.
		w.clock.ahead.Add(int64(ahead))
		r.reacts(always(reaction{status: 503}))
		w.born(people[0], 100)
		w.failed(to, people[0], 1)
		w.clock.ahead.Add(-int64(ahead))
		r.reacts(nil)
		w.born(people[1], 101)
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		if s, err := w.queue(outbox.Options{}).Status(t.Context(), caller, to.id); err != nil || s.LastSuccess.After(w.clock.now()) {
			t.Errorf("its last delivery was at %v: %v", s.LastSuccess, err)
		}
	})
}

// An edit that changes no value changes no message, and enqueues nothing.
func TestAnEditThatChangesNothingMakesNoDrift(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic, withGroups)
		s := w.profile("ghopper")
		boss := w.person("")
		w.edit(comity.CoPersonRole.Resource, s.role, values{comity.CoPersonRole.ManagerCoPersonId: boss})
		w.later(time.Hour)
		q, _ := w.start(outbox.Options{})
		w.startFullSync(q, to, false, false) // the automatic groups are older than the target
		w.awaitFullSync(q, to)
		w.awaitDelivered(to)
		again := func(when string) {
			t.Helper()
			for _, subject := range []comity.Subject{comity.PersonSubject(s.person), comity.GroupSubject(s.group)} {
				p, err := q.Preview(t.Context(), caller, to.id, subject)
				if err != nil || len(p.Differences) > 0 {
					t.Errorf("%s %v differs: %+v, %v", when, subject, p.Differences, err)
				}
				plan, _, err := q.Plan(t.Context(), caller, to.id, provisioning.Span{One: subject}, true)
				if err != nil || len(plan) != 1 || plan[0].Unchanged == "" {
					t.Errorf("%s %v is to be sent: %+v, %v", when, subject, plan, err)
				}
			}
		}
		again("at first")
		shown := map[*comity.Resource]int64{
			comity.CoPerson.Resource: s.person, comity.Name.Resource: s.name, comity.Identifier.Resource: s.identifier,
			comity.EmailAddress.Resource: s.mail, comity.Url.Resource: s.url, comity.CoPersonRole.Resource: s.role,
			comity.Address.Resource: s.address, comity.TelephoneNumber.Resource: s.phone, comity.CoGroup.Resource: s.group,
		}
		for range 2 {
			w.later(time.Hour)
			for res, id := range shown {
				before := w.view(res, id)
				w.edit(res, id, nil)
				if after := w.view(res, id); after.Revision != before.Revision+1 || !after.Modified.After(before.Modified) {
					t.Errorf("the edit of %s is no revision", res.Singular)
				}
			}
			again("after edits that change nothing")
		}
		w.delete(comity.CoPerson.Resource, boss)
		again("after what no message shows was cleared")
		w.awaitDelivered(to)

		w.later(time.Hour)
		w.edit(comity.Name.Resource, s.name, values{comity.Name.Given: "Rear Admiral"})
		name := w.view(comity.Name.Resource, s.name)
		if at, revision := name.LastChange(); !at.Equal(name.Modified) || revision != name.Revision {
			t.Errorf("changed at %v as revision %d, modified at %v as %d", at, revision, name.Modified, name.Revision)
		}
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
		again("after a change")
	})
}

// People without an identifier of the type are left out, and do not count as failed.
func TestLeftOut(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		w.person("ghopper")
		nameless, badge := w.person(""), w.person("")
		f := comity.Identifier
		w.add(f.Resource, values{f.Identifier: "b1", f.Type: "badge", f.Status: comity.Active, f.Person: of(comity.OwnerCO, badge)})
		observed := make(chan bool, 100)
		q, _ := w.start(outbox.Options{Observe: func(_ int64, ok bool, _ time.Duration) { observed <- ok }})
		w.awaitDelivered(to)
		expect := func(when string, want int64, why string) {
			t.Helper()
			s, err := q.Status(t.Context(), caller, to.id)
			if err != nil || s.Failed != 0 || s.LeftOut != want || s.WhyLeftOut != why || s.Waiting != 0 {
				t.Errorf("%s: %+v, %v; want %d left out: %s", when, s.TargetStatus, err, want, why)
			}
			failed, err := q.Failed(t.Context(), caller, to.id, comity.Subject{}, 10)
			if err != nil || len(failed) > 0 {
				t.Errorf("%s failed: %+v, %v", when, failed, err)
			}
			if n, err := q.Resend(t.Context(), caller, to.id, nil); err != nil || n != 0 {
				t.Errorf("%s: %d are sent again: %v", when, n, err)
			}
		}
		expect("two without a uid", 2, "no identifier of type uid")
		s, err := q.SubjectStatus(t.Context(), caller, to.id, comity.PersonSubject(nameless))
		if err != nil || s.State != provisioning.StateLeftOut || s.Answer != "no identifier of type uid" || s.Attempts != 0 {
			t.Errorf("one of them is %s (%s), %d attempts: %v", s.State, s.Answer, s.Attempts, err)
		}
		w.born(nameless, 1)
		w.awaitDelivered(to)
		expect("one of them changes", 2, "no identifier of type uid")
		if _, err := w.provision(q, to, nameless); err == nil || !isUndelivered(err) {
			t.Errorf("a provision call about them says %v", err)
		}
		expect("after a provision call", 2, "no identifier of type uid")
		id := w.identifier(nameless, "kjohnson")
		w.awaitDelivered(to)
		expect("one has one now", 1, "no identifier of type uid")
		w.expectPresent(t, to, r)
		w.delete(f.Resource, id)
		w.awaitDelivered(to)
		expect("and lost it", 2, "no identifier of type uid")
		w.expectPresent(t, to, r)
		w.edit(comity.CoApiProvisionerTarget.Resource, to.settings, values{comity.CoApiProvisionerTarget.IdentifierType: "badge"})
		w.awaitDelivered(to)
		expect("sent under another type", 1, "no identifier of type badge")
		if row, _ := w.row(to, badge); row.identifier != "b1" {
			t.Errorf("who has that one is noted as %+v", row)
		}
		for len(observed) > 0 {
			if !<-observed {
				t.Error("a delivery is counted as failed")
			}
		}
	})
}

func isUndelivered(err error) bool {
	var e *comity.Error
	return errors.As(err, &e) && e.Code == comity.Undelivered && e.Detail == "no identifier of type uid"
}
