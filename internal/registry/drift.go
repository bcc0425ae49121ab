package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"comity"
	"comity/internal/store"
)

// Leaving returns the number of people that a target knows, and how many of these a full sync would delete
// there now.
func (r *Registry) Leaving(ctx context.Context, target int64) (known, leaving int64, err error) {
	err = r.store.Snapshot(ctx, func(tx *store.Tx) error {
		d, err := tx.Destination(ctx, target)
		if err != nil || d.Settings == nil {
			// A target without settings receives nothing.
			return err
		}
		known, leaving, err = tx.CountKnown(ctx, target, store.Presence{
			Statuses:       provisioned,
			IdentifierType: d.IdentifierType, IdentifierStatus: comity.Active,
			GroupId: d.Target.Int(comity.CoProvisioningTarget.ProvisionCoGroupId), GroupStatus: comity.Active,
		})
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = comity.Missing(comity.CoProvisioningTarget.UnknownOnDelete)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("count who leaves target %d: %w", target, err)
	}
	return known, leaving, nil
}

// Identifiers returns the identifiers under which a target may hold subjects: those it was provisioned with
// and, for people, those of its type that they have or ever had, except those that somebody else has now. For
// a group, its id is added.
func (r *Registry) Identifiers(ctx context.Context, d comity.Destination, sent map[comity.Subject][]string) (map[comity.Subject][]string, error) {
	identifierType := d.IdentifierType
	all := map[comity.Subject][]string{}
	err := r.store.Snapshot(ctx, func(tx *store.Tx) error {
		var people []int64
		for s, identifiers := range sent {
			all[s] = slices.Clone(identifiers)
			if s.Kind == comity.KindGroup {
				all[s] = append(all[s], strconv.FormatInt(s.Id, 10))
			} else {
				people = append(people, s.Id)
			}
		}
		ever, err := tx.IdentifiersEver(ctx, identifierType, people)
		if err != nil {
			return err
		}
		var folded []string
		for _, id := range people {
			person := comity.PersonSubject(id)
			all[person] = append(all[person], ever[id]...)
			for _, identifier := range all[person] {
				folded = append(folded, store.Fold(identifier))
			}
		}
		if len(folded) == 0 {
			return nil
		}
		// Receivers may ignore case, so the comparison does.
		holders, err := tx.Holders(ctx, d.Target.CoId, identifierType, folded)
		for _, id := range people {
			person := comity.PersonSubject(id)
			all[person] = slices.DeleteFunc(all[person], func(identifier string) bool {
				return slices.ContainsFunc(holders[store.Fold(identifier)], func(holder int64) bool { return holder != id })
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("identifiers at target %d: %w", d.Target.Id, err)
	}
	return all, nil
}
