package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
)

// Past selects an earlier state of a record: by revision or by time.
type Past struct {
	// Revision is below 0 if Time is set.
	Revision int64
	Time     time.Time
}

// forbidPast returns the error for a caller who may not see earlier states.
func forbidPast() error {
	return comity.ForbidBecause("Earlier and deleted records are for administrators of the CO")
}

// ViewPast returns a record as it was, to administrators of its CO, even if it was deleted since.
func (r *Registry) ViewPast(ctx context.Context, caller authz.Caller, res *comity.Resource, id int64, past Past) (*comity.Record, error) {
	if !caller.MayAnything() {
		return nil, comity.Forbid()
	}
	var rec *comity.Record
	err := r.store.Read(ctx, func(tx *store.Tx) (err error) {
		if !caller.Admin {
			if _, err := authz.Get(ctx, tx, caller, authz.View, res, id, res.UnknownOnView); err != nil {
				return err
			}
			return forbidPast()
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

// MembersAt lists the memberships of a group that were effective at a time. The other parameters of the query
// apply as in any list.
func (r *Registry) MembersAt(ctx context.Context, caller authz.Caller, query map[string][]string, at time.Time) (*Listing, error) {
	q, err := parseQuery(comity.CoGroupMember.Resource, query)
	if !caller.MayAnything() || !q.mayAsk(caller) {
		return nil, comity.Forbid()
	}
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(q.parents, func(p parent) bool { return p.Resource == comity.CoGroup.Resource })
	if i < 0 || !q.since.IsZero() || q.deleted || len(q.expand) > 0 {
		return nil, comity.BadRequest("at goes with cogroupid, which it needs, and with coid, copersonid, owner, limit and after only")
	}
	then, err := r.membershipsAt(ctx, caller, q.parents[i].id, at, q.after, q.limit, func(rec, group *comity.Record) bool {
		return comity.MembershipAt(rec, group, at) == comity.MembershipCounts && q.holds(rec)
	})
	return then.Listing, err
}

// holds says whether an earlier state of a membership meets the parameters that narrow the list.
func (q *query) holds(rec *comity.Record) bool {
	f := comity.CoGroupMember
	for _, id := range q.coIDs {
		if rec.CoId != id {
			return false
		}
	}
	for _, p := range q.parents {
		is := rec.Int(f.CoGroupId)
		if p.Resource == comity.CoPerson.Resource {
			is = rec.OwnedBy(comity.OwnerCO)
		}
		if is != p.id {
			return false
		}
	}
	return !slices.ContainsFunc(q.keys, func(k key) bool { return k.name == "owner" && rec.Bool(f.Owner) != (k.value == "true") })
}

// MembershipsThen are all memberships of a group as they were at a time, effective or not.
type MembershipsThen struct {
	*Listing
	// Group is the group as it was then, nil if it did not exist then.
	Group *comity.Record
}

// MembershipsAt lists a page of the memberships that a group had at a time, after the given id.
func (r *Registry) MembershipsAt(ctx context.Context, caller authz.Caller, group int64, at time.Time, after int64, limit int) (MembershipsThen, error) {
	return r.membershipsAt(ctx, caller, group, at, after, limit, func(*comity.Record, *comity.Record) bool { return true })
}

// membershipsAt lists memberships as they were at a time: all of them, or one page if limit is not 0. wanted
// selects them; its group is as it was then, nil if it did not exist.
func (r *Registry) membershipsAt(
	ctx context.Context, caller authz.Caller, group int64, at time.Time, after int64, limit int, wanted func(rec, group *comity.Record) bool,
) (then MembershipsThen, err error) {
	if !caller.MayAnything() {
		return then, comity.Forbid()
	}
	l := &Listing{registry: r, resource: comity.CoGroupMember.Resource}
	then.Listing = l
	l.next = func(ctx context.Context, tx *store.Tx, after int64, limit int) (found []*comity.Record, err error) {
		for {
			rows, err := tx.ListGroupAt(ctx, group, at, after, limit)
			if err != nil {
				return nil, err
			}
			for _, rec := range rows {
				if wanted(rec, then.Group) {
					found = append(found, rec)
				}
				after = rec.Id
			}
			if len(rows) < limit || len(found) >= limit {
				return found[:min(limit, len(found))], nil
			}
		}
	}
	err = r.store.Snapshot(ctx, func(tx *store.Tx) error {
		if then.Group, err = groupAt(ctx, tx, caller, group, at); err != nil {
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
		return then, fmt.Errorf("list the members of group %d at %s: %w", group, at.Format(comity.TimeLayout), err)
	}
	return then, nil
}

// groupAt returns a group as it was at a time, nil if it did not exist then, to a caller who may change all
// its memberships. If the group is deleted by now, its history shows which CO it belonged to.
func groupAt(ctx context.Context, tx *store.Tx, caller authz.Caller, id int64, at time.Time) (then *comity.Record, err error) {
	then, err = tx.At(ctx, comity.CoGroup.Resource, id, at)
	known := then
	if errors.Is(err, store.ErrNotFound) {
		then = nil
		known, err = tx.Get(ctx, comity.CoGroup.Resource, id)
	}
	if errors.Is(err, store.ErrNotFound) || err == nil && !caller.Knows(known.CoId) {
		return nil, comity.Missing(comity.CoGroup.Noun + " Unknown")
	}
	if err != nil {
		return nil, err
	}
	return then, authz.AuthorizeMembers(ctx, tx, caller, id)
}
