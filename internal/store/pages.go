package store

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store/db"
)

// Page is one page of the records of a resource in order of Id.
type Page struct {
	Resource *comity.Resource
	// Of are records that the records must name. The page is read by the index on the first one's column and the id,
	// never by the primary key, which would also read the records of all others.
	Of []Reference
	// Filters are conditions that are tested on each record, Conditions those that may find records by themselves.
	Filters, Conditions []db.Condition
	// Among, unless nil, are ids in order that the records must be among; they find the records instead of Of.
	Among []int64
	// After is the id after which the page begins, Limit the number of records at which it ends.
	After int64
	Limit int
}

// Reference is a record that others name in a column: their CO, or another that they belong or refer to.
type Reference struct {
	Column string
	Id     int64
}

// Records returns the records of the page.
func (p Page) Records(ctx context.Context, tx *db.Tx) (records []*comity.Record, err error) {
	err = p.each(ctx, tx, func(row *db.Row) error {
		rec, err := texts[p.Resource].scan(row)
		records = append(records, rec)
		return err
	})
	return records, err
}

// Each calls a function with each record of the page. It is the same record with other values each time: who keeps one
// reads Records.
func (p Page) Each(ctx context.Context, tx *db.Tx, each func(*comity.Record) error) error {
	t, rec := texts[p.Resource], comity.NewRecord(p.Resource)
	return p.each(ctx, tx, func(row *db.Row) (err error) {
		if !p.Resource.InHistory {
			scanInto(rec, row)
		} else if rec, err = t.scan(row); err != nil {
			return err
		}
		return each(rec)
	})
}

// each calls a function with the row of each record, whose columns are those of statements.columns.
func (p Page) each(ctx context.Context, tx *db.Tx, each func(*db.Row) error) error {
	a := db.Args{p.After}
	where, order := "t.id > $1", "t.id"
	if p.Among != nil {
		next, _ := slices.BinarySearch(p.Among, p.After+1)
		where += " AND " + tx.Dialect.Among("t.id", tx.Dialect.IdsIn(&a, p.Among[next:]))
	}
	for i, of := range p.Of {
		if i == 0 && p.Among == nil {
			where, order = tx.Dialect.Within("t", of.Column, a.Put(of.Id), "$1")
		} else {
			where += " AND " + tx.Dialect.Unindexed + "t." + of.Column + " = " + a.Put(of.Id)
		}
	}
	if p.Resource == comity.Co.Resource {
		where += notDeleted(tx, "t.id")
	}
	for _, c := range slices.Concat(p.Filters, p.Conditions) {
		where += " AND " + c(tx.Dialect, &a)
	}
	t := texts[p.Resource]
	sql := "SELECT " + t.columns + " FROM " + t.from + " WHERE " + where + " ORDER BY " + order + " LIMIT " + a.Put(int64(p.Limit))
	if len(p.Of) > 0 && p.Among == nil && len(p.Conditions) == 0 {
		return tx.InKeyOrder(ctx, sql, a, each)
	}
	return tx.Query(ctx, sql, a, each)
}

// List returns up to limit records that meet all conditions, in order of Id, starting after the given id.
func List(ctx context.Context, tx *db.Tx, r *comity.Resource, after int64, limit int, conditions ...db.Condition) ([]*comity.Record, error) {
	return Page{Resource: r, Conditions: conditions, After: after, Limit: limit}.Records(ctx, tx)
}
