// Package view has the read models: what callers see of the registry. Lists of a resource's records, one
// record now or as of an earlier time, a person or a group with everything about them, the overview of a CO,
// its history, and the searches are methods of Reader.
//
// Each reads as of one moment, shows what the caller may see (package authz makes the row filters), and takes
// a fixed number of queries, however much it shows. Nothing here changes the registry.
package view

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store/db"
)

// Reader reads for callers.
type Reader struct {
	store *db.DB
	turns turns
}

// New returns the reader of a store.
func New(s *db.DB) *Reader {
	_, most, _ := s.Connections()
	return &Reader{store: s, turns: turns{most: max(1, most/2), of: map[string]*slots{}}}
}

// Record returns one record.
func (r *Reader) Record(ctx context.Context, caller authz.Caller, res *comity.Resource, id int64) (*comity.Record, error) {
	if !caller.MayAnything() {
		return nil, comity.Forbid()
	}
	var rec *comity.Record
	err := r.store.Read(ctx, func(tx *db.Tx) (err error) {
		rec, err = authz.Get(ctx, tx, caller, authz.View, res, id, res.UnknownOnView)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("view %s %d: %w", res.Singular, id, err)
	}
	return rec, nil
}

// Exists returns the error that an edit of the id returns if there is no such record, nil if there is one. It
// lets a request with an unreadable body be refused for the missing record first.
func (r *Reader) Exists(ctx context.Context, caller authz.Caller, res *comity.Resource, id int64) error {
	if !caller.MayAnything() {
		return comity.Forbid()
	}
	return r.store.Read(ctx, func(tx *db.Tx) error {
		_, err := authz.Get(ctx, tx, caller, authz.Edit, res, id, res.UnknownOnEdit)
		return err
	})
}
