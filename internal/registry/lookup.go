package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"comity"
	"comity/internal/access"
	"comity/internal/store"
)

// Found are records by their resource and id.
type Found map[*comity.Resource]map[int64]*comity.Record

// Lookup returns the records with the ids, of those that the caller may see: a question for each
// resource and not for each record. A person comes with the primary name, if they have one.
func (r *Registry) Lookup(ctx context.Context, caller access.Caller, wanted map[*comity.Resource][]int64) (Found, error) {
	found := Found{}
	err := r.store.Snapshot(ctx, func(tx *store.Tx) error {
		now, err := tx.Now(ctx)
		if err != nil {
			return err
		}
		visible := reach{caller: caller, now: now}.visible
		for res, ids := range wanted {
			if len(ids) == 0 || res.InHistory || !caller.May(access.View, res) {
				continue
			}
			slices.Sort(ids)
			lists, err := tx.ListBy(ctx, res, "id", slices.Compact(ids), conditions(visible(res))...)
			if err != nil {
				return err
			}
			found[res] = single(caller, lists)
		}
		return addNames(ctx, tx, found[comity.CoPerson.Resource], visible(comity.Name.Resource))
	})
	if err != nil {
		return nil, fmt.Errorf("look up what records name: %w", err)
	}
	return found, nil
}

func conditions(c store.Condition) []store.Condition {
	if c == nil {
		return nil
	}
	return []store.Condition{c}
}

// single are the records that are each alone in their list, as far as the caller may know of them.
func single(caller access.Caller, lists map[int64][]*comity.Record) map[int64]*comity.Record {
	one := map[int64]*comity.Record{}
	for id, list := range lists {
		if caller.Knows(list[0].CoId) {
			one[id] = list[0]
		}
	}
	return one
}

// addNames puts with each person the primary name.
func addNames(ctx context.Context, tx *store.Tx, people map[int64]*comity.Record, visible store.Condition) error {
	var ids []int64
	for id := range people {
		ids = append(ids, id)
	}
	f := comity.Name
	names, err := tx.ListBy(ctx, f.Resource, comity.OwnerCO.Column, ids,
		append(conditions(visible), store.Equal(f.PrimaryName.Column, true))...)
	for id, list := range names {
		people[id].Expanded = []comity.Expansion{{Resource: f.Resource, Records: list}}
	}
	return err
}

// Rights say what a caller may do to one record.
type Rights struct{ Edit, Delete bool }

// RightsTo says what the caller may do to a record that they see.
func (r *Registry) RightsTo(ctx context.Context, caller access.Caller, rec *comity.Record) (rights Rights, err error) {
	if rec.Resource.AddAndView {
		return rights, nil
	}
	err = r.store.Read(ctx, func(tx *store.Tx) error {
		for _, one := range []struct {
			op  access.Operation
			may *bool
		}{{access.Edit, &rights.Edit}, {access.Delete, &rights.Delete}} {
			err := permit(ctx, tx, caller, one.op, rec, "")
			var refused *comity.Error
			if err != nil && !errors.As(err, &refused) {
				return err
			}
			*one.may = err == nil
		}
		return nil
	})
	if err != nil {
		return rights, fmt.Errorf("what may be done to %s %d: %w", rec.Resource.Singular, rec.Id, err)
	}
	return rights, nil
}
