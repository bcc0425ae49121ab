package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"comity"
	"comity/internal/access"
	"comity/internal/store"
)

// clock is the caller of what happens because its time has come.
var clock = access.System("clock")

const (
	// clockPause is how often the clock looks.
	clockPause = time.Second
	// clockPeople is how many people it looks at in one transaction.
	clockPeople = 50
	// addedUp is how many changes of statuses it adds up in one transaction.
	addedUp = 5000
)

// RunClock carries out what begins and ends by the clock, until the context ends.
func (r *Registry) RunClock(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(clockPause)
	defer tick.Stop()
	var done, swept time.Time
	for {
		now, err := r.Tick(ctx, done)
		switch {
		case err == nil:
			done = now
		case ctx.Err() == nil:
			log.ErrorContext(ctx, "what begins or ends by the clock waits", "error", err)
		}
		if now := time.Now(); now.Sub(swept) > time.Hour {
			if err := r.sweep(ctx); err != nil && ctx.Err() == nil {
				log.ErrorContext(ctx, "the hourly tidying waits", "error", err)
			}
			swept = now
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// sweep drops what is kept for a day only and the sessions that have ended, and adds up the changes of
// people's statuses.
func (r *Registry) sweep(ctx context.Context) error {
	err := r.store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Now(ctx)
		if err != nil {
			return err
		}
		if err := tx.ForgetSessions(ctx, now.Add(-access.SessionLife), now.Add(-access.SessionIdle), now); err != nil {
			return err
		}
		return tx.ForgetOnce(ctx, now.Add(-onceKept))
	})
	for n := addedUp; err == nil && n == addedUp; {
		err = r.store.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.AddUpStatusChanges(ctx, addedUp)
			return err
		})
	}
	return err
}

// Tick carries out what began or ended since the last tick, and returns the time up to which that
// is done. done is what the last call returned, zero at first. What is still being written may begin
// or end before its commit and cannot be seen yet: the tick ends where such a write began.
func (r *Registry) Tick(ctx context.Context, done time.Time) (now time.Time, err error) {
	if now, err = r.store.Settled(ctx); err != nil {
		return done, fmt.Errorf("look for what began or ended: %w", err)
	}
	crossed := false
	for after := int64(0); ; {
		var people []store.Where
		err := r.store.Snapshot(ctx, func(tx *store.Tx) error {
			noted, err := tx.ClockDone(ctx)
			if err != nil {
				return err
			}
			// What another instance has done need not be done again; what this one has begun must
			// be seen to its end.
			if !crossed && noted.After(done) {
				done = noted
			}
			people, err = tx.Crossed(ctx, done, now, after, clockPeople)
			return err
		})
		if err != nil {
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
	if !crossed {
		return now, nil
	}
	return now, r.store.Write(ctx, func(tx *store.Tx) error { return tx.SetClockDone(ctx, now) })
}

// turn makes the roles and memberships of people what they are now.
func (r *Registry) turn(ctx context.Context, people []store.Where) error {
	err := r.write(ctx, false, func(tx *store.Tx) error {
		for _, p := range people {
			where, err := tx.Enter(ctx, comity.CoPerson.Resource, p.CoPersonId, false)
			if errors.Is(err, store.ErrNotFound) {
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
	now, err := c.tx.Now(ctx)
	if err != nil {
		return err
	}
	f, person := comity.CoPersonRole, c.where.CoPersonId
	roles, err := c.tx.List(ctx, f.Resource, 0, maxLookedAt, store.Equal(comity.OwnerCO.Column, person))
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
		role.SetText(f.Status, status)
		if err := c.tx.Update(ctx, role, c.caller.Username, c.where); err != nil {
			return err
		}
	}
	if turned {
		if err := c.followRoles(ctx, person); err != nil {
			return err
		}
	}
	if err := c.syncPerson(ctx, c.where.CoId, person); err != nil {
		return err
	}
	return c.tx.MarkPeople(ctx, markedModes, person)
}
