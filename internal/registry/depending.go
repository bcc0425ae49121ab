package registry

import (
	"context"
	"errors"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
)

// Depending counts the records of one resource that refer to a record.
type Depending struct {
	Resource *comity.Resource
	Count    int64
	// Taken is true if they are deleted with the record, false if their reference is cleared.
	Taken bool
}

// DependingOn counts the dependents of a record that the caller may delete, and the records that only refer
// to it.
func (r *Registry) DependingOn(ctx context.Context, caller authz.Caller, rec *comity.Record) (all []Depending, err error) {
	err = r.read(ctx, caller, func(in reading) error {
		all = nil
		if err := authz.Authorize(ctx, in.tx, caller, authz.Delete, rec, rec.Resource.UnknownOnDelete); err != nil {
			return err
		}
		for _, l := range comity.LinksTo(rec.Resource) {
			n, err := in.tx.Count(ctx, l.Field.Resource(), store.Equal(l.Column, rec.Id))
			if err != nil {
				return err
			}
			if n > 0 {
				all = put(all, Depending{l.Field.Resource(), n, l.Takes})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count what depends on %s %d: %w", rec.Resource.Singular, rec.Id, err)
	}
	return all, nil
}

// RefusesDelete returns the error with which a delete of the record would be refused now, nil if it would
// not.
func (r *Registry) RefusesDelete(ctx context.Context, caller authz.Caller, rec *comity.Record) (refused *comity.Error, err error) {
	err = r.read(ctx, caller, func(in reading) error {
		c := &change{tx: in.tx, caller: caller, old: rec, now: in.Now}
		err := authz.Authorize(ctx, in.tx, caller, authz.Delete, rec, rec.Resource.UnknownOnDelete)
		if err == nil {
			err = c.refuseDelete(ctx, rulesOf(rec.Resource))
		}
		if errors.As(err, &refused) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask whether %s %d can be deleted: %w", rec.Resource.Singular, rec.Id, err)
	}
	return refused, nil
}

func put(all []Depending, d Depending) []Depending {
	for i, other := range all {
		if other.Resource == d.Resource && other.Taken == d.Taken {
			all[i].Count += d.Count
			return all
		}
	}
	return append(all, d)
}
