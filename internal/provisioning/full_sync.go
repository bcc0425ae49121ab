package provisioning

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// FullSync is the progress of a full sync of a target.
type FullSync = queue.FullSync

// FullSyncOptions are the options of a full sync.
type FullSyncOptions struct {
	// OnlyChanged leaves out subjects whose message is the same as last sent.
	OnlyChanged bool
	// Anew starts with the first subject, even if another full sync was stopped or is under way.
	Anew bool
	// MaxDeletes is the greatest share of the people at the target that may be deleted, in percent.
	MaxDeletes int64
}

// StartFullSync starts a full sync of a target, or continues a stopped one unless o.Anew is set. A full sync
// that is under way continues unchanged. New changes are delivered before it, and it continues where it was
// after a restart.
func (s *Service) StartFullSync(ctx context.Context, caller authz.Caller, id int64, o FullSyncOptions) (progress FullSync, err error) {
	target, err := s.Enabled(ctx, caller, id)
	if err != nil {
		return progress, err
	}
	underWay := false
	err = s.store.Read(ctx, func(tx *db.Tx) error {
		was, found, err := queue.LastFullSync(ctx, tx, id)
		underWay = found && was.Ended.IsZero() && !o.Anew
		return err
	})
	if err == nil && !underWay {
		err = s.limitDeletes(ctx, id, o.MaxDeletes)
	}
	if err != nil {
		return progress, fmt.Errorf("full sync of target %d: %w", id, err)
	}
	err = s.store.Write(ctx, func(tx *db.Tx) error {
		was, found, err := queue.LastFullSync(ctx, tx, id)
		if err != nil {
			return err
		}
		var after comity.Subject
		switch {
		case found && was.Ended.IsZero() && !o.Anew:
			progress = was
			return nil
		case found && was.Stopped && !o.Anew:
			after = was.Last
		}
		if err := queue.StartFullSync(ctx, tx, id, target.CoId, after, o.OnlyChanged); err != nil {
			return err
		}
		progress, _, err = queue.LastFullSync(ctx, tx, id)
		return err
	})
	if err != nil {
		return progress, fmt.Errorf("full sync of target %d: %w", id, err)
	}
	s.queue.Wake()
	return progress, nil
}

// StopFullSync stops the full sync of a target and returns its progress; found is false where there was none.
func (s *Service) StopFullSync(ctx context.Context, caller authz.Caller, target int64) (progress FullSync, found bool, err error) {
	if _, err := s.Target(ctx, caller, authz.Edit, target); err != nil {
		return progress, false, err
	}
	err = s.store.Write(ctx, func(tx *db.Tx) error {
		if err := queue.EndFullSync(ctx, tx, target, true); err != nil {
			return err
		}
		progress, found, err = queue.LastFullSync(ctx, tx, target)
		return err
	})
	if err != nil {
		return progress, false, fmt.Errorf("stop full sync of target %d: %w", target, err)
	}
	return progress, found, nil
}

// FullSyncStart returns the subject after which a full sync of a target would start: where the one under way
// is, or a stopped one was, unless anew is set; else the zero Subject.
func (s *Service) FullSyncStart(ctx context.Context, caller authz.Caller, target int64, anew bool) (after comity.Subject, err error) {
	if _, err := s.Target(ctx, caller, authz.View, target); err != nil {
		return after, err
	}
	err = s.store.Read(ctx, func(tx *db.Tx) error {
		was, found, err := queue.LastFullSync(ctx, tx, target)
		if found && !anew && (was.Stopped || was.Ended.IsZero()) {
			after = was.Last
		}
		return err
	})
	if err != nil {
		return after, fmt.Errorf("start of a full sync of target %d: %w", target, err)
	}
	return after, nil
}
