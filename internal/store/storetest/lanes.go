package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/store"
)

// testLanes asks which targets have something to be told, and from when on.
func testLanes(t *testing.T, b Backend) {
	c := newClock()
	bed := b.bedWith(t, store.Options{Clock: c.Now})
	f := comity.CoProvisioningTarget
	co := bed.co(t)
	second := bed.lane(t, co, f.Ordr, 2)
	last := bed.lane(t, co, f.Ordr, comity.Cell{})
	first := bed.lane(t, co, f.Ordr, 1)
	alsoFirst := bed.lane(t, co, f.Ordr, 1, f.Status, comity.ModeQueue)
	disabled := bed.lane(t, co, f.Status, comity.ModeDisabled)
	people := []int64{bed.person(t, co).Id, bed.person(t, co).Id}

	lanes := func(modes ...string) (found []store.Lane) {
		bed.read(t, func(ctx context.Context, tx *store.Tx) (err error) {
			found, err = tx.Lanes(ctx, modes)
			return err
		})
		return found
	}
	is := func(t *testing.T, modes []string, want ...store.Lane) {
		t.Helper()
		if diff := cmp.Diff(want, lanes(modes...)); diff != "" {
			t.Errorf("lanes (-want +got):\n%s", diff)
		}
	}
	queue := func(t *testing.T, person int64, targets ...*comity.Record) time.Time {
		t.Helper()
		c.move(time.Second)
		return bed.write(t, func(ctx context.Context, tx *store.Tx) error {
			for _, target := range targets {
				if err := tx.Queue(ctx, target.Id, comity.PersonSubject(person), co); err != nil {
					return err
				}
			}
			return nil
		})
	}
	is(t, modes)
	now := queue(t, people[0], second, last, first, alsoFirst, disabled)
	lane := func(target *comity.Record, due time.Time) store.Lane {
		return store.Lane{TargetId: target.Id, Due: due}
	}

	t.Run("by order, those without any last, then id", func(t *testing.T) {
		is(t, modes, lane(first, now), lane(alsoFirst, now), lane(second, now), lane(last, now))
	})
	t.Run("in the modes alone", func(t *testing.T) {
		is(t, []string{comity.ModeQueue}, lane(alsoFirst, now))
		is(t, []string{comity.ModeDisabled}, lane(disabled, now))
		is(t, []string{comity.ModeManual, comity.ModeEnrolment})
	})
	t.Run("due when the first of it is", func(t *testing.T) {
		later := queue(t, people[1], alsoFirst)
		is(t, []string{comity.ModeQueue}, lane(alsoFirst, now))
		got := bed.claim(t, alsoFirst.Id, 1, time.Minute)
		is(t, []string{comity.ModeQueue}, lane(alsoFirst, later))
		// What is held is nobody else's, whatever the clock says.
		more := bed.claim(t, alsoFirst.Id, 1, time.Hour)
		is(t, []string{comity.ModeQueue})
		c.move(time.Minute)
		is(t, []string{comity.ModeQueue})
		bed.write(t, func(ctx context.Context, tx *store.Tx) error {
			return tx.Finish(ctx, []store.Outcome{{Delivery: got[0], OK: true}, failed(more[0], true, true)})
		})
		is(t, []string{comity.ModeQueue})
	})
	t.Run("of other COs too", func(t *testing.T) {
		s := bed.telling(t, c)
		due := s.marks(t)
		if !slices.Contains(lanes(modes...), store.Lane{TargetId: s.target.Id, Due: due}) {
			t.Errorf("target %d is not among %v", s.target.Id, lanes(modes...))
		}
	})
}
