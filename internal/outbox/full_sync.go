package outbox

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store"
)

// FullSync is the progress of a full sync of a target.
type FullSync = store.FullSync

// Run are the options of a full sync.
type Run struct {
	// OnlyChanged leaves out subjects whose message is the same as last sent.
	OnlyChanged bool
	// Anew starts with the first subject, even if another full sync was stopped or is under way.
	Anew bool
	// MaxDeletes is the greatest share of the people at the target that may be deleted, in percent.
	MaxDeletes int64
}

// ProvisionAll starts a full sync of a target, or continues a stopped one unless run.Anew is set. A full
// sync that is under way continues unchanged. New changes are delivered before it, and it continues
// where it was after a restart.
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
		return s, fmt.Errorf("full sync of target %d: %w", target.Id, err)
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
		return s, fmt.Errorf("full sync of target %d: %w", target.Id, err)
	}
	o.Wake()
	return s, nil
}

// StopAll stops the full sync of a target and returns its progress; found is false where there was none.
func (o *Outbox) StopAll(ctx context.Context, target int64) (s FullSync, found bool, err error) {
	err = o.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.EndFullSync(ctx, target, true); err != nil {
			return err
		}
		s, found, err = tx.FullSync(ctx, target)
		return err
	})
	if err != nil {
		return s, false, fmt.Errorf("stop full sync of target %d: %w", target, err)
	}
	return s, found, nil
}
