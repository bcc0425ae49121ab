package view

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Affected counts the records of one resource that the delete of a record affects.
type Affected struct {
	Resource *comity.Resource
	// Count is their number. AtLeast is true if there may be more, because not all of very many were counted.
	Count   int
	AtLeast bool
	// Dependents is true if they are deleted with the record, false if they only refer to it and their
	// reference is cleared.
	Dependents bool
}

// AffectedByDelete counts the dependents of a record that the caller may delete, and the records that only
// refer to it.
func (r *Reader) AffectedByDelete(ctx context.Context, caller authz.Caller, rec *comity.Record) (all []Affected, err error) {
	err = r.read(ctx, caller, func(in reading) error {
		all = nil
		if err := authz.Authorize(ctx, in.tx, caller, authz.Delete, rec, rec.Resource.UnknownOnDelete); err != nil {
			return err
		}
		for _, l := range comity.LinksTo(rec.Resource) {
			n, err := store.CountUpTo(ctx, in.tx, l.Field.Resource(), db.MaxCounted+1, store.Equal(l.Column, rec.Id))
			if err != nil {
				return err
			}
			if n > 0 {
				all = addAffected(all, Affected{l.Field.Resource(), min(n, db.MaxCounted), n > db.MaxCounted, l.Takes})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count what a delete affects of %s %d: %w", rec.Resource.Singular, rec.Id, err)
	}
	return all, nil
}

func addAffected(all []Affected, a Affected) []Affected {
	for i, other := range all {
		if other.Resource == a.Resource && other.Dependents == a.Dependents {
			all[i].Count += a.Count
			all[i].AtLeast = all[i].AtLeast || a.AtLeast
			return all
		}
	}
	return append(all, a)
}
