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

// testOutcomes stores outcomes of deliveries, of which some changed since they were claimed.
func testOutcomes(t *testing.T, b Backend) {
	c := newClock()
	fx := b.newFixtureWith(t, db.Options{Clock: c.Now})
	provisioned := comity.ProvisionedAs{Identifier: "ada", Obsolete: []string{"old"}}
	for _, tt := range []struct {
		name                      string
		attempts, refusals        int64
		ok, deadLetter, changed   bool
		due                       time.Duration // after the outcome was stored; -1: none
		wantAttempts, wantRefusal int64
		wantDeadLettered          bool
	}{
		{name: "success", ok: true, due: -1},
		{name: "success after failures", attempts: 4, refusals: 2, ok: true, due: -1},
		{name: "success, but changed meanwhile", ok: true, changed: true, due: 0},
		{name: "failure", attempts: 1, due: time.Hour, wantAttempts: 1},
		{name: "failure, and changed meanwhile, waits for the next try", attempts: 1, changed: true, due: time.Hour, wantAttempts: 1},
		{name: "refusal", attempts: 3, refusals: 2, due: time.Hour, wantAttempts: 3, wantRefusal: 2},
		{name: "refusal of what changed meanwhile", attempts: 3, refusals: 2, changed: true, due: 0, wantAttempts: 3},
		{name: "the last refusal", attempts: 4, refusals: 4, deadLetter: true, due: -1, wantAttempts: 4, wantRefusal: 4, wantDeadLettered: true},
		{name: "the last refusal, but changed meanwhile", attempts: 4, refusals: 4, deadLetter: true, changed: true, due: 0, wantAttempts: 4},
		{name: "nothing to be sent under", attempts: 1, deadLetter: true, due: -1, wantAttempts: 1, wantDeadLettered: true},
		{name: "nothing to be sent under, but changed meanwhile", attempts: 1, deadLetter: true, changed: true, due: 0, wantAttempts: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := fx.deliveryFixture(t, c)
			first := s.enqueueByChange(t)
			d, _ := s.claimPerson(t)
			version := int64(1)
			if tt.changed {
				s.enqueueByChange(t)
				version = 2
			}
			d.Attempts, d.Refusals, d.ProvisionedAs = tt.attempts, tt.refusals, provisioned
			now := s.finish(t, queue.Outcome{Delivery: d, OK: tt.ok, DeadLetter: tt.deadLetter, Wait: time.Hour, Answer: "ünï"})
			want := delivery{
				Version: version, Sequence: 1, Attempts: tt.wantAttempts, Refusals: tt.wantRefusal, DeadLettered: tt.wantDeadLettered,
				Identifier: "ada", Obsolete: `["old"]`, Since: first, Attempted: now, Answer: "ünï",
			}
			if tt.due >= 0 {
				want.Due = now.Add(tt.due)
			}
			switch {
			case tt.ok && tt.changed:
				want.Delivered, want.Since = now, now
			case tt.ok:
				want.Delivered, want.Since = now, time.Time{}
			}
			s.is(t, want)
			// Stored once more it changes nothing: the delivery is not in flight any more.
			s.finish(t, queue.Outcome{Delivery: d, OK: !tt.ok, Answer: "again"})
			s.is(t, want)
		})
	}
	t.Run("several at once, and none", func(t *testing.T) { testSeveral(t, fx, c) })
	t.Run("after the lease", func(t *testing.T) { testLostLease(t, fx, c) })
	t.Run("identifiers that the target may have", func(t *testing.T) { testProvisionedAs(t, fx, c) })
	t.Run("identifiers that the target was found to have", func(t *testing.T) { testForget(t, fx, c) })
	t.Run("an identifier that was deleted and is another's", func(t *testing.T) { testForgotten(t, fx, c) })
	t.Run("provisioned identifiers come with the next claim", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		for _, provisioned := range []comity.ProvisionedAs{
			{Identifier: "ada"},
			{Identifier: `quotes ' " \ ünï 😀 <&>`, Obsolete: []string{"ada", `quotes ' " \ ünï 😀 <&>`, ""}},
			{Obsolete: []string{"x"}},
			{},
		} {
			s.enqueueByChange(t)
			d, _ := s.claimPerson(t)
			d.ProvisionedAs = provisioned
			s.finish(t, queue.Outcome{Delivery: d, OK: true})
			s.enqueueByChange(t)
			d, _ = s.claimPerson(t)
			if !sameProvisionedAs(provisioned, d.ProvisionedAs) {
				t.Errorf("provisioned as %+v, claimed %+v", provisioned, d.ProvisionedAs)
			}
			s.finish(t, queue.Outcome{Delivery: d, OK: true})
		}
	})
}

func testSeveral(t *testing.T, fx *fixture, c *clock) {
	s := fx.deliveryFixture(t, c)
	people := []int64{fx.person(t, s.co).Id, fx.person(t, s.co).Id, fx.person(t, s.co).Id}
	s.finish(t)
	fx.enqueue(t, s.co, people...)
	got := fx.claim(t, s.target.Id, 10, time.Minute)
	outcomes := []queue.Outcome{
		{Delivery: got[2], OK: true, Answer: "OK"},
		failed(got[0], false, false),
		failed(got[1], true, true),
	}
	now := s.finish(t, outcomes...)
	rows := map[int64]delivery{}
	for _, d := range fx.deliveries(t, s.co) {
		rows[d.person] = d
	}
	type state struct {
		Due          time.Time
		DeadLettered bool
		Answer       string
	}
	want := map[int64]state{
		got[2].Subject.Id: {time.Time{}, false, "OK"},
		got[0].Subject.Id: {now.Add(time.Hour), false, "no"},
		got[1].Subject.Id: {time.Time{}, true, "no"},
	}
	for person, want := range want {
		if diff := cmp.Diff(want, state{rows[person].Due, rows[person].DeadLettered, rows[person].Answer}); diff != "" {
			t.Errorf("person %d (-want +got):\n%s", person, diff)
		}
	}
}

func testLostLease(t *testing.T, fx *fixture, c *clock) {
	t.Run("and nobody has claimed it since", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		s.enqueueByChange(t)
		d, _ := s.claimPerson(t)
		c.move(time.Hour)
		s.finish(t, queue.Outcome{Delivery: d, OK: true})
		if got := s.row(t); got.InFlight || !got.Due.IsZero() {
			t.Errorf("delivery %+v, want it done", got)
		}
	})
	t.Run("and somebody has claimed it since", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		s.enqueueByChange(t)
		late, _ := s.claimPerson(t)
		c.move(time.Minute)
		fx.giveBackOverdue(t, s, 1)
		d, _ := s.claimPerson(t)
		claimed := s.row(t)
		for _, o := range []queue.Outcome{{Delivery: late, OK: true}, failed(late, true, true)} {
			s.finish(t, o)
			if diff := cmp.Diff(claimed, s.row(t), cmp.AllowUnexported(delivery{}, pair{})); diff != "" {
				t.Errorf("it changed a delivery that another worker has claimed (-before +after):\n%s", diff)
			}
		}
		s.finish(t, queue.Outcome{Delivery: d, OK: true})
		if got := s.row(t); got.InFlight || !got.Due.IsZero() {
			t.Errorf("delivery %+v, want it done", got)
		}
	})
	t.Run("and the target was deleted", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		s.enqueueByChange(t)
		d, _ := s.claimPerson(t)
		s.write(t, func(ctx context.Context, tx *db.Tx) error {
			return remove(ctx, tx, s.target.Resource, s.target.Id)
		})
		s.finish(t, queue.Outcome{Delivery: d, OK: true})
		if left := s.deliveries(t, s.co); len(left) > 0 {
			t.Errorf("left %+v", left)
		}
	})
	t.Run("and the person was deleted", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		s.enqueueByChange(t)
		d, _ := s.claimPerson(t)
		s.write(t, func(ctx context.Context, tx *db.Tx) error {
			return remove(ctx, tx, s.person.Resource, s.person.Id)
		})
		s.finish(t, queue.Outcome{Delivery: d, OK: true})
		if got, _ := s.claimPerson(t); got.Subject.Id != s.person.Id || got.Version != 2 {
			t.Errorf("claimed %+v, want the deleted person", got)
		}
	})
}
