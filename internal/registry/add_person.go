package registry

import (
	"context"
	"errors"
	"fmt"

	"comity"
	"comity/internal/access"
	"comity/internal/store"
)

// AddPerson stores a person and records that hang on them, in one transaction and in that order: all, or
// none and the error of each that fails. The results are of the person and then of the others, whose
// owner need not be given.
func (r *Registry) AddPerson(ctx context.Context, caller access.Caller, person comity.Input, hanging ...comity.Input) ([]BulkResult, error) {
	var results []BulkResult
	err := r.write(ctx, true, func(tx *store.Tx) error {
		results = make([]BulkResult, 1+len(hanging))
		id, err := addIn(ctx, tx, caller, person)
		results[0] = BulkResult{Added{Id: id}, err}
		if err != nil {
			return err
		}
		var failed error
		for i, in := range hanging {
			in.Record = in.Record.Clone()
			in.Record.SetOwner(in.Record.Resource.Owner(), comity.OwnerCO, id)
			added, err := addIn(ctx, tx, caller, in)
			results[i+1] = BulkResult{Added{Id: added}, err}
			if err != nil && !isAnswer(err) {
				return err
			}
			failed = errors.Join(failed, err)
		}
		return failed
	})
	if err != nil {
		for i := range results {
			results[i].Added = Added{}
		}
		return results, fmt.Errorf("add a person: %w", err)
	}
	return results, nil
}

// isAnswer says whether an error is about what was asked, so that what comes after it can be looked at.
func isAnswer(err error) bool {
	var e *comity.Error
	return errors.As(err, &e) && e.Code != comity.Internal
}

func addIn(ctx context.Context, tx *store.Tx, caller access.Caller, in comity.Input) (int64, error) {
	n, err := newRecord(caller, in.Record.Resource, in, "")
	if err != nil {
		return 0, err
	}
	return n.add(ctx, tx, caller)
}
