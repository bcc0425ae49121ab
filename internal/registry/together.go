package registry

import (
	"context"
	"errors"
	"fmt"

	"comity"
	"comity/internal/access"
	"comity/internal/store"
)

// Part is one of several records that are added together.
type Part struct {
	Input comity.Input
	// Of is the field by which it names the first part, nil where it does not.
	Of *comity.Field
}

// AddTogether stores records of different resources in one transaction: all, or none and the error of
// those that fail.
func (r *Registry) AddTogether(ctx context.Context, caller access.Caller, parts []Part) ([]BulkResult, error) {
	results := make([]BulkResult, len(parts))
	newcomers := make([]newcomer, len(parts))
	var failed error
	for i, p := range parts {
		in := p.Input
		if p.Of != nil {
			// Which it is shows when the first is stored; that it is named holds already.
			in.Record = in.Record.Clone()
			in.Record.SetInt(p.Of, 1)
		}
		newcomers[i], results[i].Err = newRecord(caller, in.Record.Resource, in, "")
		failed = errors.Join(failed, results[i].Err)
	}
	if failed != nil {
		return results, failed
	}
	err := r.write(ctx, true, func(tx *store.Tx) error {
		clear(results)
		for i, n := range newcomers {
			if of := parts[i].Of; of != nil {
				n.record.SetInt(of, results[0].Id)
			}
			id, err := n.add(ctx, tx, caller)
			if err != nil {
				clear(results)
				results[i].Err = err
				return fmt.Errorf("part %d: %w", i, err)
			}
			results[i].Added = Added{Id: id, Minted: n.minted}
		}
		return nil
	})
	if err != nil {
		return results, fmt.Errorf("add together: %w", err)
	}
	return results, nil
}
