package view

import (
	"context"
	"maps"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/history"
)

// page reads the records after an id in order of Id: straight from their rows where nothing has to look at them all.
func (q *resolvedQuery) page(ctx context.Context, tx *db.Tx, after int64, limit int, each func(*comity.Record) error) error {
	looksAtAll := q.Each == nil || q.Deleted || len(q.Expand) > 0 || len(q.exact) > 0 || q.filter.Caller.MayBeShownParts(q.Resource)
	if !looksAtAll {
		return q.stored(after, limit, q.parts...).Each(ctx, tx, each)
	}
	records, err := q.records(ctx, tx, after, limit)
	if err != nil {
		return err
	}
	for _, rec := range records {
		if err := each(rec); err != nil {
			return err
		}
	}
	return nil
}

// records reads the records after an id in order of Id. A search begins with the exact matches, as clients take
// the first record; later pages continue after the last record of the page before.
func (q *resolvedQuery) records(ctx context.Context, tx *db.Tx, after int64, limit int) ([]*comity.Record, error) {
	if len(q.exact) == 0 || q.Limit > 0 {
		return q.read(ctx, tx, after, limit, q.parts...)
	}
	exact := store.AllOf(q.exact...)
	var records []*comity.Record
	var err error
	if !q.exactRead {
		records, err = q.read(ctx, tx, after, limit, exact)
		if err != nil || len(records) == limit {
			return records, err
		}
		q.exactRead, after = true, q.After
	}
	rest, err := q.read(ctx, tx, after, limit-len(records), append(slices.Clone(q.parts), store.Not(exact))...)
	return append(records, rest...), err
}

// stored returns the page of the records that are stored, without deleted ones.
func (q *resolvedQuery) stored(after int64, limit int, conditions ...db.Condition) store.Page {
	return store.Page{
		Resource: q.Resource, Of: q.of, Filters: q.filters, Conditions: append(slices.Clone(q.conditions), conditions...),
		Among: q.changed, After: after, Limit: limit,
	}
}

// read reads the records after an id in order of Id, including deleted ones if they are asked for, each with
// the dependents to be shown with it.
func (q *resolvedQuery) read(ctx context.Context, tx *db.Tx, after int64, limit int, conditions ...db.Condition) ([]*comity.Record, error) {
	records, err := q.stored(after, limit, conditions...).Records(ctx, tx)
	if err != nil {
		return nil, err
	}
	if err := authz.Redact(ctx, tx, q.filter.Caller, records); err != nil {
		return nil, err
	}
	if q.Deleted {
		gone, err := history.ListDeleted(ctx, tx, q.Resource, q.ModifiedSince, after, limit, q.columns)
		if err != nil {
			return nil, err
		}
		records = append(records, gone...)
		slices.SortFunc(records, func(a, b *comity.Record) int { return int(a.Id - b.Id) })
		records = records[:min(len(records), limit)]
	}
	for _, res := range q.Expand {
		if err := q.expandWith(ctx, tx, res, records); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// expandWith reads the records of a resource that belong to a page of records, in one query.
func (q *resolvedQuery) expandWith(ctx context.Context, tx *db.Tx, child *comity.Resource, records []*comity.Record) error {
	parent, _ := child.ParentIn(q.Resource)
	ids := make([]int64, len(records))
	for i, rec := range records {
		ids[i] = rec.Id
	}
	dependents, err := store.ListBy(ctx, tx, child, parent.Column, ids, q.filter.Seen(child)...)
	if err != nil {
		return err
	}
	if err := authz.Redact(ctx, tx, q.filter.Caller, slices.Concat(slices.Collect(maps.Values(dependents))...)); err != nil {
		return err
	}
	for _, rec := range records {
		rec.Expanded = append(rec.Expanded, comity.Expansion{Resource: child, Records: dependents[rec.Id]})
	}
	return nil
}
