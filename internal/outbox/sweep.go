package outbox

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store"
)

// Sweep is a run that tells a target about everybody.
type Sweep = store.Sweep

// ProvisionAll begins to tell a target about everybody, or goes on where a run was stopped, unless it
// is to begin anew. One that is under way goes on as it is. New changes go ahead of it, and it goes on
// wherever it was when a program ends.
func (o *Outbox) ProvisionAll(ctx context.Context, target *comity.Record, onlyChanged, anew bool) (s Sweep, err error) {
	err = o.store.Write(ctx, func(tx *store.Tx) error {
		was, found, err := tx.Sweep(ctx, target.Id)
		if err != nil {
			return err
		}
		var after comity.Subject
		switch {
		case found && was.Ended.IsZero() && !anew:
			s = was
			return nil
		case found && was.Stopped && !anew:
			after = was.Last
		}
		if err := tx.StartSweep(ctx, target.Id, target.CoId, after, onlyChanged); err != nil {
			return err
		}
		s, _, err = tx.Sweep(ctx, target.Id)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("tell target %d about everybody: %w", target.Id, err)
	}
	o.Wake()
	return s, nil
}

// StopAll stops telling a target about everybody.
func (o *Outbox) StopAll(ctx context.Context, target int64) (s Sweep, found bool, err error) {
	err = o.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.EndSweep(ctx, target, true); err != nil {
			return err
		}
		s, found, err = tx.Sweep(ctx, target)
		return err
	})
	if err != nil {
		return s, false, fmt.Errorf("stop telling target %d about everybody: %w", target, err)
	}
	return s, found, nil
}
