package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
)

// StatusesAt is the number of people by status at the end of a day.
type StatusesAt struct {
	Day    time.Time
	People map[string]int64
}

// PeopleOverTime returns how many people of a CO had each status, at the end of each day on which that
// changed and today, oldest first. The caller must be allowed to see all people of the CO.
func (r *Reader) PeopleOverTime(ctx context.Context, caller authz.Caller, coID int64) (days []StatusesAt, err error) {
	err = r.read(ctx, caller, func(in reading) error {
		if err := in.co(ctx, coID); err != nil {
			return err
		}
		if !in.all(comity.CoPerson.Resource) {
			return comity.Forbid()
		}
		changes, err := store.StatusChanges(ctx, in.tx, coID)
		days = addUp(changes, in.Now)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count the people of CO %d over time: %w", coID, err)
	}
	return days, nil
}

// addUp turns changes per day into totals.
func addUp(changes []store.StatusChange, now time.Time) (days []StatusesAt) {
	people := map[string]int64{}
	put := func(day time.Time) {
		at := StatusesAt{day, map[string]int64{}}
		for status, n := range people {
			if n != 0 {
				at.People[status] = n
			}
		}
		days = append(days, at)
	}
	for i, c := range changes {
		people[c.Status] += c.Change
		if i+1 == len(changes) || !changes[i+1].Day.Equal(c.Day) {
			put(c.Day)
		}
	}
	today := now.UTC().Truncate(24 * time.Hour)
	if len(days) > 0 && days[len(days)-1].Day.Before(today) {
		put(today)
	}
	return days
}

// PeopleByStatus counts the people of a CO whom the caller may see, by status. atLeast is true if there may be more:
// of the people of very large units, not all are counted.
func (r *Reader) PeopleByStatus(ctx context.Context, caller authz.Caller, coID int64) (counts map[string]int64, atLeast bool, err error) {
	err = r.read(ctx, caller.Strictly(), func(in reading) (err error) {
		wide, err := in.inCO(ctx, coID)
		if err != nil {
			return err
		}
		visible := wide.Visible(comity.CoPerson.Resource)
		if visible != nil && !wide.PeopleFirst {
			visible, atLeast = store.HasRoleAmong(wide.Caller.Units, db.MaxCounted), true
		}
		if visible != nil {
			counts, err = store.PeopleByStatus(ctx, in.tx, coID, visible)
			return err
		}
		// The same numbers without reading each person.
		changes, err := store.StatusChanges(ctx, in.tx, coID)
		counts = map[string]int64{}
		if days := addUp(changes, in.Now); len(days) > 0 {
			counts = days[len(days)-1].People
		}
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("count the people of CO %d: %w", coID, err)
	}
	return counts, atLeast, nil
}

// Upcoming is a role or membership that will begin or end by time.
type Upcoming struct {
	At time.Time
	// Record is the role or membership.
	Record *comity.Record
	// Person has the primary name, Of is the unit or group; nil if there is none or the caller may not see
	// it.
	Person, Of *comity.Record
}

const maxUpcoming = 200

// Ends returns the roles and memberships of a CO that end next, soonest first.
func (r *Reader) Ends(ctx context.Context, caller authz.Caller, coID int64, limit int) ([]Upcoming, error) {
	return r.upcoming(ctx, caller, coID, limit, comity.CoPersonRole.ValidThrough, comity.CoGroupMember.ValidThrough)
}

// Begins returns the roles and memberships of a CO that begin next, soonest first.
func (r *Reader) Begins(ctx context.Context, caller authz.Caller, coID int64, limit int) ([]Upcoming, error) {
	return r.upcoming(ctx, caller, coID, limit, comity.CoPersonRole.ValidFrom, comity.CoGroupMember.ValidFrom)
}

func (r *Reader) upcoming(ctx context.Context, caller authz.Caller, coID int64, limit int, times ...*comity.Field) (found []Upcoming, err error) {
	limit = min(max(limit, 1), maxUpcoming)
	err = r.read(ctx, caller.Strictly(), func(in reading) error {
		wide, err := in.inCO(ctx, coID)
		if err != nil {
			return err
		}
		for _, f := range times {
			records, err := store.ListNext(ctx, in.tx, f.Resource(), f, coID, in.Now, limit, wide.Seen(f.Resource())...)
			if err != nil {
				return err
			}
			for _, rec := range records {
				found = append(found, Upcoming{At: rec.Time(f), Record: rec})
			}
		}
		slices.SortStableFunc(found, func(a, b Upcoming) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Record.Id, b.Record.Id)) })
		found = found[:min(len(found), limit)]
		// An owner of a group sees the names of those whom they may add to it, here as on the group's page.
		in.Caller = caller
		return in.nameUpcoming(ctx, found)
	})
	if err != nil {
		return nil, fmt.Errorf("list what comes next in CO %d: %w", coID, err)
	}
	return found, nil
}

func (r reading) nameUpcoming(ctx context.Context, all []Upcoming) error {
	var ids, units, groups []int64
	for _, u := range all {
		ids = append(ids, u.Record.OwnedBy(comity.OwnerCO))
		if u.Record.Resource == comity.CoPersonRole.Resource {
			units = append(units, u.Record.Int(comity.CoPersonRole.CouId))
		} else {
			groups = append(groups, u.Record.Int(comity.CoGroupMember.CoGroupId))
		}
	}
	who, err := people(ctx, r, ids)
	if err != nil {
		return err
	}
	unitsByID, err := r.byID(ctx, comity.Cou.Resource, units)
	if err != nil {
		return err
	}
	groupsByID, err := r.byID(ctx, comity.CoGroup.Resource, groups)
	for i, u := range all {
		all[i].Person = who[u.Record.OwnedBy(comity.OwnerCO)]
		if u.Record.Resource == comity.CoPersonRole.Resource {
			all[i].Of = unitsByID[u.Record.Int(comity.CoPersonRole.CouId)]
		} else {
			all[i].Of = groupsByID[u.Record.Int(comity.CoGroupMember.CoGroupId)]
		}
	}
	return err
}
