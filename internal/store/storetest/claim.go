package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// testClaim claims deliveries, by one worker and by many.
func testClaim(t *testing.T, b Backend) {
	c := newClock()
	fx := b.newFixtureWith(t, db.Options{Clock: c.Now})
	t.Run("a lease", func(t *testing.T) { testLease(t, fx, c) })
	t.Run("in order", func(t *testing.T) { testClaimOrder(t, fx, c) })
	t.Run("of one", func(t *testing.T) { testClaimOne(t, fx, c) })
	t.Run("of one at a target that is not there", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		err := fx.store.Write(t.Context(), func(tx *db.Tx) error {
			_, _, err := queue.ClaimOne(t.Context(), tx, 1<<40, comity.PersonSubject(s.person.Id), s.co, time.Minute)
			return err
		})
		if !errors.Is(err, db.ErrConflict) {
			t.Errorf("error %v, want ErrConflict", err)
		}
	})
	t.Run("by many at once", func(t *testing.T) { testManyClaim(t, fx, c) })
}

func people(claimed []queue.Delivery) []int64 {
	out := make([]int64, len(claimed))
	for i, d := range claimed {
		out[i] = d.Subject.Id
	}
	slices.Sort(out)
	return out
}

func testLease(t *testing.T, fx *fixture, c *clock) {
	s := fx.deliveryFixture(t, c)
	none := func(why string) {
		t.Helper()
		if got := fx.claim(t, s.target.Id, 10, time.Minute); len(got) > 0 {
			t.Errorf("claimed %+v %s", got, why)
		}
	}
	none("though nothing is enqueued")
	first := s.enqueueByChange(t)
	other := fx.provisioningTarget(t, s.co)
	if got := fx.claim(t, other.Id, 10, time.Minute); len(got) > 0 {
		t.Errorf("claimed %+v for another target", got)
	}
	if got := fx.claim(t, s.target.Id, 0, time.Minute); len(got) > 0 {
		t.Errorf("claimed %+v of none", got)
	}
	d, now := s.claimPerson(t)
	want := queue.Delivery{TargetId: s.target.Id, Subject: comity.PersonSubject(s.person.Id), Version: 1, Sequence: 1}
	if diff := cmp.Diff(want, d, cmp.Comparer(sameProvisionedAs)); diff != "" {
		t.Errorf("claimed (-want +got):\n%s", diff)
	}
	s.is(t, delivery{Version: 1, Due: now.Add(time.Minute), InFlight: true, Since: first, Sequence: 1})
	none("twice")
	c.move(58 * time.Second)
	fx.giveBackOverdue(t, s, 0)
	c.move(2 * time.Second)
	none("although the lease is over by the clock")
	fx.giveBackOverdue(t, s, 1)
	d, now = s.claimPerson(t)
	want.Sequence = 2
	if diff := cmp.Diff(want, d, cmp.Comparer(sameProvisionedAs)); diff != "" {
		t.Errorf("taken over (-want +got):\n%s", diff)
	}
	s.is(t, delivery{Version: 1, Due: now.Add(time.Minute), InFlight: true, Since: first, Sequence: 2})
	failed := failed(d, false, false)
	s.finish(t, failed)
	none("before its next try")
	c.move(time.Hour)
	d, _ = s.claimPerson(t)
	if d.Sequence != 3 || d.Attempts != 1 || d.Version != 1 {
		t.Errorf("claimed for its next try: %+v", d)
	}
}

func testClaimOrder(t *testing.T, fx *fixture, c *clock) {
	s := fx.deliveryFixture(t, c)
	var all []int64
	for range 20 {
		all = append(all, fx.person(t, s.co).Id)
	}
	// Deliveries are enqueued in the reverse order of ids.
	order := slices.Clone(all)
	slices.Reverse(order)
	for _, p := range order {
		c.move(time.Second)
		fx.enqueue(t, s.co, p)
	}
	for i := 0; i < len(order); i += 8 {
		want := slices.Clone(order[i:min(i+8, len(order))])
		slices.Sort(want)
		if diff := cmp.Diff(want, people(fx.claim(t, s.target.Id, 8, time.Hour))); diff != "" {
			t.Errorf("claimed after %d (-want +got):\n%s", i, diff)
		}
	}
}

func testClaimOne(t *testing.T, fx *fixture, c *clock) {
	one := func(t *testing.T, s *deliveryFixture, want bool) (d queue.Delivery, now time.Time) {
		t.Helper()
		s.clock.move(time.Second)
		var got bool
		now = s.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
			d, got, err = queue.ClaimOne(ctx, tx, s.target.Id, comity.PersonSubject(s.person.Id), s.co, time.Minute)
			return err
		})
		if got != want {
			t.Fatalf("got it: %v, want %v", got, want)
		}
		return d, now
	}
	t.Run("that was never enqueued", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		d, now := one(t, s, true)
		if diff := cmp.Diff(queue.Delivery{TargetId: s.target.Id, Subject: comity.PersonSubject(s.person.Id), Version: 1, Sequence: 1}, d, cmp.Comparer(sameProvisionedAs)); diff != "" {
			t.Errorf("claimed (-want +got):\n%s", diff)
		}
		s.is(t, delivery{Version: 1, Due: now.Add(time.Minute), InFlight: true, Since: now, Sequence: 1})
	})
	t.Run("that is pending", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		first := s.enqueueByChange(t)
		d, now := one(t, s, true)
		s.is(t, delivery{Version: 2, Due: now.Add(time.Minute), InFlight: true, Since: first, Sequence: 1})
		if got := fx.claim(t, s.target.Id, 10, time.Minute); len(got) > 0 {
			t.Errorf("a worker claimed it too: %+v", got)
		}
		s.finish(t, queue.Outcome{Delivery: d, OK: true})
		if len(fx.pending(t, s.co)) != 0 {
			t.Error("it is still pending")
		}
	})
	t.Run("that is in flight, until it is given back", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		s.enqueueByChange(t)
		s.claimPerson(t)
		claimed := s.row(t)
		one(t, s, false)
		if diff := cmp.Diff(claimed, s.row(t), cmp.AllowUnexported(delivery{}, pair{})); diff != "" {
			t.Errorf("it changed a delivery that another worker has claimed (-before +after):\n%s", diff)
		}
		c.move(time.Minute)
		one(t, s, false)
		fx.giveBackOverdue(t, s, 1)
		if d, _ := one(t, s, true); d.Sequence != 2 || d.Version != 2 {
			t.Errorf("taken over: %+v", d)
		}
	})
	t.Run("that is not due", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		s.enqueueByChange(t)
		d, _ := s.claimPerson(t)
		s.finish(t, failed(d, false, false))
		if d, _ := one(t, s, true); d.Attempts != 1 || d.Sequence != 2 {
			t.Errorf("claimed %+v", d)
		}
	})
	t.Run("that is dead-lettered", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		s.enqueueByChange(t)
		refused, _ := s.claimPerson(t)
		s.finish(t, failed(refused, true, true))
		// A claim by request resets the number of refusals.
		d, now := one(t, s, true)
		if d.Refusals != 0 || d.Sequence != 2 {
			t.Errorf("claimed %+v", d)
		}
		if got := s.row(t); got.DeadLettered || !got.Due.Equal(now.Add(time.Minute)) {
			t.Errorf("delivery %+v, want it in flight", got)
		}
	})
	t.Run("by many at once", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		got := make([]bool, 8)
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() {
				s.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
					_, got[i], err = queue.ClaimOne(ctx, tx, s.target.Id, comity.PersonSubject(s.person.Id), s.co, time.Minute)
					return err
				})
			})
		}
		all.Wait()
		if n := len(slices.DeleteFunc(got, func(ok bool) bool { return !ok })); n != 1 {
			t.Errorf("%d got it", n)
		}
	})
}

// testManyClaim has workers claim and finish in parallel: one worker at a time has a delivery.
func testManyClaim(t *testing.T, fx *fixture, c *clock) {
	s := fx.deliveryFixture(t, c)
	var records []*comity.Record
	for range 120 {
		records = append(records, row(comity.CoPerson.Resource, comity.CoPerson.CoId, s.co))
	}
	all := ids(fx.add(t, records...))
	fx.enqueue(t, s.co, all...)
	claimed := make([][]int64, 8)
	var workers sync.WaitGroup
	for i := range claimed {
		workers.Go(func() {
			var outcomes []queue.Outcome
			for {
				var got []queue.Delivery
				err := fx.store.Write(t.Context(), func(tx *db.Tx) (err error) {
					if err := queue.Finish(t.Context(), tx, outcomes); err != nil {
						return err
					}
					got, err = queue.Claim(t.Context(), tx, s.target.Id, 7, time.Hour)
					return err
				})
				if err != nil || len(got) > 7 {
					t.Errorf("claimed %d: %v", len(got), err)
					return
				}
				outcomes = nil
				for _, d := range got {
					claimed[i] = append(claimed[i], d.Subject.Id)
					outcomes = append(outcomes, queue.Outcome{Delivery: d, OK: true})
				}
				if len(got) == 0 {
					return
				}
			}
		})
	}
	workers.Wait()
	got := slices.Concat(claimed...)
	slices.Sort(got)
	if diff := cmp.Diff(all, got); diff != "" {
		t.Errorf("claimed (-enqueued +claimed):\n%s", diff)
	}
	if left := fx.pending(t, s.co); len(left) > 0 {
		t.Errorf("%d are left", len(left))
	}
}

// testDueTargets checks which targets have pending deliveries, and when the first is due.
func testDueTargets(t *testing.T, b Backend) {
	c := newClock()
	fx := b.newFixtureWith(t, db.Options{Clock: c.Now})
	f := comity.CoProvisioningTarget
	co := fx.co(t)
	people := []int64{fx.person(t, co).Id, fx.person(t, co).Id}
	second := fx.provisioningTarget(t, co, f.Ordr, 2)
	last := fx.provisioningTarget(t, co, f.Ordr, comity.Cell{})
	first := fx.provisioningTarget(t, co, f.Ordr, 1)
	alsoFirst := fx.provisioningTarget(t, co, f.Ordr, 1, f.Status, comity.ModeQueue)
	disabled := fx.provisioningTarget(t, co, f.Status, comity.ModeDisabled)

	targets := func(modes ...string) (found []queue.DueTarget) {
		fx.read(t, func(ctx context.Context, tx *db.Tx) (err error) {
			found, err = queue.DueTargets(ctx, tx, modes)
			return err
		})
		return found
	}
	is := func(t *testing.T, modes []string, want ...queue.DueTarget) {
		t.Helper()
		if diff := cmp.Diff(want, targets(modes...)); diff != "" {
			t.Errorf("due targets (-want +got):\n%s", diff)
		}
	}
	enqueue := func(t *testing.T, person int64, targets ...*comity.Record) time.Time {
		t.Helper()
		c.move(time.Second)
		return fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			for _, target := range targets {
				if err := queue.EnqueueOne(ctx, tx, target.Id, comity.PersonSubject(person), co); err != nil {
					return err
				}
			}
			return nil
		})
	}
	is(t, modes)
	now := enqueue(t, people[0], second, last, first, alsoFirst, disabled)
	dueTarget := func(target *comity.Record, due time.Time) queue.DueTarget {
		return queue.DueTarget{TargetId: target.Id, Due: due}
	}

	t.Run("by order, those without any last, then id", func(t *testing.T) {
		is(t, modes, dueTarget(first, now), dueTarget(alsoFirst, now), dueTarget(second, now), dueTarget(last, now))
	})
	t.Run("in the modes alone", func(t *testing.T) {
		is(t, []string{comity.ModeQueue}, dueTarget(alsoFirst, now))
		is(t, []string{comity.ModeDisabled}, dueTarget(disabled, now))
		is(t, []string{comity.ModeManual, comity.ModeEnrolment})
	})
	t.Run("due when the first of it is", func(t *testing.T) {
		later := enqueue(t, people[1], alsoFirst)
		is(t, []string{comity.ModeQueue}, dueTarget(alsoFirst, now))
		got := fx.claim(t, alsoFirst.Id, 1, time.Minute)
		is(t, []string{comity.ModeQueue}, dueTarget(alsoFirst, later))
		// A delivery in flight is not due, whatever the time.
		more := fx.claim(t, alsoFirst.Id, 1, time.Hour)
		is(t, []string{comity.ModeQueue})
		c.move(time.Minute)
		is(t, []string{comity.ModeQueue})
		fx.write(t, func(ctx context.Context, tx *db.Tx) error {
			return queue.Finish(ctx, tx, []queue.Outcome{{Delivery: got[0], OK: true}, failed(more[0], true, true)})
		})
		is(t, []string{comity.ModeQueue})
	})
	t.Run("of other COs too", func(t *testing.T) {
		s := fx.deliveryFixture(t, c)
		due := s.enqueueByChange(t)
		if !slices.Contains(targets(modes...), queue.DueTarget{TargetId: s.target.Id, Due: due}) {
			t.Errorf("target %d is not among %v", s.target.Id, targets(modes...))
		}
	})
}
