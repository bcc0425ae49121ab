package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// clock is the caller of changes that are due to the time.
var clock = authz.System("clock")

const (
	// clockPause is the interval between two ticks.
	clockPause = time.Second
	// clockPeople is how many people one transaction handles.
	clockPeople = 50
	// maxTidied is how many rows one transaction deletes or sums up.
	maxTidied = 1000
)

// RunClock carries out what begins and ends by time, until the context ends, and cleans up once an hour, as
// others do by forget.
func (r *Registry) RunClock(ctx context.Context, log *slog.Logger, forget func(context.Context) error) {
	tick := time.NewTicker(clockPause)
	defer tick.Stop()
	var done, tidied time.Time
	logged := ""
	for {
		// Changes that an ended program or a failed request has left unfinished.
		if err := r.CarryOn(ctx, 0); err != nil && ctx.Err() == nil && comity.CodeOf(err) != comity.NotNow {
			log.ErrorContext(ctx, "a long change could not be continued yet", "error", err)
		}
		horizon, err := r.store.CommitHorizon(ctx)
		if err == nil {
			logged = logWait(ctx, log, horizon.Writing, logged)
			var now time.Time
			if now, err = r.tickUntil(ctx, done, horizon.Time); err == nil {
				done = now
			}
		}
		// An unusable database is logged by the store, once.
		if err != nil && ctx.Err() == nil && comity.CodeOf(err) != comity.NotNow {
			log.ErrorContext(ctx, "what begins or ends by time is delayed", "error", err)
		}
		if now := time.Now(); now.Sub(tidied) > time.Hour {
			if err := errors.Join(r.tidy(ctx), forget(ctx)); err != nil && ctx.Err() == nil && comity.CodeOf(err) != comity.NotNow {
				log.ErrorContext(ctx, "the hourly clean-up is delayed", "error", err)
			}
			tidied = now
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// longWrite is how long a write transaction is open before it is logged.
const longWrite = 5 * time.Second

// clockWaits describes the long transaction that delays the clock, "" if there is none.
func clockWaits(w *db.Writing) string {
	switch {
	case w == nil || w.For < longWrite:
		return ""
	case w.Ignored:
		return "the clock goes on in spite of a transaction that writes and does not end, of " + w.By
	}
	return "the clock waits for a transaction that writes, of " + w.By
}

// logWait logs what delays the clock if that differs from what was logged last, and returns it.
func logWait(ctx context.Context, log *slog.Logger, w *db.Writing, logged string) string {
	text := clockWaits(w)
	switch {
	case text == logged:
	case text == "":
		log.InfoContext(ctx, "the clock waits for no transaction any more")
	default:
		log.WarnContext(ctx, text, "open", w.For.Round(time.Second))
	}
	return text
}

// ClockWaits describes the transaction that delays the clock, and returns for how long it has been open. text
// is "" if there is none or it is not open for long.
func (r *Registry) ClockWaits(ctx context.Context) (text string, open time.Duration, err error) {
	horizon, err := r.store.CommitHorizon(ctx)
	if err != nil {
		return "", 0, fmt.Errorf("read what delays the clock: %w", err)
	}
	if horizon.Writing != nil {
		open = horizon.Writing.For
	}
	return clockWaits(horizon.Writing), open, nil
}

// tidy deletes idempotency keys older than a day, and sums up the changes of people's
// statuses.
func (r *Registry) tidy(ctx context.Context) error {
	var err error
	for n := int64(maxTidied); err == nil && n == maxTidied; {
		err = r.store.Write(ctx, func(tx *db.Tx) error {
			now := tx.Now()
			n, err = store.DeleteOldIdempotencyKeys(ctx, tx, now.Add(-idempotencyKept), maxTidied)
			return err
		})
	}
	for n := maxTidied; err == nil && n == maxTidied; {
		err = r.store.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = store.AddUpStatusChanges(ctx, tx, maxTidied)
			return err
		})
	}
	return err
}

// Tick carries out what began or ended since the last tick, and returns the time up to which that is done.
// done is what the last call returned, zero at first. What is still being written may begin or end before its
// commit and is not visible yet, so the tick ends where the oldest such write began.
//
// If the clock was ahead and came back, what was carried out in between is checked again against the time
// that it is now.
func (r *Registry) Tick(ctx context.Context, done time.Time) (now time.Time, err error) {
	horizon, err := r.store.CommitHorizon(ctx)
	if err != nil {
		return done, fmt.Errorf("look for what began or ended: %w", err)
	}
	return r.tickUntil(ctx, done, horizon.Time)
}

// cameBack is how far done may be ahead of the clock before the clock counts as set back.
const cameBack = time.Second

func (r *Registry) tickUntil(ctx context.Context, done, now time.Time) (time.Time, error) {
	var crossed, back bool
	for after := int64(0); ; {
		var people []db.Place
		var err error
		if people, done, back, err = r.crossed(ctx, done, now, after); err != nil {
			return done, fmt.Errorf("look for what began or ended: %w", err)
		}
		if len(people) == 0 {
			break
		}
		crossed = true
		if err := r.turn(ctx, people); err != nil {
			return done, err
		}
		after = people[len(people)-1].CoPersonId
	}
	switch {
	case back:
		return now, r.store.Write(ctx, func(tx *db.Tx) error { return store.SetClockBack(ctx, tx, now) })
	case now.Before(done):
		return done, nil
	case crossed:
		return now, r.store.Write(ctx, func(tx *db.Tx) error { return store.SetClockDone(ctx, tx, now) })
	}
	return now, nil
}

// crossed returns some of the people for whom something begins or ends between done and now, in order of Id
// after one. back is true if the clock was ahead and came back.
func (r *Registry) crossed(ctx context.Context, done, now time.Time, after int64) (people []db.Place, doneNow time.Time, back bool, err error) {
	err = r.store.Snapshot(ctx, func(tx *db.Tx) error {
		noted, err := store.ClockDone(ctx, tx)
		if err != nil {
			return err
		}
		clock := tx.Now()
		// What another instance has finished is not repeated; what this one has begun is continued to its
		// end.
		if after == 0 && noted.After(done) {
			done = noted
		}
		from, to := done, now
		if back = done.Sub(clock) > cameBack; back {
			from, to = now, done
		}
		people, err = store.ValidityChanges(ctx, tx, from, to, after, clockPeople)
		return err
	})
	return people, done, back, err
}

// turn updates the roles and memberships of people to the current time.
func (r *Registry) turn(ctx context.Context, people []db.Place) error {
	err := r.write(ctx, r.store.Write, func(tx *db.Tx) error {
		for _, p := range people {
			where, err := store.Enter(ctx, tx, comity.CoPerson.Resource, p.CoPersonId, false)
			if errors.Is(err, db.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			c := &change{tx: tx, caller: clock, where: where}
			if err := c.turnPerson(ctx); err != nil {
				return fmt.Errorf("person %d: %w", p.CoPersonId, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("carry out what began or ended: %w", err)
	}
	return nil
}

func (c *change) turnPerson(ctx context.Context) error {
	now := c.tx.Now()
	f, person := comity.CoPersonRole, c.where.CoPersonId
	roles, err := store.List(ctx, c.tx, f.Resource, 0, maxLookedAt, store.Equal(comity.OwnerCO.Column, person))
	if err != nil {
		return err
	}
	turned := false
	for _, role := range roles {
		status := statusAt(role, now)
		if status == role.Text(f.Status) {
			continue
		}
		turned = true
		was := role.Clone()
		role.SetText(f.Status, status)
		if err := store.Update(ctx, c.tx, was, role, c.caller.Username, c.where); err != nil {
			return err
		}
	}
	if turned {
		if _, err := c.followRoles(ctx, person); err != nil {
			return err
		}
	}
	if err := c.syncPerson(ctx, c.where.CoId, person); err != nil {
		return err
	}
	// A membership that they were given may have begun or ended.
	if err := c.followPerson(ctx, c.where.CoId, person); err != nil {
		return err
	}
	queue.DatedMembershipsChanged(c.tx, person)
	queue.PersonChanged(c.tx, c.where.CoId, person)
	return nil
}
