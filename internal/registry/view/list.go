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
	// Records are the first page, unless the query has Each.
	Records []*comity.Record
	// None is the phrase to answer with if the list's parent has no such records; "" to answer with a list,
	// which may be empty.
	None comity.Phrase
	// Limited is true if the query asked for one page; More is then the id after which the next page begins,
	// 0 if there is none.
	Limited bool
	More    int64
	// Full says that the last page that was read is as long as possible, so that another may follow.
	Full bool
	// NextSince is the ModifiedSince of the next query, with which it misses nothing that this one does not
	// show; zero if the query did not use ModifiedSince.
	NextSince time.Time

	reader *Reader
	query  ListQuery
	caller authz.Caller
	next   pager
	// last is the id of the last record that was read.
	last int64
}

// pager reads the records of a list after an id, up to a limit, and calls a function with each.
type pager func(ctx context.Context, tx *db.Tx, after int64, limit int, each func(*comity.Record) error) error

// Next calls the query's Each with the records of the next page.
func (l *Listing) Next(ctx context.Context) error {
	after := l.last
	err := l.reader.snapshot(ctx, l.caller, func(tx *db.Tx) error { return l.read(ctx, tx, after) })
	if err != nil {
		return fmt.Errorf("list %s after %d: %w", l.query.Resource.Plural, after, err)
	}
	return nil
}

// read reads a page: of the query's limit, and whether there is more, or of MaxPage records.
func (l *Listing) read(ctx context.Context, tx *db.Tx, after int64) error {
	size, limit := MaxPage, MaxPage
	if l.Limited {
		size, limit = l.query.Limit, l.query.Limit+1
	}
	n := 0
	err := l.next(ctx, tx, after, limit, func(rec *comity.Record) error {
		if n++; n > size {
			l.More = l.last
			return nil
		}
		l.last = rec.Id
		if l.query.Each == nil {
			l.Records = append(l.Records, rec)
		} else {
			l.query.Each(rec)
		}
		return nil
	})
	l.Full = !l.Limited && n == size
	return err
}

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
		return l.read(ctx, tx, q.After)
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", q.Resource.Plural, err)
	}
	if l.last == 0 && q.After == 0 {
		l.None = resolved.none
	}
	return l, nil
}

// listing returns the list of a query before anything is read.
func (r *Reader) listing(caller authz.Caller, q ListQuery) *Listing {
	return &Listing{reader: r, query: q, caller: caller, Limited: q.Limit > 0}
}
