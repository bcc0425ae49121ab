package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store/db"
)

// Part is one record of a batch.
type Part struct {
	Input comity.Input
	// Of is the field that refers to the first part, nil if there is none. If it is an owner, the first part
	// is a person.
	Of *comity.Field
}

// name sets the part's reference to the first record.
func (p Part) name(rec *comity.Record, first int64) {
	switch {
	case p.Of == nil:
	case p.Of.Kind == comity.Owner:
		rec.SetOwner(p.Of, comity.OwnerCO, first)
	default:
		rec.SetInt(p.Of, first)
	}
}

// AddPerson stores a person and their dependents, whose owner need not be given, as AddTogether does. The
// results are those of the person and then of the others.
func (r *Registry) AddPerson(ctx context.Context, caller authz.Caller, person comity.Input, hanging ...comity.Input) ([]BulkResult, error) {
	parts := []Part{{Input: person}}
	for _, in := range hanging {
		parts = append(parts, Part{Input: in, Of: in.Record.Resource.Owner()})
	}
	return r.AddTogether(ctx, caller, parts)
}

// AddTogether stores records of different resources in one transaction and in that order: all, or none and
// the error of each that fails. If the first fails, the others have only the errors that their requests show.
func (r *Registry) AddTogether(ctx context.Context, caller authz.Caller, parts []Part) ([]BulkResult, error) {
	results := make([]BulkResult, len(parts))
	pending := make([]pendingRecord, len(parts))
	for i, p := range parts {
		// The id of the first is known once it is stored, but the reference counts as given.
		in := p.Input
		in.Record = in.Record.Clone()
		p.name(in.Record, 1)
		pending[i], results[i].Err = newRecord(caller, in.Record.Resource, in, "")
	}
	if results[0].Err != nil {
		return results, failures(results)
	}
	asked := slices.Clone(results)
	err := r.write(ctx, true, func(tx *db.Tx) error {
		copy(results, asked)
		return addParts(ctx, tx, caller, parts, pending, results)
	})
	if err != nil {
		for i := range results {
			results[i].Added = Added{}
		}
		return results, fmt.Errorf("add together: %w", err)
	}
	return results, nil
}

// addParts adds the records whose requests show no fault, and writes each outcome into results.
func addParts(ctx context.Context, tx *db.Tx, caller authz.Caller, parts []Part, pending []pendingRecord, results []BulkResult) error {
	b := newBatch()
	for i, n := range pending {
		if results[i].Err != nil {
			continue
		}
		parts[i].name(n.record, results[0].Id)
		id, err := n.add(ctx, tx, caller, b)
		results[i] = BulkResult{Added{Id: id, Generated: n.minted}, err}
		if err != nil && i == 0 {
			for j, other := range pending[1:] {
				results[j+1].Err = cmp.Or(results[j+1].Err, other.err())
			}
		}
		if err != nil && (i == 0 || !isAnswer(err)) {
			return err
		}
	}
	if failed := failures(results); failed != nil {
		return failed
	}
	return b.compute(ctx, &change{tx: tx, caller: caller})
}

// failures returns the errors of results as one.
func failures(results []BulkResult) error {
	errs := make([]error, len(results))
	for i, result := range results {
		errs[i] = result.Err
	}
	return errors.Join(errs...)
}

// isAnswer says whether an error is about the request, so that the records after it can be tried.
func isAnswer(err error) bool {
	var e *comity.Error
	return errors.As(err, &e) && e.Code != comity.Internal
}
