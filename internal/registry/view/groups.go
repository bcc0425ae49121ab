package view

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/search"
)

// GroupFilter narrows a search of groups. A field that is "" or nil does not narrow it.
type GroupFilter struct {
	// Text is a part of the name, ignoring case.
	Text   string
	Status string
	Auto   *bool
}

// GroupsPage is a page of groups, in order of Id.
type GroupsPage struct {
	Groups []*comity.Record
	// Next is the value of after for the next page, 0 if there is none.
	Next int64
}

// Groups finds the groups of a CO that the caller may see.
func (r *Reader) Groups(ctx context.Context, caller authz.Caller, coID int64, filter GroupFilter, after int64, limit int) (page GroupsPage, err error) {
	f := comity.CoGroup
	limit = min(max(limit, 1), maxPeoplePage)
	conditions := []db.Condition{store.Equal("co_id", coID)}
	if filter.Status != "" {
		conditions = append(conditions, store.Equal(f.Status.Column, filter.Status))
	}
	if filter.Auto != nil {
		conditions = append(conditions, store.Equal(f.Auto.Column, *filter.Auto))
	}
	err = r.read(ctx, caller, func(in reading) error {
		wide, err := in.inCO(ctx, coID)
		if err != nil {
			return err
		}
		if text := searched(filter.Text); text != "" {
			named, err := search.GroupsNamed(ctx, in.tx, coID, text)
			if err != nil {
				return err
			}
			conditions = append(conditions, named)
		}
		page.Groups, page.Next, err = wide.page(ctx, f.Resource, after, limit, conditions...)
		return err
	})
	if err != nil {
		return GroupsPage{}, fmt.Errorf("search the groups of CO %d: %w", coID, err)
	}
	return page, nil
}

// Find returns the records of a CO whose field contains a text, ignoring case, as far as the caller may see
// them.
func (r *Reader) Find(ctx context.Context, caller authz.Caller, f *comity.Field, coID int64, text string, limit int) (found []*comity.Record, err error) {
	text = searched(text)
	err = r.read(ctx, caller, func(in reading) error {
		wide, err := in.inCO(ctx, coID)
		if err != nil {
			return err
		}
		contains := store.HasPart(f.Column, text)
		if f == comity.CoGroup.Name {
			if contains, err = search.GroupsNamed(ctx, in.tx, coID, text); err != nil {
				return err
			}
		}
		found, err = wide.list(ctx, f.Resource(), limit, store.Equal("co_id", coID), contains)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find %s by %q: %w", f.Resource().Plural, text, err)
	}
	return found, nil
}
