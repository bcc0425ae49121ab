package registry

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/access"
	"comity/internal/store"
)

// RightsToAll says what the caller may do to each of many records that they see, by resource and id, in
// a fixed number of questions for each resource.
func (r *Registry) RightsToAll(ctx context.Context, caller access.Caller, records []*comity.Record) (map[*comity.Resource]map[int64]Rights, error) {
	by := map[*comity.Resource][]*comity.Record{}
	for _, rec := range records {
		by[rec.Resource] = append(by[rec.Resource], rec)
	}
	all := map[*comity.Resource]map[int64]Rights{}
	err := r.store.Read(ctx, func(tx *store.Tx) error {
		now, err := tx.Now(ctx)
		if err != nil {
			return err
		}
		for res, of := range by {
			all[res] = map[int64]Rights{}
			if res.AddAndView {
				continue
			}
			editable, err := among(ctx, tx, reach{caller: caller, now: now}, access.Edit, of)
			if err != nil {
				return err
			}
			deletable, err := among(ctx, tx, reach{caller: caller, now: now}, access.Delete, of)
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

// among are the ids of those records of one resource that the caller may change so.
func among(ctx context.Context, tx *store.Tx, r reach, op access.Operation, records []*comity.Record) (map[int64]bool, error) {
	res := records[0].Resource
	relations, reserved := r.caller.Through(op, res), access.PermissionFor(res).Reserved
	var ids []int64
	for _, rec := range records {
		if relations != 0 && (r.caller.Admin || reserved == nil || !rec.Bool(reserved)) {
			ids = append(ids, rec.Id)
		}
	}
	may := map[int64]bool{}
	if relations&access.InCO == 0 {
		within := r.within(res, relations)
		if within == nil || len(ids) == 0 {
			return may, nil
		}
		found, err := tx.ListBy(ctx, res, "id", distinct(ids), within)
		if err != nil {
			return nil, err
		}
		ids = ids[:0]
		for id := range found {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		may[id] = true
	}
	return may, nil
}
