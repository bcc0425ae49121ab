package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
)

// Rights are what a caller may do to one record.
type Rights struct{ Edit, Delete bool }

// RightsTo returns what the caller may do to a record that they see.
func (r *Registry) RightsTo(ctx context.Context, caller authz.Caller, rec *comity.Record) (Rights, error) {
	all, err := r.RightsToAll(ctx, caller, []*comity.Record{rec})
	return all[rec.Resource][rec.Id], err
}

// RightsToAll returns what the caller may do to each of many records that they see, by resource and id, with
// a fixed number of queries per resource. It agrees with permit.
func (r *Registry) RightsToAll(ctx context.Context, caller authz.Caller, records []*comity.Record) (map[*comity.Resource]map[int64]Rights, error) {
	by := map[*comity.Resource][]*comity.Record{}
	for _, rec := range records {
		by[rec.Resource] = append(by[rec.Resource], rec)
	}
	all := map[*comity.Resource]map[int64]Rights{}
	err := r.store.Read(ctx, func(tx *store.Tx) error {
		for res, of := range by {
			all[res] = map[int64]Rights{}
			if res.AddAndView {
				continue
			}
			editable, err := among(ctx, tx, caller, authz.Edit, of)
			if err != nil {
				return err
			}
			deletable, err := among(ctx, tx, caller, authz.Delete, of)
			if err != nil {
				return err
			}
			for _, rec := range of {
				all[res][rec.Id] = Rights{Edit: editable[rec.Id], Delete: deletable[rec.Id]}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("what may be done to %d records: %w", len(records), err)
	}
	return all, nil
}

// among returns the ids of those records of one resource to which the caller may do this.
func among(ctx context.Context, tx *store.Tx, caller authz.Caller, op authz.Operation, records []*comity.Record) (map[int64]bool, error) {
	res := records[0].Resource
	relations := caller.Through(op, res)
	may := map[int64]bool{}
	for _, rec := range records {
		if relations != 0 && !isReserved(caller, rec) {
			may[rec.Id] = true
		}
	}
	if len(may) == 0 || relations&authz.InCO != 0 {
		return may, nil
	}
	now, err := tx.Now(ctx)
	if err != nil {
		return nil, err
	}
	within := reach{caller: caller, now: now}.within(res, relations)
	if within == nil {
		return map[int64]bool{}, nil
	}
	found, err := tx.ListBy(ctx, res, "id", slices.Sorted(maps.Keys(may)), within)
	maps.DeleteFunc(may, func(id int64, _ bool) bool { return found[id] == nil })
	return may, err
}
