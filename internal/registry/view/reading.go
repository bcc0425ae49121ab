package view

import (
	"context"
	"maps"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
)

// reading is a snapshot that reads what a caller may see.
type reading struct {
	authz.Filter
	tx *db.Tx
}

// read runs a closure that reads as of one moment.
func (r *Reader) read(ctx context.Context, caller authz.Caller, fn func(reading) error) error {
	if !caller.MayAnything() {
		return comity.Forbid()
	}
	return r.snapshot(ctx, caller, func(tx *db.Tx) error {
		filter := authz.NewFilter(tx, caller)
		return fn(reading{filter, tx})
	})
}

// inCO returns a reading for queries over a whole CO instead of by ids. It returns an error if the caller may
// know of nothing in the CO.
func (r reading) inCO(ctx context.Context, id int64) (reading, error) {
	if err := r.co(ctx, id); err != nil {
		return r, err
	}
	within, err := r.Across(ctx, r.tx)
	return reading{within, r.tx}, err
}

// list returns the records that the caller may see and that meet the conditions, in order of Id.
func (r reading) list(ctx context.Context, res *comity.Resource, limit int, conditions ...db.Condition) ([]*comity.Record, error) {
	records, _, err := r.page(ctx, res, 0, limit, conditions...)
	return records, err
}

// page is list for one page: up to limit records after an id. next is the value of after for the next page, 0
// if there is none.
func (r reading) page(ctx context.Context, res *comity.Resource, after int64, limit int, conditions ...db.Condition) (records []*comity.Record, next int64, err error) {
	if !r.Caller.May(authz.View, res) {
		return nil, 0, nil
	}
	if records, err = store.List(ctx, r.tx, res, after, limit+1, r.Seen(res, conditions...)...); err != nil {
		return nil, 0, err
	}
	if len(records) > limit {
		records = records[:limit]
		next = records[limit-1].Id
	}
	return records, next, authz.Redact(ctx, r.tx, r.Caller, records)
}

// listBy returns the records whose column has one of the ids, grouped by that id, as far as the caller may
// see them.
func (r reading) listBy(ctx context.Context, res *comity.Resource, column string, ids []int64, conditions ...db.Condition) (map[int64][]*comity.Record, error) {
	if !r.Caller.May(authz.View, res) {
		return nil, nil //nolint:nilnil // they see none
	}
	by, err := store.ListBy(ctx, r.tx, res, column, ids, r.Seen(res, conditions...)...)
	if err != nil {
		return nil, err
	}
	return by, authz.Redact(ctx, r.tx, r.Caller, slices.Concat(slices.Collect(maps.Values(by))...))
}

// dependents returns the dependents of the records with the ids, which name them in the column.
func (r reading) dependents(ctx context.Context, res *comity.Resource, column string, ids []int64) (map[int64][]*comity.Record, error) {
	return r.listBy(ctx, res, column, ids)
}

// byID returns those of the records with the ids that the caller may see.
func (r reading) byID(ctx context.Context, res *comity.Resource, ids []int64) (map[int64]*comity.Record, error) {
	found := map[int64]*comity.Record{}
	lists, err := r.listBy(ctx, res, "id", distinct(ids))
	for id, alone := range lists {
		found[id] = alone[0]
	}
	return found, err
}

// primaryNames returns the primary names of people, as far as the caller may see them.
func (r reading) primaryNames(ctx context.Context, people []int64) (map[int64]*comity.Record, error) {
	found := map[int64]*comity.Record{}
	f := comity.Name
	names, err := r.listBy(ctx, f.Resource, comity.OwnerCO.Column, distinct(people), store.Equal(f.PrimaryName.Column, true))
	for id, all := range names {
		found[id] = all[0]
	}
	return found, err
}

// people returns those of the people with the ids that the caller may see, each with the primary name, if
// they have one.
func people(ctx context.Context, from source, ids []int64) (map[int64]*comity.Record, error) {
	found, err := from.byID(ctx, comity.CoPerson.Resource, distinct(ids))
	if err != nil {
		return nil, err
	}
	return found, addNames(ctx, from, found)
}

// addNames puts the primary names of people in their Expanded.
func addNames(ctx context.Context, from source, people map[int64]*comity.Record) error {
	names, err := from.primaryNames(ctx, slices.Collect(maps.Keys(people)))
	for id, name := range names {
		people[id].Expanded = []comity.Expansion{{Resource: name.Resource, Records: []*comity.Record{name}}}
	}
	return err
}

// one returns the record with the id, or the NotFound error if the caller may not see it.
func (r reading) one(ctx context.Context, res *comity.Resource, id int64) (*comity.Record, error) {
	return authz.Get(ctx, r.tx, r.Caller, authz.View, res, id, res.UnknownOnView)
}

// co returns an error if the caller may know of nothing in a CO.
func (r reading) co(ctx context.Context, id int64) error {
	if !r.Caller.Knows(id) {
		return comity.Missing(comity.Co.UnknownOnView)
	}
	_, err := r.one(ctx, comity.Co.Resource, id)
	return err
}

// all says whether the caller may see every record of the resource in the COs that they may know of.
func (r reading) all(res *comity.Resource) bool {
	return r.Caller.Through(authz.View, res)&authz.InCO != 0
}

// distinct returns the ids in order, without duplicates and 0.
func distinct(ids []int64) []int64 {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id == 0 })
	slices.Sort(ids)
	return slices.Compact(ids)
}
