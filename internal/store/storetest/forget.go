package storetest

import (
	"context"
	"testing"
	"time"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// testForget adds identifiers that a target was found to have and must delete.
func testForget(t *testing.T, bed *bed, c *clock) {
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
			noted, err = queue.Forget(ctx, tx, s.target.Id, s.co, was, []string{"restored"})
			return err
		})
		if noted != want {
			t.Errorf("noted %t, want %t", noted, want)
		}
	}
	deliver := func(s *deliveryFixture) (queue.Delivery, time.Time) {
		d, _ := s.claims(t)
		d.ProvisionedAs = comity.ProvisionedAs{Identifier: "ada", Obsolete: []string{"old"}}
		return d, s.finishes(t, queue.Outcome{Delivery: d, OK: true})
	}
	t.Run("of a subject without a delivery", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		forget(s, read(s), true)
		s.is(t, delivery{Obsolete: `["restored"]`})
		// The identifiers are sent with the next message, whatever its cause.
		s.marks(t)
		if d, _ := s.claims(t); !sameProvisionedAs(d.ProvisionedAs, comity.ProvisionedAs{Obsolete: []string{"restored"}}) {
			t.Errorf("claimed %+v", d)
		}
	})
	t.Run("of a delivered subject", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		s.marks(t)
		deliver(s)
		was := read(s)
		forget(s, was, true)
		if got := s.row(t); got.Identifier != "ada" || got.Obsolete != `["old","restored"]` || !got.Due.IsZero() {
			t.Errorf("delivery %+v", got)
		}
		forget(s, was, false)
	})
	t.Run("of a delivery in flight, or delivered since", func(t *testing.T) {
		s := bed.deliveryFixture(t, c)
		s.marks(t)
		was := read(s)
		d, _ := s.claims(t)
		forget(s, was, false)
		forget(s, read(s), false)
		s.finishes(t, queue.Outcome{Delivery: d, OK: true})
		forget(s, was, false)
		forget(s, read(s), true)
	})
}
