package outbox_test

import (
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/outbox"
)

// TestExample shows what the package is for: whatever changes in the registry and whatever a target answers, the
// target holds the present state in the end. Changes that wait together cost one message.
func TestExample(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic)

		// Changes enqueue a delivery of the person, whether or not an outbox runs. It is one, however many they are.
		person := w.person("ghopper")
		w.born(person, 1)
		w.born(person, 2)
		if !w.waiting(to) || len(r.got()) > 0 {
			t.Errorf("before an outbox runs a delivery is pending: %t, and there came %v", w.waiting(to), r.lines())
		}

		// A running outbox sends the state of the moment at which it sends.
		w.start(outbox.Options{})
		w.awaitDelivered(to)
		r.expectLines(t, "PUT ghopper")
		if message := r.entry("ghopper"); !strings.Contains(message, birthday(2)) {
			t.Errorf("the message is %s", message)
		}

		// A receiver that is out of service is tried again later. A change in the meantime is in the next try.
		r.reacts(always(reaction{status: 503}))
		w.born(person, 3)
		if row := w.failed(to, person, 1); row.waits() <= 0 || row.deadLettered {
			t.Errorf("after the first try it is %+v", row)
		}
		w.born(person, 4)
		r.reacts(nil)
		w.later(time.Hour)
		w.awaitDelivered(to)
		if message := r.entry("ghopper"); !strings.Contains(message, birthday(4)) {
			t.Errorf("the message is %s", message)
		}

		// A person who is deleted is deleted at the target, under the identifier that was last sent.
		w.delete(comity.CoPerson.Resource, person)
		w.awaitDelivered(to)
		r.expectLines(t, "PUT ghopper", "PUT ghopper", "PUT ghopper", "DELETE ghopper deleted")
	})
}
