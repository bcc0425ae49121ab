package registry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

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

// Identifiers returns the identifiers under which a target may hold people, by their id: those that it
// was told, and those of its type that they have or ever had, but for those that somebody else has now.
func (r *Registry) Identifiers(ctx context.Context, d comity.Destination, told map[int64][]string) (map[int64][]string, error) {
	identifierType := d.Settings.Text(comity.CoApiProvisionerTarget.IdentifierType)
	all := map[int64][]string{}
	err := r.store.Snapshot(ctx, func(tx *store.Tx) error {
		ever, err := tx.IdentifiersEver(ctx, identifierType, slices.Collect(maps.Keys(told)))
		if err != nil {
			return err
		}
		var folded []string
		for person := range told {
			all[person] = append(slices.Clone(told[person]), ever[person]...)
			for _, identifier := range all[person] {
				folded = append(folded, store.Fold(identifier))
			}
		}
		if len(folded) == 0 {
			return nil
		}
		// Receivers may not tell upper case from lower case, so neither does this.
		holders, err := tx.Holders(ctx, d.Target.CoId, identifierType, folded)
		for person := range all {
			all[person] = slices.DeleteFunc(all[person], func(identifier string) bool {
				return slices.ContainsFunc(holders[store.Fold(identifier)], func(holder int64) bool { return holder != person })
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("identifiers at target %d: %w", d.Target.Id, err)
	}
	return all, nil
}
