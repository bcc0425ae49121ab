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

// Leaving counts the people that a target knows, and those of them that it would be told to forget if
// it were told about everybody now.
func (r *Registry) Leaving(ctx context.Context, target int64) (known, leaving int64, err error) {
	err = r.store.Snapshot(ctx, func(tx *store.Tx) error {
		d, err := tx.Destination(ctx, target)
		if err != nil || d.Settings == nil {
			// A target without settings is told nothing at all.
			return err
		}
		known, leaving, err = tx.CountKnown(ctx, target, store.Presence{
			Statuses:       provisioned,
			IdentifierType: d.Settings.Text(comity.CoApiProvisionerTarget.IdentifierType), IdentifierStatus: comity.Active,
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

// Identifiers returns the identifiers under which a target may hold subjects: those that it was told and,
// of people, those of its type that they have or ever had, but for those that somebody else has now. A
// group's first page goes by the group's id.
func (r *Registry) Identifiers(ctx context.Context, d comity.Destination, provisioned map[comity.Subject][]string) (map[comity.Subject][]string, error) {
	identifierType := d.Settings.Text(comity.CoApiProvisionerTarget.IdentifierType)
	all := map[comity.Subject][]string{}
	err := r.store.Snapshot(ctx, func(tx *store.Tx) error {
		var people []int64
		for s, identifiers := range provisioned {
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
		// Receivers may not tell upper case from lower case, so neither does this.
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
