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
func testProvisionedAs(t *testing.T, fx *fixture, c *clock) {
	provision := func(s *deliveryFixture, deliveries ...queue.Delivery) {
		s.clock.move(time.Second)
		s.write(t, func(ctx context.Context, tx *db.Tx) error { return queue.SetProvisionedAs(ctx, tx, deliveries) })
	}
	t.Run("while it is in flight", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		first := s.enqueueByChange(t)
		d, now := s.claimPerson(t)
		want := delivery{Version: 1, Due: now.Add(time.Minute), InFlight: true, Since: first, Sequence: 1}
		provision(s)
		s.is(t, want)
		d.ProvisionedAs = comity.ProvisionedAs{Identifier: "ada", Obsolete: []string{"old"}}
		provision(s, d)
		want.Identifier, want.Obsolete = "ada", `["old"]`
		s.is(t, want)
		// The next worker that claims the delivery gets the identifiers.
		c.move(time.Hour)
		fx.giveBackOverdue(t, s, 1)
		if d, _ = s.claimPerson(t); !sameProvisionedAs(d.ProvisionedAs, comity.ProvisionedAs{Identifier: "ada", Obsolete: []string{"old"}}) {
			t.Errorf("taken over: %+v", d)
		}
	})
	t.Run("after somebody has taken it over, or it is done", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		s.enqueueByChange(t)
		late, _ := s.claimPerson(t)
		late.ProvisionedAs.Identifier = "late"
		c.move(time.Hour)
		fx.giveBackOverdue(t, s, 1)
		d, _ := s.claimPerson(t)
		provision(s, late)
		if got := s.row(t); got.Identifier != "" {
			t.Errorf("delivery %+v has an identifier that was set too late", got)
		}
		s.finish(t, queue.Outcome{Delivery: d, OK: true})
		d.ProvisionedAs.Identifier = "late"
		provision(s, d)
		if got := s.row(t); got.Identifier != "" {
			t.Errorf("delivery %+v has an identifier that was set too late", got)
		}
	})
}

// testForgotten has a target delete an identifier that another person has now: a delivery of that person is
// enqueued.
func testForgotten(t *testing.T, fx *fixture, c *clock) {
	f := comity.Identifier
	s, elsewhere := fx.deliveryFixture(t, c), fx.deliveryFixture(t, c)
	other, third := fx.person(t, s.co), fx.person(t, s.co)
	add := func(person *comity.Record, identifier string) {
		fx.insert(t, f.Resource, f.Person, person, f.Identifier, identifier, f.Type, unique("type"))
	}
	add(other, "Ada")
	add(other, "its own")
	add(third, "ADA")
	add(elsewhere.person, "Ada")
	elsewhere.enqueueByRequest(t)
	fx.deliverAll(t, elsewhere.co)
	fx.enqueue(t, s.co, other.Id, third.Id)
	fx.deliverAll(t, s.co)
	add(s.person, "Ada 2")
	s.enqueueByChange(t)
	d, _ := s.claimPerson(t)
	now := s.finish(t, queue.Outcome{Delivery: d, OK: true, Deleted: []string{"Ada", "nobody's"}})
	want := []pair{{s.target.Id, other.Id}}
	if diff := cmp.Diff(want, fx.pending(t, s.co), cmp.AllowUnexported(pair{})); diff != "" {
		t.Errorf("enqueued again (-want +got):\n%s", diff)
	}
	if left := fx.pending(t, elsewhere.co); len(left) > 0 {
		t.Errorf("enqueued in another CO: %v", left)
	}
	for _, d := range fx.deliveries(t, s.co) {
		if d.person == other.Id && (!d.Due.Equal(now) || !d.Since.Equal(now)) {
			t.Errorf("delivery %+v, want it due at %v", d, now)
		}
	}
}

// testForget adds identifiers that a target was found to have and must delete.
func testForget(t *testing.T, fx *fixture, c *clock) {
	read := func(s *deliveryFixture) (was queue.SubjectStatus) {
		s.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
			was, _, err = queue.StatusOfSubject(ctx, tx, s.target.Id, comity.PersonSubject(s.person.Id))
			was.Subject = comity.PersonSubject(s.person.Id)
			return err
		})
		return was
	}
	forget := func(s *deliveryFixture, was queue.SubjectStatus, want bool) {
		t.Helper()
		noted := false
		s.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
			noted, err = queue.AddObsolete(ctx, tx, s.target.Id, s.co, was, []string{"restored"})
			return err
		})
		if noted != want {
			t.Errorf("noted %t, want %t", noted, want)
		}
	}
	deliver := func(s *deliveryFixture) (queue.Delivery, time.Time) {
		d, _ := s.claimPerson(t)
		d.ProvisionedAs = comity.ProvisionedAs{Identifier: "ada", Obsolete: []string{"old"}}
		return d, s.finish(t, queue.Outcome{Delivery: d, OK: true})
	}
	t.Run("of a subject without a delivery", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		forget(s, read(s), true)
		s.is(t, delivery{Obsolete: `["restored"]`})
		// The identifiers are sent with the next message, whatever its cause.
		s.enqueueByChange(t)
		if d, _ := s.claimPerson(t); !sameProvisionedAs(d.ProvisionedAs, comity.ProvisionedAs{Obsolete: []string{"restored"}}) {
			t.Errorf("claimed %+v", d)
		}
	})
	t.Run("of a delivered subject", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		s.enqueueByChange(t)
		deliver(s)
		was := read(s)
		forget(s, was, true)
		if got := s.row(t); got.Identifier != "ada" || got.Obsolete != `["old","restored"]` || !got.Due.IsZero() {
			t.Errorf("delivery %+v", got)
		}
		forget(s, was, false)
	})
	t.Run("of a delivery in flight, or delivered since", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		s.enqueueByChange(t)
		was := read(s)
		d, _ := s.claimPerson(t)
		forget(s, was, false)
		forget(s, read(s), false)
		s.finish(t, queue.Outcome{Delivery: d, OK: true})
		forget(s, was, false)
		forget(s, read(s), true)
	})
}
