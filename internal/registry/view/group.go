package view

import (
	"context"
	"fmt"
	"slices"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
	"comity/internal/store/search"
)

// GroupView is a group with its unit, counts of its members and the graph of its nestings.
type GroupView struct {
	Group *comity.Record
	// Now is the time as of which it was read.
	Now time.Time
	// Unit is the unit of the group, nil if there is none or the caller may not see it.
	Unit *comity.Record
	// Members and Owners count the people who are so now; a group that is not Active has no members. Others
	// counts the rows whose validity has ended or not begun. AtLeast is true if there may be more, because not all of
	// very many rows were counted. HasCounts is true if the caller may see all of them.
	Members, Owners, Others int64
	AtLeast, HasCounts      bool
	// MayChange says whether the caller may change the members.
	MayChange bool
	// Nodes are the groups that are nested in it or that it is nested in, at any depth, the group itself
	// first. Edges are the nestings between them.
	Nodes, Edges []*comity.Record
	// Cut is true if the graph is truncated to maxGraph groups.
	Cut bool
}

// maxGraph is the most groups that a graph shows.
const maxGraph = 200

// Group returns a group with the graph of its nestings, in a fixed number of queries.
func (r *Reader) Group(ctx context.Context, caller authz.Caller, id int64) (g GroupView, err error) {
	f := comity.CoGroup
	err = r.read(ctx, caller, func(in reading) (err error) {
		g.Now = in.Now
		if g.Group, err = in.one(ctx, f.Resource, id); err != nil {
			return err
		}
		units, err := in.byID(ctx, comity.Cou.Resource, []int64{g.Group.Int(f.CouId)})
		if err != nil {
			return err
		}
		g.Unit = units[g.Group.Int(f.CouId)]
		if err := in.graph(ctx, &g); err != nil {
			return err
		}
		if !g.Group.Bool(f.Auto) {
			through := caller.Through(authz.Edit, comity.CoGroupMember.Resource)
			if g.MayChange, err = authz.IsRelated(ctx, in.tx, caller, through, f.Resource, id); err != nil {
				return err
			}
		}
		if g.HasCounts, err = in.seesMembers(ctx, id); err != nil || !g.HasCounts {
			return err
		}
		counts, err := groups.CountMembers(ctx, in.tx, id, in.Now)
		g.Members, g.Owners, g.Others, g.AtLeast = counts.Members, counts.Owners, counts.Others, counts.AtLeast
		if g.Group.Text(f.Status) != comity.Active {
			g.Members = 0
		}
		return err
	})
	if err != nil {
		return GroupView{}, fmt.Errorf("view group %d: %w", id, err)
	}
	return g, nil
}

// seesMembers says whether the caller may see all rows of a group: by their relation to the group, not to
// single rows.
func (r reading) seesMembers(ctx context.Context, group int64) (bool, error) {
	by := r.Caller.Through(authz.View, comity.CoGroupMember.Resource) & (authz.InCO | authz.InUnit | authz.Owned)
	return authz.IsRelated(ctx, r.tx, r.Caller, by, comity.CoGroup.Resource, group)
}

// graph follows the nestings from a group up and down. A CO has few nestings, so all are read at once.
func (r reading) graph(ctx context.Context, g *GroupView) error {
	nestings, err := groups.Nestings(ctx, r.tx, g.Group.CoId, comity.Active)
	if err != nil {
		return err
	}
	up, down := map[int64][]int64{}, map[int64][]int64{}
	for _, n := range nestings {
		up[n.Group] = append(up[n.Group], n.Target)
		down[n.Target] = append(down[n.Target], n.Group)
	}
	ids := []int64{g.Group.Id}
	for _, edges := range []map[int64][]int64{down, up} {
		ids = append(ids, reached(g.Group.Id, edges)...)
	}
	if g.Cut = len(ids) > maxGraph; g.Cut {
		ids = ids[:maxGraph]
	}
	groups, err := r.byID(ctx, comity.CoGroup.Resource, ids)
	if err != nil {
		return err
	}
	var shown []int64
	for _, id := range ids {
		if rec := groups[id]; rec != nil && !slices.Contains(shown, id) {
			g.Nodes = append(g.Nodes, rec)
			shown = append(shown, id)
		}
	}
	f := comity.CoGroupNesting
	g.Edges, err = r.list(ctx, f.Resource, maxGraph*maxGraph, store.In(f.CoGroupId.Column, shown), store.In(f.TargetCoGroupId.Column, shown))
	return err
}

// reached returns the groups that edges lead to from one, nearest first, without that one.
func reached(from int64, edges map[int64][]int64) (ids []int64) {
	seen := map[int64]bool{from: true}
	for next := []int64{from}; len(next) > 0; {
		var after []int64
		for _, id := range next {
			for _, to := range edges[id] {
				if !seen[to] {
					seen[to] = true
					after = append(after, to)
				}
			}
		}
		ids = append(ids, after...)
		next = after
	}
	return ids
}

// GroupMember is a row of a group, with the person and the membership reason.
type GroupMember struct {
	Membership *comity.Record
	// Person is the person of the row, with the primary name; nil if the caller may not see them.
	Person *comity.Record
	Reason MembershipReason
}

// MembersPage is a page of the rows of a group, in order of Id.
type MembersPage struct {
	Members []GroupMember
	// Next is the value of after for the next page, 0 if there is none.
	Next int64
}

// GroupMembers returns the rows of a group that the caller may see, of people whose names, email addresses or
// identifiers contain all words of the text; an empty text selects all people. owners narrows it to the
// owners.
func (r *Reader) GroupMembers(ctx context.Context, caller authz.Caller, group int64, text string, owners bool, after int64, limit int) (page MembersPage, err error) {
	f := comity.CoGroupMember
	limit = min(max(limit, 1), maxPeoplePage)
	err = r.read(ctx, caller, func(in reading) error {
		of, err := in.one(ctx, comity.CoGroup.Resource, group)
		if err != nil {
			return err
		}
		conditions := []db.Condition{store.Equal(f.CoGroupId.Column, group)}
		if owners {
			conditions = append(conditions, groups.Owns())
		}
		words := searchedWords(text)
		if len(words) > 0 {
			with, err := search.MembersWith(ctx, in.tx, of.CoId, group, words)
			if err != nil {
				return err
			}
			conditions = append(conditions, with)
		}
		var rows []*comity.Record
		if rows, page.Next, err = in.page(ctx, f.Resource, after, limit, conditions...); err != nil {
			return err
		}
		if rows, err = in.rowsWithoutHiddenMatches(ctx, rows, words); err != nil {
			return err
		}
		page.Members, err = in.members(ctx, rows)
		return err
	})
	if err != nil {
		return MembersPage{}, fmt.Errorf("list the members of group %d: %w", group, err)
	}
	return page, nil
}

func (r reading) members(ctx context.Context, rows []*comity.Record) ([]GroupMember, error) {
	ids := make([]int64, len(rows))
	for i, m := range rows {
		ids[i] = m.OwnedBy(comity.OwnerCO)
	}
	who, err := people(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	named, err := (&gathered{source: r, records: rows}).named(ctx)
	if err != nil {
		return nil, err
	}
	reasons, err := r.reasons(ctx, r, rows, named)
	all := make([]GroupMember, len(rows))
	for i, m := range rows {
		all[i] = GroupMember{Membership: m, Person: who[ids[i]], Reason: reasons[m.Id]}
	}
	return all, err
}
