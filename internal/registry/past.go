package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity"
	"comity/internal/access"
	"comity/internal/store"
)

// Past says which earlier state of a record is asked for: that of a revision, or of a time.
type Past struct {
	// Revision is below 0 where Time is asked for.
	Revision int64
	Time     time.Time
}

// ViewPast returns a record as it was, to administrators of its CO. What was deleted since is still there.
func (r *Registry) ViewPast(ctx context.Context, caller access.Caller, res *comity.Resource, id int64, past Past) (*comity.Record, error) {
	if !caller.MayAnything() {
		return nil, comity.Forbid()
	}
	var rec *comity.Record
	err := r.store.Read(ctx, func(tx *store.Tx) (err error) {
		if !caller.Admin {
			if _, err := known(ctx, tx, caller, access.View, res, id, res.UnknownOnView); err != nil {
				return err
			}
			return comity.ForbidBecause("Earlier and deleted records are for administrators of the CO")
		}
		if past.Revision >= 0 {
			rec, err = tx.Revision(ctx, res, id, past.Revision)
		} else {
			rec, err = tx.At(ctx, res, id, past.Time)
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && !caller.Knows(rec.CoId) {
		return nil, comity.Missing(res.UnknownOnView)
	}
	if err != nil {
		return nil, fmt.Errorf("view %s %d as it was: %w", res.Singular, id, err)
	}
	return rec, nil
}

// MembersAt lists who was in a group at a time: all of them, or for a limit one page of so many, after
// the membership given.
func (r *Registry) MembersAt(ctx context.Context, caller access.Caller, group int64, at time.Time, after int64, limit int) (*Listing, error) {
	if !caller.MayAnything() {
		return nil, comity.Forbid()
	}
	l := &Listing{registry: r, resource: comity.CoGroupMember.Resource}
	l.next = func(ctx context.Context, tx *store.Tx, after int64, limit int) ([]*comity.Record, error) {
		return tx.ListGroupAt(ctx, group, at, after, limit)
	}
	err := r.store.Snapshot(ctx, func(tx *store.Tx) error {
		// The group may be gone by now; its history says whose it was.
		was, err := tx.At(ctx, comity.CoGroup.Resource, group, at)
		if errors.Is(err, store.ErrNotFound) {
			was, err = tx.Get(ctx, comity.CoGroup.Resource, group)
		}
		if errors.Is(err, store.ErrNotFound) || err == nil && !caller.Knows(was.CoId) {
			return comity.Missing(comity.CoGroup.Noun + " Unknown")
		}
		if err != nil {
			return err
		}
		if err := permitMembers(ctx, tx, caller, group); err != nil {
			return err
		}
		size := MaxPage
		if limit > 0 {
			size = limit + 1
		}
		l.Records, err = l.next(ctx, tx, after, size)
		l.limit(limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the members of group %d at %s: %w", group, at.Format(comity.TimeLayout), err)
	}
	return l, nil
}

// permitMembers says, by an error, that not all memberships of a group are the caller's to change.
func permitMembers(ctx context.Context, tx *store.Tx, caller access.Caller, group int64) error {
	r := comity.CoGroup.Resource
	may, err := meets(ctx, tx, caller, caller.Through(access.Edit, comity.CoGroupMember.Resource), r, group)
	if err != nil || may {
		return err
	}
	return barred(ctx, tx, caller, r, group, r.UnknownOnView)
}
