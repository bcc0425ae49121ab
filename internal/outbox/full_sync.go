package outbox

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store"
)

// Sweep is a run that tells a target about everybody.
type FullSync = store.FullSync

// Run says how a target is told about everybody.
type Run struct {
	// OnlyChanged leaves out whoever it was last sent the same message about.
	OnlyChanged bool
	// Anew begins anew, wherever another run was stopped or is.
	Anew bool
	// MaxDeletes is how many percent of the people whom it knows it may be told to delete.
	MaxDeletes int64
}

// ProvisionAll begins to tell a target about everybody, or goes on where a run was stopped, unless it
// is to begin anew. One that is under way goes on as it is. New changes go ahead of it, and it goes on
// wherever it was when a program ends.
func (o *Outbox) ProvisionAll(ctx context.Context, target *comity.Record, run Run) (s FullSync, err error) {
	underWay := false
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		was, found, err := tx.FullSync(ctx, target.Id)
		underWay = found && was.Ended.IsZero() && !run.Anew
		return err
	})
	if err == nil && !underWay {
		err = o.CheckDeletes(ctx, target.Id, run.MaxDeletes)
	}
	if err != nil {
		return s, fmt.Errorf("tell target %d about everybody: %w", target.Id, err)
	}
	err = o.store.Write(ctx, func(tx *store.Tx) error {
		was, found, err := tx.FullSync(ctx, target.Id)
		if err != nil {
			return err
		}
		var after comity.Subject
		switch {
		case found && was.Ended.IsZero() && !run.Anew:
			s = was
			return nil
		case found && was.Stopped && !run.Anew:
			after = was.Last
		}
		if err := tx.StartFullSync(ctx, target.Id, target.CoId, after, run.OnlyChanged); err != nil {
			return err
		}
		s, _, err = tx.FullSync(ctx, target.Id)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("tell target %d about everybody: %w", target.Id, err)
	}
	o.Wake()
	return s, nil
}

// StopAll stops telling a target about everybody.
func (o *Outbox) StopAll(ctx context.Context, target int64) (s FullSync, found bool, err error) {
	err = o.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.EndFullSync(ctx, target, true); err != nil {
			return err
		}
		s, found, err = tx.FullSync(ctx, target)
		return err
	})
	if err != nil {
		return s, false, fmt.Errorf("stop telling target %d about everybody: %w", target, err)
	}
	return s, found, nil
}
