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

// BatchResult is the outcome for one of many records: Added, or the error. Neither means that the record was
// not tried because another one failed.
type BatchResult struct {
	Added
	Err error
}

// AddAll stores many records in one transaction: all, or none and the error of each that fails.
func (r *Registry) AddAll(ctx context.Context, caller authz.Caller, res *comity.Resource, inputs []comity.Input, key Idempotency) ([]BatchResult, error) {
	results := make([]BatchResult, len(inputs))
	pending := make([]pendingRecord, len(inputs))
	for i, in := range inputs {
		pending[i], results[i].Err = newRecord(caller, res, in, "")
	}
	if failed := failures(results); failed != nil {
		return results, failed
	}
	err := r.write(ctx, r.store.WriteAlone, func(tx *db.Tx) error {
		results = make([]BatchResult, len(inputs))
		deferred := newDeferredMemberships()
		if err := deferred.prepare(ctx, tx, pending); err != nil {
			return err
		}
		for i, n := range pending {
			id, err := n.idempotency(key.of(i)).do(ctx, tx, caller, func() (int64, error) { return n.add(ctx, tx, caller, deferred) })
			results[i] = BatchResult{Added{Id: id, Generated: n.secret}, err}
			if err != nil && !isAnswer(err) {
				return fmt.Errorf("element %d: %w", i, err)
			}
		}
		if failed := failures(results); failed != nil {
			return failed
		}
		return deferred.compute(ctx, &change{tx: tx, caller: caller})
	})
	if err != nil {
		for i := range results {
			results[i].Added = Added{}
		}
		return results, fmt.Errorf("add %d %s: %w", len(inputs), res.Plural, err)
	}
	return results, nil
}

// AddEach stores many records, each in a transaction of its own.
func (r *Registry) AddEach(ctx context.Context, caller authz.Caller, res *comity.Resource, inputs []comity.Input, key Idempotency) []BatchResult {
	results := make([]BatchResult, len(inputs))
	for i, in := range inputs {
		added, err := r.add(ctx, caller, res, in, "", key.of(i))
		if err != nil && ctx.Err() != nil {
			break // records added before are answered as such, the rest is not carried out
		}
		results[i].Added, results[i].Err = added, err
	}
	return results
}

// BatchPart is one record of a batch.
type BatchPart struct {
	Input comity.Input
	// Of is the field that refers to the first part, nil if there is none. If it is an owner, the first part
	// is a person.
	Of *comity.Field
}

// name sets the part's reference to the first record.
func (p BatchPart) name(rec *comity.Record, first int64) {
	switch {
	case p.Of == nil:
	case p.Of.Kind == comity.Owner:
		rec.SetOwner(p.Of, comity.OwnerCO, first)
	default:
		rec.SetInt(p.Of, first)
	}
}

// AddPerson stores a person and their dependents, whose owner need not be given, as AddBatch does. The
// results are those of the person and then of the others.
func (r *Registry) AddPerson(ctx context.Context, caller authz.Caller, person comity.Input, dependents ...comity.Input) ([]BatchResult, error) {
	parts := []BatchPart{{Input: person}}
	for _, in := range dependents {
		parts = append(parts, BatchPart{Input: in, Of: in.Record.Resource.Owner()})
	}
	return r.AddBatch(ctx, caller, parts)
}

// AddBatch stores records of different resources in one transaction and in that order: all, or none and
// the error of each that fails. If the first fails, the others have only the errors that their requests show.
func (r *Registry) AddBatch(ctx context.Context, caller authz.Caller, parts []BatchPart) ([]BatchResult, error) {
	results := make([]BatchResult, len(parts))
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
	err := r.write(ctx, r.store.WriteAlone, func(tx *db.Tx) error {
		copy(results, asked)
		return addParts(ctx, tx, caller, parts, pending, results)
	})
	if err != nil {
		for i := range results {
			results[i].Added = Added{}
		}
		return results, fmt.Errorf("add a batch: %w", err)
	}
	return results, nil
}

// addParts adds the records whose requests show no field error, and writes each outcome into results.
func addParts(ctx context.Context, tx *db.Tx, caller authz.Caller, parts []BatchPart, pending []pendingRecord, results []BatchResult) error {
	deferred := newDeferredMemberships()
	for i, n := range pending {
		if results[i].Err != nil {
			continue
		}
		parts[i].name(n.record, results[0].Id)
		id, err := n.add(ctx, tx, caller, deferred)
		results[i] = BatchResult{Added{Id: id, Generated: n.secret}, err}
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
	return deferred.compute(ctx, &change{tx: tx, caller: caller})
}

// failures returns the errors of results as one.
func failures(results []BatchResult) error {
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
