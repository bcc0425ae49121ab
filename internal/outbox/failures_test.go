package outbox_test

import (
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// Deliveries that fail by the receiver's fault are retried until they succeed, without a limit; deliveries
// whose message is refused are dead-lettered after MaxRetry retries. Each receiver here fails in its own way,
// and all are sent the same person.
func TestFailures(t *testing.T) {
	const maxRetry = 2
	tests := []struct {
		name        string
		how         reaction
		deadLetters bool
		answer      string
	}{
		{"an error of the receiver", reaction{status: 500}, false, "500 Internal Server Error: the receiver answers 500"},
		{"a receiver that is not there behind its proxy", reaction{status: 502}, false, "502 Bad Gateway: the receiver answers 502"},
		{"a receiver that is busy", reaction{status: 503}, false, "503 Service Unavailable: the receiver answers 503"},
		{"too many requests", reaction{status: 429}, false, "429 Too Many Requests: the receiver answers 429"},
		{"too slow a request", reaction{status: 408}, false, "408 Request Timeout: the receiver answers 408"},
		{"a wrong password", reaction{status: 401}, false, "401 Unauthorized: the receiver answers 401"},
		{"no right to", reaction{status: 403}, false, "403 Forbidden: the receiver answers 403"},
		{"a proxy's password", reaction{status: 407}, false, "407 Proxy Authentication Required: the receiver answers 407"},
		{"a redirect", reaction{status: 302}, false, "302 Found: the receiver answers 302"},
		{"half an answer", reaction{cut: true}, false, "the connection was closed before an answer came"},
		{"no answer and the end of the connection", reaction{cutBefore: true}, false, "the connection was closed before an answer came"},
		{"a message that is not understood", reaction{status: 400}, true, "400 Bad Request: the receiver answers 400"},
		{"a path that is not there", reaction{status: 404}, true, "404 Not Found: the receiver answers 404"},
		{"a conflict", reaction{status: 409}, true, "409 Conflict: the receiver answers 409"},
		{"a message that is too large", reaction{status: 413}, true, "413 Request Entity Too Large: the receiver answers 413"},
		{"a message that makes no sense", reaction{status: 422}, true, "422 Unprocessable Entity: the receiver answers 422"},
	}
	onBoth(t, func(t *testing.T, w *fixture) {
		receivers, targets := make([]*receiver, len(tests)), make([]target, len(tests))
		for i, tt := range tests {
			receivers[i] = newReceiver(t)
			receivers[i].reacts(always(tt.how))
			targets[i] = w.target(receivers[i], comity.ModeAutomatic, values{comity.CoProvisioningTarget.MaxRetry: maxRetry})
		}
		person := w.person("ghopper")
		w.start(outbox.Options{})
		for n := int64(1); n <= maxRetry+2; n++ {
			for i, tt := range tests {
				if tt.deadLetters && n > maxRetry+1 {
					continue
				}
				row := w.failed(targets[i], person, n)
				if !strings.HasPrefix(row.answer, tt.answer) || row.attempts != n {
					t.Errorf("%s: noted as %+v, want %q, %d times", tt.name, row, tt.answer, n)
				}
				if last := tt.deadLetters && n == maxRetry+1; row.deadLettered != last || row.due.IsZero() != last {
					t.Errorf("%s: noted as %+v after %d tries", tt.name, row, n)
				}
			}
			if n < maxRetry+2 {
				w.later(time.Hour)
			}
		}
		for i := range tests {
			receivers[i].reacts(nil)
		}
		w.born(person, 1) // a dead-lettered delivery is due now, a waiting one later
		w.later(time.Hour)
		for i, tt := range tests {
			w.awaitDelivered(targets[i])
			w.expectPresent(t, targets[i], receivers[i])
			if row, _ := w.row(targets[i], person); row.deadLettered || row.attempts != 0 || row.refusals != 0 || row.answer != "OK" {
				t.Errorf("%s: noted as %+v in the end", tt.name, row)
			}
		}
	})
}

// A message without an answer is given up after Limit and retried until there is one.
func TestNoAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		person := w.person("ghopper")
		r.reacts(always(reaction{silent: true}))
		_, stop := w.start(outbox.Options{Limit: 200 * time.Millisecond})
		for n := int64(1); n <= 5; n++ {
			row := w.failed(to, person, n)
			if row.deadLettered || !strings.HasPrefix(row.answer, "no answer within") {
				t.Errorf("noted as %+v", row)
			}
			w.later(time.Hour)
		}
		stop()
		r.reacts(nil)
		w.start(outbox.Options{})
		w.later(time.Hour)
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
	})
}

// A dead-lettered delivery gets all its retries again when the person changes or a caller resends it.
func TestRestingGoesAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		q, _ := w.start(outbox.Options{})
		for name, again := range map[string]func(to target, person int64){
			"by a change": func(_ target, person int64) { w.born(person, 1) },
			"by a provision call": func(to target, person int64) {
				if _, err := w.provision(q, to, person); err == nil {
					t.Error("the call says that it was sent")
				}
			},
			"by a provision call that is queued": func(to target, person int64) {
				w.setMode(to, comity.ModeQueue)
				if queued, err := w.provision(q, to, person); !queued || err != nil {
					t.Errorf("queued: %t, %v", queued, err)
				}
			},
		} {
			t.Run(name, func(t *testing.T) {
				r := newReceiver(t)
				r.reacts(always(reaction{status: 400}))
				person := w.person("ghopper")
				defer w.delete(comity.CoPerson.Resource, person)
				to := w.target(r, comity.ModeAutomatic, values{comity.CoProvisioningTarget.MaxRetry: 1})
				w.born(person, 0)
				w.failed(to, person, 1)
				w.later(time.Hour)
				w.failed(to, person, 2)
				w.awaitDelivered(to)
				again(to, person)
				if row := w.failed(to, person, 3); row.deadLettered {
					t.Errorf("noted as %+v: there is one more try", row)
				}
				w.later(time.Hour)
				if row := w.failed(to, person, 4); !row.deadLettered {
					t.Errorf("noted as %+v: there is no more try", row)
				}
				w.awaitDelivered(to)
				if n := len(r.got()); n != 4 {
					t.Errorf("%d messages", n)
				}
			})
		}
	})
}

// The wait between two tries doubles, with a jitter of 20 %, up to RetryInterval. A receiver may ask for a
// longer one, up to the same limit.
func TestBackoff(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic, values{comity.CoProvisioningTarget.RetryInterval: 10})
		person := w.person("ghopper")
		for i, tt := range []struct {
			how         reaction
			least, most time.Duration
		}{
			{reaction{status: 500}, 800 * time.Millisecond, 1200 * time.Millisecond},
			{reaction{status: 500}, 1600 * time.Millisecond, 2400 * time.Millisecond},
			{reaction{status: 429, retryAfter: "7"}, 7 * time.Second, 7 * time.Second},
			{reaction{status: 429, retryAfter: "3600"}, 10 * time.Second, 10 * time.Second},
			{reaction{status: 429, retryAfter: "1"}, 8 * time.Second, 10 * time.Second},
			{reaction{status: 503, retryAfter: "soon"}, 8 * time.Second, 10 * time.Second},
		} {
			r.reacts(always(tt.how))
			if i == 0 {
				w.start(outbox.Options{})
			} else {
				w.later(time.Minute)
			}
			row := w.failed(to, person, int64(i)+1)
			if row.waits() < tt.least || row.waits() > tt.most {
				t.Errorf("try %d, answered %+v: the next one comes after %v, want %v to %v", i+1, tt.how, row.waits(), tt.least, tt.most)
			}
		}
		r.reacts(nil)
		w.later(time.Minute)
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)
	})
}

// Changes stay pending while a receiver is unreachable and are delivered when it is back.
func TestReceiverAway(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		address := r.server.Listener.Addr().String()
		to := w.target(r, comity.ModeAutomatic)
		people := w.people(10)
		q, _ := w.start(outbox.Options{})
		w.awaitDelivered(to)
		w.expectPresent(t, to, r)

		r.server.CloseClientConnections()
		r.server.Close()
		for i, p := range people {
			w.born(p, i)
		}
		w.delete(comity.CoPerson.Resource, people[9])
		people = append(people, w.person("newcomer"))
		w.breaker(to, func(b queue.Breaker) bool { return !b.Opened.IsZero() })
		for range 6 {
			// While the breaker is open, one message is tried at a time.
			before, probes := w.attempts(to, people), w.breaker(to, nil).Probes
			w.later(time.Hour)
			w.breaker(to, func(b queue.Breaker) bool { return b.Probes > probes })
			if tried := w.attempts(to, people) - before; tried != 1 {
				t.Errorf("%d messages were tried at an unreachable receiver", tried)
			}
		}
		for _, p := range people {
			if row, _ := w.row(to, p); row.deadLettered || row.attempts > 0 && !strings.Contains(row.answer, "connection refused") {
				t.Errorf("person %d is noted as %+v", p, row)
			}
		}
		retried, err := q.Retried(t.Context(), caller, to.id, 10)
		if err != nil || len(retried) == 0 || !strings.Contains(retried[0].Answer, "connection refused") {
			t.Errorf("the failures of the unreachable receiver are %+v, %v", retried, err)
		}
		if _, err := w.provision(q, to, people[0]); err == nil {
			t.Error("a provision call says that it was sent")
		}

		back := newReceiverAt(t, address)
		w.later(time.Hour)
		w.awaitDelivered(to)
		w.expectPresent(t, to, back)
		if b := w.breaker(to, nil); !b.Opened.IsZero() || len(b.Failing) > 0 {
			t.Errorf("the receiver is back and its breaker is %+v", b)
		}
	})
}

// Deliveries without a message do not change the breaker of an unreachable receiver, and do not prevent its
// probes.
func TestProbeThatSendsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		address := r.server.Listener.Addr().String()
		r.server.Close()
		to := w.target(r, comity.ModeAutomatic)
		w.people(10)
		w.start(outbox.Options{})
		w.breaker(to, func(b queue.Breaker) bool { return !b.Opened.IsZero() })
		for range 3 {
			w.person("")
		}
		back := newReceiverAt(t, address)
		w.later(time.Hour)
		w.awaitDelivered(to)
		w.expectPresent(t, to, back)
	})
}

// breaker waits until a condition holds for a target's breaker, and returns the breaker.
func (w *fixture) breaker(to target, so func(queue.Breaker) bool) (b queue.Breaker) {
	w.t.Helper()
	eventually(w.t, "the breaker is as expected", func() bool {
		err := w.store.Snapshot(w.t.Context(), func(tx *db.Tx) (err error) {
			b, err = queue.ReadBreaker(w.t.Context(), tx, to.id)
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
		return so == nil || so(b)
	})
	return b
}

// attempts returns how often messages about people have failed.
func (w *fixture) attempts(to target, people []int64) (n int64) {
	for _, p := range people {
		row, _ := w.row(to, p)
		n += row.attempts
	}
	return n
}

// A single person whose message fails does not open the breaker, however often it fails.
func TestOneBadPersonOpensNoBreaker(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		r.reacts(func(a arrival) reaction {
			if a.id == "poison" {
				return reaction{status: 500}
			}
			return reaction{}
		})
		to := w.target(r, comity.ModeAutomatic)
		bad := w.person("poison")
		w.start(outbox.Options{})
		for n := int64(1); n <= 8; n++ {
			w.failed(to, bad, n)
			w.later(time.Hour)
		}
		if b := w.breaker(to, nil); !b.Opened.IsZero() {
			t.Errorf("the breaker is %+v", b)
		}
		w.person("lovelace")
		eventually(t, "the other one is sent", func() bool { return len(r.ids()) == 1 })
	})
}

// newReceiverAt returns a receiver at the address of an earlier one.
func newReceiverAt(t *testing.T, address string) *receiver {
	t.Helper()
	var listener net.Listener
	eventually(t, "the address is free", func() (ok bool) {
		var err error
		listener, err = new(net.ListenConfig).Listen(t.Context(), "tcp", address)
		return err == nil
	})
	return receiverOn(t, listener)
}

// A person whose messages are all refused does not delay the others.
func TestRefusedPersonAmongOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)
		r.reacts(func(a arrival) reaction {
			if a.id == "p007" {
				return reaction{status: 400}
			}
			return reaction{}
		})
		people := w.people(30)
		w.start(outbox.Options{})
		for n := range 4 {
			row := w.failed(to, people[7], int64(n)+1)
			if row.deadLettered != (n == 3) {
				t.Errorf("after %s failures: %+v", strconv.Itoa(n+1), row)
			}
			w.later(time.Hour)
		}
		w.awaitDelivered(to)
		want := w.present(to)
		delete(want, "p007")
		if diff := r.differs(want); diff != "" {
			t.Error(diff)
		}
		if n := len(r.got()); n != 29+4 {
			t.Errorf("%d messages", n)
		}
	})
}
