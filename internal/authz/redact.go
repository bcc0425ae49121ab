package authz

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// addable returns the condition "an owner of a group may see this record to choose members": the people whom
// they may add or who are in a group of theirs, and these people's primary names, email addresses and units.
func (fl Filter) addable(res *comity.Resource) db.Condition {
	switch res {
	case comity.CoPerson.Resource:
		fl.PeopleFirst = false // they are many: test each person instead of selecting them first
		return store.AllOf(store.Equal("co_id", fl.Caller.CoId), store.AnyOf(
			store.OneOf(comity.CoPerson.Status.Column, comity.ActiveStatuses()...),
			store.ReferredByEach(comity.OwnerCO.Column, comity.CoGroupMember.Resource, fl.owned(comity.CoGroupMember.Resource)),
		))
	case comity.Cou.Resource:
		return store.Equal("co_id", fl.Caller.CoId)
	}
	whose := store.RefersToEach(comity.OwnerCO.Column, comity.CoPerson.Resource, fl.addable(comity.CoPerson.Resource))
	switch res {
	case comity.CoPersonRole.Resource:
		return store.AllOf(store.IsSet(comity.CoPersonRole.CouId.Column), whose)
	case comity.Name.Resource:
		return store.AllOf(store.Equal(comity.Name.PrimaryName.Column, true), whose)
	}
	return whose
}

// MayBeShownParts says whether there may be records of a resource of which the caller is not shown all fields, so that
// records must be passed to Redact.
func (c Caller) MayBeShownParts(res *comity.Resource) bool {
	return c.OwnsGroup && len(PermissionFor(res).Distinguishing) > 0 && c.Through(View, res)&InCO == 0
}

// Redact clears the fields that the caller may not see from records of one resource that they see only as the
// owner of a group, to distinguish people.
func Redact(ctx context.Context, tx *db.Tx, caller Caller, records []*comity.Record) error {
	if len(records) == 0 || !caller.MayBeShownParts(records[0].Resource) {
		return nil
	}
	res := records[0].Resource
	shown := PermissionFor(res).Distinguishing
	redacted, err := Redacted(ctx, tx, caller, res, records)
	if err != nil {
		return err
	}
	for _, rec := range redacted {
		for _, f := range res.Fields {
			if !slices.Contains(shown, f) {
				rec.Set(f, comity.Cell{})
			}
		}
	}
	return nil
}

// Redacted returns those of the records of a resource of which the caller does not see all fields: they see
// them only as the owner of a group, to distinguish people.
func Redacted(ctx context.Context, tx *db.Tx, caller Caller, res *comity.Resource, records []*comity.Record) (redacted []*comity.Record, err error) {
	fl := NewFilter(tx, caller.Strictly())
	ids := make([]int64, len(records))
	for i, rec := range records {
		ids[i] = rec.Id
	}
	slices.Sort(ids)
	whole := map[int64][]*comity.Record{}
	if within := fl.within(res, fl.Caller.Through(View, res)); within != nil {
		if whole, err = store.ListBy(ctx, tx, res, "id", slices.Compact(ids), within); err != nil {
			return nil, err
		}
	}
	for _, rec := range records {
		if whole[rec.Id] == nil {
			redacted = append(redacted, rec)
		}
	}
	return redacted, nil
}
