package registry

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store/db"
)

// BulkResult is the outcome for one of many records: Added, or the error. Neither means that the record was
// not tried because another one failed.
type BulkResult struct {
	Added
	Err error
}

// AddAll stores many records in one transaction: all, or none and the error of each that fails.
func (r *Registry) AddAll(ctx context.Context, caller authz.Caller, res *comity.Resource, inputs []comity.Input, once Once) ([]BulkResult, error) {
	results := make([]BulkResult, len(inputs))
	pending := make([]pendingRecord, len(inputs))
	for i, in := range inputs {
		pending[i], results[i].Err = newRecord(caller, res, in, "")
	}
	if failed := failures(results); failed != nil {
		return results, failed
	}
	err := r.write(ctx, true, func(tx *db.Tx) error {
		results = make([]BulkResult, len(inputs))
		b := newBatch()
		for i, n := range pending {
			id, err := n.once(once.of(i)).do(ctx, tx, caller, func() (int64, error) { return n.add(ctx, tx, caller, b) })
			results[i] = BulkResult{Added{Id: id, Generated: n.minted}, err}
			if err != nil && !isAnswer(err) {
				return fmt.Errorf("element %d: %w", i, err)
			}
		}
		if failed := failures(results); failed != nil {
			return failed
		}
		return b.compute(ctx, &change{tx: tx, caller: caller})
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
func (r *Registry) AddEach(ctx context.Context, caller authz.Caller, res *comity.Resource, inputs []comity.Input, once Once) []BulkResult {
	results := make([]BulkResult, len(inputs))
	for i, in := range inputs {
		added, err := r.add(ctx, caller, res, in, "", once.of(i))
		if err != nil && ctx.Err() != nil {
			break // records added before are answered as such, the rest is not carried out
		}
		results[i].Added, results[i].Err = added, err
	}
	return results
}
