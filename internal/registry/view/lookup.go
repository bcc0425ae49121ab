package view

import (
	"context"
	"fmt"
	"maps"

	"comity"
	"comity/internal/authz"
)

// Lookup returns those of the records with the ids that the caller may see, with one query per resource. A
// person comes with the primary name, if they have one.
func (r *Reader) Lookup(ctx context.Context, caller authz.Caller, wanted map[*comity.Resource][]int64) (Named, error) {
	found := Named{}
	if !caller.MayAnything() {
		return found, nil
	}
	err := r.read(ctx, caller, func(in reading) (err error) {
		for res, ids := range wanted {
			if res.InHistory {
				continue
			}
			if found[res], err = in.byID(ctx, res, ids); err != nil {
				return err
			}
			maps.DeleteFunc(found[res], func(_ int64, rec *comity.Record) bool { return !caller.Knows(rec.CoId) })
		}
		return addNames(ctx, in, found[comity.CoPerson.Resource])
	})
	if err != nil {
		return nil, fmt.Errorf("look up what records name: %w", err)
	}
	return found, nil
}
