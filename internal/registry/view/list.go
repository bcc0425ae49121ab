package view

import (
	"context"
	"fmt"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/store/db"
)

// MaxPage is the largest page: how many records of a list are read at a time, and may be asked for.
const MaxPage = 1000

// Listing is a list that is being read. It holds one page at a time.
type Listing struct {
	// Records are the first page.
	Records []*comity.Record
	// None is the phrase to answer with if the list's parent has no such records; "" to answer with a list,
	// which may be empty.
	None comity.Phrase
	// Limited is true if the query asked for one page; More is then the id after which the next page begins,
	// 0 if there is none.
	Limited bool
	More    int64
	// NextSince is the ModifiedSince of the next query, with which it misses nothing that this one does not
	// show; zero if the query did not use ModifiedSince.
	NextSince time.Time

	reader   *Reader
	resource *comity.Resource
	caller   authz.Caller
	next     func(ctx context.Context, tx *db.Tx, after int64, limit int) ([]*comity.Record, error)
}

// Next returns the page after a record, empty at the end.
func (l *Listing) Next(ctx context.Context, after int64) (records []*comity.Record, err error) {
	err = l.reader.snapshot(ctx, l.caller, func(tx *db.Tx) error {
		records, err = l.next(ctx, tx, after, MaxPage)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list %s after %d: %w", l.resource.Plural, after, err)
	}
	return records, nil
}

// Full says whether a page is as long as possible, so that another may follow.
func (l *Listing) Full(records []*comity.Record) bool { return !l.Limited && len(records) == MaxPage }

// List returns the records that meet the query, in order of Id.
func (r *Reader) List(ctx context.Context, caller authz.Caller, q ListQuery) (*Listing, error) {
	if err := q.Authorize(caller); err != nil {
		return nil, err
	}
	if !q.At.IsZero() {
		return r.membersAt(ctx, caller, q)
	}
	l := r.listing(caller, q)
	if !q.ModifiedSince.IsZero() {
		// Read before the snapshot is taken, so that no change falls between the two.
		horizon, err := r.store.CommitHorizon(ctx)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", q.Resource.Plural, err)
		}
		l.NextSince = horizon.Time
	}
	resolved := &resolvedQuery{ListQuery: q, columns: map[string]int64{}}
	err := r.snapshot(ctx, caller, func(tx *db.Tx) error {
		if err := resolved.resolve(ctx, tx, caller); err != nil || resolved.nothing {
			return err
		}
		l.next = resolved.page
		return l.first(ctx, tx, q)
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", q.Resource.Plural, err)
	}
	if len(l.Records) == 0 && q.After == 0 {
		l.None = resolved.none
	}
	return l, nil
}

// listing returns the list of a query before anything is read.
func (r *Reader) listing(caller authz.Caller, q ListQuery) *Listing {
	return &Listing{reader: r, resource: q.Resource, caller: caller, Limited: q.Limit > 0}
}

// first reads the first page: of the query's limit, and whether there is more, or of MaxPage records.
func (l *Listing) first(ctx context.Context, tx *db.Tx, q ListQuery) (err error) {
	size := MaxPage
	if l.Limited {
		size = q.Limit + 1
	}
	l.Records, err = l.next(ctx, tx, q.After, size)
	if l.Limited && len(l.Records) > q.Limit {
		l.Records = l.Records[:q.Limit]
		l.More = l.Records[q.Limit-1].Id
	}
	return err
}
