package registry

import (
	"context"
	"slices"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
)

// addable returns the condition "an owner of a group may see this record to choose members": the people whom
// they may add or who are in a group of theirs, and these people's primary names, email addresses and units.
func (r reach) addable(res *comity.Resource) store.Condition {
	switch res {
	case comity.CoPerson.Resource:
		r.few = false // they are many: test each person instead of selecting them first
		return store.AllOf(store.Equal("co_id", r.caller.CoId), store.AnyOf(
			store.OneOf(comity.CoPerson.Status.Column, automatic.Active...),
			store.NamedByEach(comity.OwnerCO.Column, comity.CoGroupMember.Resource, r.owned(comity.CoGroupMember.Resource)),
		))
	case comity.Cou.Resource:
		return store.Equal("co_id", r.caller.CoId)
	}
	whose := store.NamesEach(comity.OwnerCO.Column, comity.CoPerson.Resource, r.addable(comity.CoPerson.Resource))
	switch res {
	case comity.CoPersonRole.Resource:
		return store.AllOf(store.IsSet(comity.CoPersonRole.CouId.Column), whose)
	case comity.Name.Resource:
		return store.AllOf(store.Equal(comity.Name.PrimaryName.Column, true), whose)
	}
	return whose
}

// showApart clears the fields that the caller may not see from records that they see only as the owner of a
// group, to distinguish people.
func showApart(ctx context.Context, tx *store.Tx, caller authz.Caller, records []*comity.Record) error {
	if !caller.OwnsGroup || len(records) == 0 {
		return nil
	}
	res := records[0].Resource
	shown := authz.PermissionFor(res).Apart
	if len(shown) == 0 || caller.Through(authz.View, res)&authz.InCO != 0 {
		return nil
	}
	apart, err := seenApart(ctx, tx, caller, res, records)
	if err != nil {
		return err
	}
	for _, rec := range apart {
		for _, f := range res.Fields {
			if !slices.Contains(shown, f) {
				rec.Set(f, comity.Cell{})
			}
		}
	}
	return nil
}

// seenApart returns those of the records of a resource that the caller sees only as the owner of a group, to
// distinguish people.
func seenApart(ctx context.Context, tx *store.Tx, caller authz.Caller, res *comity.Resource, records []*comity.Record) (apart []*comity.Record, err error) {
	now, err := tx.Now(ctx)
	if err != nil {
		return nil, err
	}
	caller = caller.Strictly()
	ids := make([]int64, len(records))
	for i, rec := range records {
		ids[i] = rec.Id
	}
	whole := map[int64][]*comity.Record{}
	if within := (reach{caller: caller, now: now}).within(res, caller.Through(authz.View, res)); within != nil {
		if whole, err = tx.ListBy(ctx, res, "id", distinct(ids), within); err != nil {
			return nil, err
		}
	}
	for _, rec := range records {
		if whole[rec.Id] == nil {
			apart = append(apart, rec)
		}
	}
	return apart, nil
}

// foundApart drops from the people found those whom the caller sees only as the owner of a group and whose
// visible fields do not contain all words: otherwise a search would reveal the hidden fields.
func (r reading) foundApart(ctx context.Context, people []PersonFound, words []string) ([]PersonFound, error) {
	if !r.caller.OwnsGroup || len(words) == 0 || len(people) == 0 || r.all(comity.CoPerson.Resource) {
		return people, nil
	}
	records := make([]*comity.Record, len(people))
	ids := make([]int64, len(people))
	for i, p := range people {
		records[i], ids[i] = p.Person, p.Person.Id
	}
	apart, err := seenApart(ctx, r.tx, r.caller, comity.CoPerson.Resource, records)
	if err != nil || len(apart) == 0 {
		return people, err
	}
	mails, err := r.listBy(ctx, comity.EmailAddress.Resource, comity.OwnerCO.Column, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(people, func(p PersonFound) bool {
		if !slices.Contains(apart, p.Person) {
			return false
		}
		var texts []string
		for _, rec := range append(slices.Clone(mails[p.Person.Id]), p.Name) {
			if rec == nil {
				continue
			}
			for _, f := range rec.Resource.Fields {
				if f.Kind == comity.Text {
					texts = append(texts, rec.Text(f))
				}
			}
		}
		return !store.HasWords(texts, words)
	}), nil
}

// rowsApart is foundApart for the rows of a group, applied to the people in them.
func (r reading) rowsApart(ctx context.Context, rows []*comity.Record, words []string) ([]*comity.Record, error) {
	if !r.caller.OwnsGroup || len(words) == 0 {
		return rows, nil
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.OwnedBy(comity.OwnerCO)
	}
	people, err := r.describe(ctx, distinct(ids), words)
	if err != nil {
		return nil, err
	}
	if people, err = r.foundApart(ctx, people, words); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(row *comity.Record) bool {
		return !slices.ContainsFunc(people, func(p PersonFound) bool { return p.Person.Id == row.OwnedBy(comity.OwnerCO) })
	}), nil
}
