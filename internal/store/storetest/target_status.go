package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

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
