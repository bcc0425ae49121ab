package view

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/history"
)

// AsOf selects an earlier state of a record: by revision or by time.
type AsOf struct {
	// Revision is below 0 if Time is set.
	Revision int64
	Time     time.Time
}

// forbidPast returns the error for a caller who may not see earlier states.
func forbidPast() error {
	return comity.ForbidBecause("Earlier and deleted records are for administrators of the CO")
}

// RecordAsOf returns a record as it was, to administrators of its CO, even if it was deleted since.
func (r *Reader) RecordAsOf(ctx context.Context, caller authz.Caller, res *comity.Resource, id int64, past AsOf) (*comity.Record, error) {
	if !caller.MayAnything() {
		return nil, comity.Forbid()
	}
	var rec *comity.Record
	err := r.store.Read(ctx, func(tx *db.Tx) (err error) {
		if !caller.Admin {
			if _, err := authz.Get(ctx, tx, caller, authz.View, res, id, res.UnknownOnView); err != nil {
				return err
			}
			return forbidPast()
		}
		if past.Revision >= 0 {
			rec, err = store.Revision(ctx, tx, res, id, past.Revision)
		} else {
			rec, err = store.At(ctx, tx, res, id, past.Time)
		}
		return err
	})
	if errors.Is(err, db.ErrNotFound) || err == nil && !caller.Knows(rec.CoId) {
		return nil, comity.Missing(res.UnknownOnView)
	}
	if err != nil {
		return nil, fmt.Errorf("view %s %d as it was: %w", res.Singular, id, err)
	}
	return rec, nil
}

// membersAt lists the memberships of a group that were effective at the query's time.
func (r *Reader) membersAt(ctx context.Context, caller authz.Caller, q ListQuery) (*Listing, error) {
	then, err := r.membershipsAt(ctx, caller, q, func(rec, group *comity.Record) bool {
		return comity.MembershipAt(rec, group, q.At) == comity.MembershipCounts && q.holds(rec)
	})
	return then.Listing, err
}

// holds reports whether an earlier state of a membership meets the query.
func (q ListQuery) holds(rec *comity.Record) bool {
	f := comity.CoGroupMember
	for _, id := range q.CoIds {
		if rec.CoId != id {
			return false
		}
	}
	for _, p := range q.Parents {
		is := rec.Int(f.CoGroupId)
		if p.Resource == comity.CoPerson.Resource {
			is = rec.OwnedBy(comity.OwnerCO)
		}
		if is != p.Id {
			return false
		}
	}
	return !slices.ContainsFunc(q.Search, func(c Criterion) bool { return c.Key == SearchOwner && rec.Bool(f.Owner) != c.Is })
}

// MembershipsThen are all memberships of a group as they were at a time, effective or not.
type MembershipsThen struct {
	*Listing
	// Group is the group as it was then, nil if it did not exist then.
	Group *comity.Record
}

// MembershipsAt lists all memberships that the group of a query had at its time, whether effective or not.
func (r *Reader) MembershipsAt(ctx context.Context, caller authz.Caller, q ListQuery) (MembershipsThen, error) {
	if err := q.Authorize(caller); err != nil {
		return MembershipsThen{}, err
	}
	return r.membershipsAt(ctx, caller, q, func(rec, _ *comity.Record) bool { return q.holds(rec) })
}

// membershipsAt lists memberships as they were at the query's time. wanted selects them; its group is as it
// was then, nil if it did not exist.
func (r *Reader) membershipsAt(ctx context.Context, caller authz.Caller, q ListQuery, wanted func(rec, group *comity.Record) bool) (then MembershipsThen, err error) {
	group, err := q.group()
	if err != nil {
		return then, err
	}
	then.Listing = r.listing(caller, q)
	then.next = func(ctx context.Context, tx *db.Tx, after int64, limit int, each func(*comity.Record) error) error {
		return eachMemberAt(ctx, tx, group, q.At, after, limit, func(rec *comity.Record) bool { return wanted(rec, then.Group) }, each)
	}
	err = r.snapshot(ctx, caller, func(tx *db.Tx) error {
		if then.Group, err = groupAt(ctx, tx, caller, group, q.At); err != nil {
			return err
		}
		return then.read(ctx, tx, q.After)
	})
	if err != nil {
		return then, fmt.Errorf("list the members of group %d at %s: %w", group, q.At.Format(comity.TimeLayout), err)
	}
	return then, nil
}

// eachMemberAt calls each with up to limit of the wanted memberships that a group had at a time, after an id.
func eachMemberAt(ctx context.Context, tx *db.Tx, group int64, at time.Time, after int64, limit int, wanted func(*comity.Record) bool, each func(*comity.Record) error) error {
	for left := limit; ; {
		rows, err := history.ListGroupAt(ctx, tx, group, at, after, limit)
		if err != nil {
			return err
		}
		for _, rec := range slices.DeleteFunc(slices.Clone(rows), func(rec *comity.Record) bool { return !wanted(rec) }) {
			if err := each(rec); err != nil {
				return err
			}
			if left--; left == 0 {
				return nil
			}
		}
		if len(rows) < limit {
			return nil
		}
		after = rows[len(rows)-1].Id
	}
}

// group returns the group whose memberships the query lists.
func (q ListQuery) group() (int64, error) {
	i := slices.IndexFunc(q.Parents, func(p ParentRecord) bool { return p.Resource == comity.CoGroup.Resource })
	if i < 0 || q.Resource != comity.CoGroupMember.Resource {
		return 0, errors.New("a list as of a time is of the memberships of a group")
	}
	return q.Parents[i].Id, nil
}

// groupAt returns a group as it was at a time, nil if it did not exist then, to a caller who may change all
// its memberships. If the group is deleted by now, its history shows which CO it belonged to.
func groupAt(ctx context.Context, tx *db.Tx, caller authz.Caller, id int64, at time.Time) (then *comity.Record, err error) {
	then, err = store.At(ctx, tx, comity.CoGroup.Resource, id, at)
	known := then
	if errors.Is(err, db.ErrNotFound) {
		then = nil
		known, err = store.Get(ctx, tx, comity.CoGroup.Resource, id)
	}
	if errors.Is(err, db.ErrNotFound) || err == nil && !caller.Knows(known.CoId) {
		return nil, comity.Missing(comity.CoGroup.UnknownParent())
	}
	if err != nil {
		return nil, err
	}
	return then, authz.AuthorizeMembers(ctx, tx, caller, id)
}
