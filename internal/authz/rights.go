package authz

import (
	"context"
	"maps"
	"slices"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// Rights are what a caller may do to one record.
type Rights struct{ Edit, Delete bool }

// RightsTo returns what the caller may do to each of the records that they see, by resource and id, with a
// fixed number of queries per resource. It agrees with Authorize.
func RightsTo(ctx context.Context, tx *db.Tx, caller Caller, records []*comity.Record) (map[*comity.Resource]map[int64]Rights, error) {
	by := map[*comity.Resource][]*comity.Record{}
	for _, rec := range records {
		by[rec.Resource] = append(by[rec.Resource], rec)
	}
	all := map[*comity.Resource]map[int64]Rights{}
	for res, of := range by {
		all[res] = map[int64]Rights{}
		if res.AppendOnly {
			continue
		}
		editable, err := among(ctx, tx, caller, Edit, of)
		if err != nil {
			return nil, err
		}
		deletable, err := among(ctx, tx, caller, Delete, of)
		if err != nil {
			return nil, err
		}
		for _, rec := range of {
			all[res][rec.Id] = Rights{Edit: editable[rec.Id], Delete: deletable[rec.Id]}
		}
	}
	return all, nil
}

// among returns the ids of those records of one resource to which the caller may do this.
func among(ctx context.Context, tx *db.Tx, caller Caller, op Operation, records []*comity.Record) (map[int64]bool, error) {
	res := records[0].Resource
	relations := caller.Through(op, res)
	may := map[int64]bool{}
	for _, rec := range records {
		if relations != 0 && !IsReserved(caller, rec) {
			may[rec.Id] = true
		}
	}
	if len(may) == 0 || relations&InCO != 0 {
		return may, nil
	}
	fl := NewFilter(tx, caller)
	within := fl.within(res, relations)
	if within == nil {
		return map[int64]bool{}, nil
	}
	found, err := store.ListBy(ctx, tx, res, "id", slices.Sorted(maps.Keys(may)), within)
	maps.DeleteFunc(may, func(id int64, _ bool) bool { return found[id] == nil })
	return may, err
}
