package view

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/store/db"
)

// RightsTo returns what the caller may do to a record that they see.
func (r *Reader) RightsTo(ctx context.Context, caller authz.Caller, rec *comity.Record) (authz.Rights, error) {
	all, err := r.RightsToAll(ctx, caller, []*comity.Record{rec})
	return all[rec.Resource][rec.Id], err
}

// RightsToAll returns what the caller may do to each of many records that they see, by resource and id.
func (r *Reader) RightsToAll(ctx context.Context, caller authz.Caller, records []*comity.Record) (all map[*comity.Resource]map[int64]authz.Rights, err error) {
	err = r.store.Read(ctx, func(tx *db.Tx) error {
		all, err = authz.RightsTo(ctx, tx, caller, records)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what may be done to %d records: %w", len(records), err)
	}
	return all, nil
}
