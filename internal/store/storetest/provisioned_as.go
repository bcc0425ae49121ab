package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// testProvisionedAs stores the identifiers that a target may have while a delivery is in flight.
func testProvisionedAs(t *testing.T, bed *bed, c *clock) {
	provision := func(s *deliveryFixture, deliveries ...queue.Delivery) {
		s.clock.move(time.Second)
		s.write(t, func(ctx context.Context, tx *db.Tx) error { return queue.SetProvisionedAs(ctx, tx, deliveries) })
	}
	t.Run("while it is held", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		first := s.marks(t)
		d, now := s.claims(t)
		want := delivery{Version: 1, Due: now.Add(time.Minute), Held: true, Since: first, Sequence: 1}
		provision(s)
		s.is(t, want)
		d.ProvisionedAs = comity.ProvisionedAs{Identifier: "ada", Obsolete: []string{"old"}}
		provision(s, d)
		want.Identifier, want.Obsolete = "ada", `["old"]`
		s.is(t, want)
		// The next worker that claims the delivery gets the identifiers.
		c.move(time.Hour)
		bed.givesBack(t, s, 1)
		if d, _ = s.claims(t); !sameProvisionedAs(d.ProvisionedAs, comity.ProvisionedAs{Identifier: "ada", Obsolete: []string{"old"}}) {
			t.Errorf("taken over: %+v", d)
		}
	})
	t.Run("after somebody has taken it over, or it is done", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		s.marks(t)
		late, _ := s.claims(t)
		late.ProvisionedAs.Identifier = "late"
		c.move(time.Hour)
		bed.givesBack(t, s, 1)
		d, _ := s.claims(t)
		provision(s, late)
		if got := s.row(t); got.Identifier != "" {
			t.Errorf("delivery %+v has an identifier that was set too late", got)
		}
		s.finishes(t, queue.Outcome{Delivery: d, OK: true})
		d.ProvisionedAs.Identifier = "late"
		provision(s, d)
		if got := s.row(t); got.Identifier != "" {
			t.Errorf("delivery %+v has an identifier that was set too late", got)
		}
	})
}

// testForgot has a target delete an identifier that another person has now: a delivery of that person is
// enqueued.
func testForgot(t *testing.T, bed *bed, c *clock) {
	f := comity.Identifier
	s, elsewhere := bed.deliveryFixture(t, c), bed.deliveryFixture(t, c)
	other, third := bed.person(t, s.co), bed.person(t, s.co)
	add := func(person *comity.Record, identifier string) {
		bed.insert(t, f.Resource, f.Person, person, f.Identifier, identifier, f.Type, unique("type"))
	}
	add(other, "Ada")
	add(other, "its own")
	add(third, "ADA")
	add(elsewhere.person, "Ada")
	elsewhere.queues(t)
	bed.forget(t, elsewhere.co)
	bed.mark(t, s.co, other.Id, third.Id)
	bed.forget(t, s.co)
	add(s.person, "Ada 2")
	s.marks(t)
	d, _ := s.claims(t)
	now := s.finishes(t, queue.Outcome{Delivery: d, OK: true, Forgot: []string{"Ada", "nobody's"}})
	want := []pair{{s.target.Id, other.Id}}
	if diff := cmp.Diff(want, bed.marked(t, s.co), cmp.AllowUnexported(pair{})); diff != "" {
		t.Errorf("enqueued again (-want +got):\n%s", diff)
	}
	if left := bed.marked(t, elsewhere.co); len(left) > 0 {
		t.Errorf("enqueued in another CO: %v", left)
	}
	for _, d := range bed.deliveries(t, s.co) {
		if d.person == other.Id && (!d.Due.Equal(now) || !d.Since.Equal(now)) {
			t.Errorf("delivery %+v, want it due at %v", d, now)
		}
	}
}
