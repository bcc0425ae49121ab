package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// forbidPast is the error of whoever may not see what was.
func forbidPast() error {
	return comity.ForbidBecause("Earlier and deleted records are for administrators of the CO")
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

// MembersAt lists the memberships of a group that counted at a time: who was in it then. All parameters of
// the query hold, as in any list.
func (r *Registry) MembersAt(ctx context.Context, caller access.Caller, query map[string][]string, at time.Time) (*Listing, error) {
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

// MembershipsThen are memberships as they were at a time, counting or not, of a group.
type MembershipsThen struct {
	*Listing
	// Group is the group as it was then, nil where it was not there yet or any more.
	Group *comity.Record
}

// MembershipsAt lists a page of the memberships that a group had at a time, after the one given.
func (r *Registry) MembershipsAt(ctx context.Context, caller access.Caller, group int64, at time.Time, after int64, limit int) (MembershipsThen, error) {
	return r.membershipsAt(ctx, caller, group, at, after, limit, func(*comity.Record, *comity.Record) bool { return true })
}

// membershipsAt lists memberships: all of them, or for a limit one page of so many; only those that are
// wanted of the group as it was, nil where it was not there.
func (r *Registry) membershipsAt(
	ctx context.Context, caller access.Caller, group int64, at time.Time, after int64, limit int, wanted func(rec, group *comity.Record) bool,
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

// groupAt is a group as it was at a time, nil where it was not there then, for a caller who may change all of
// its memberships. The group may be gone by now; its history says whose it was.
func groupAt(ctx context.Context, tx *store.Tx, caller access.Caller, id int64, at time.Time) (then *comity.Record, err error) {
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
	return then, permitMembers(ctx, tx, caller, id)
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
