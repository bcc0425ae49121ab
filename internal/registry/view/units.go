package view

import (
	"context"
	"fmt"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
)

// Unit is a node in the tree of a CO's units.
type Unit struct {
	Record *comity.Record
	// People is how many people have a role in it, whatever the role's status. AtLeast is true if there may be more,
	// because not all of very many were counted.
	People  int64
	AtLeast bool
	// Below are its child units, in order of name.
	Below []*Unit
}

// maxUnits is the largest number of units that a tree shows.
const maxUnits = 20_000

// Units returns the units of a CO that the caller may see, as trees in order of name. A unit whose parent
// they may not see is a root.
func (r *Reader) Units(ctx context.Context, caller authz.Caller, coID int64) (roots []*Unit, err error) {
	f := comity.Cou
	err = r.read(ctx, caller.Strictly(), func(in reading) error {
		wide, err := in.inCO(ctx, coID)
		if err != nil {
			return err
		}
		records, err := wide.list(ctx, f.Resource, maxUnits, store.Equal("co_id", coID))
		if err != nil {
			return err
		}
		counts, err := store.PeopleByUnit(ctx, in.tx, coID, wide.Visible(comity.CoPersonRole.Resource))
		roots = tree(records, counts)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the units of CO %d: %w", coID, err)
	}
	return roots, nil
}

func tree(records []*comity.Record, people map[int64]store.UnitCount) (roots []*Unit) {
	slices.SortStableFunc(records, byText(comity.Cou.Name))
	units := map[int64]*Unit{}
	for _, rec := range records {
		units[rec.Id] = &Unit{Record: rec, People: people[rec.Id].People, AtLeast: people[rec.Id].AtLeast}
	}
	for _, rec := range records {
		if parent := units[rec.Int(comity.Cou.ParentId)]; parent != nil {
			parent.Below = append(parent.Below, units[rec.Id])
		} else {
			roots = append(roots, units[rec.Id])
		}
	}
	return roots
}
