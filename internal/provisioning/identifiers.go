package provisioning

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"comity"
	"comity/internal/authz"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// identifiers returns the identifiers under which a target may hold subjects: those it was provisioned with
// and, for people, those of its type that they have or ever had, except those that somebody else has now. For
// a group, its id is added.
func (s *Service) identifiers(ctx context.Context, d comity.Destination, sent map[comity.Subject][]string) (map[comity.Subject][]string, error) {
	identifierType := d.IdentifierType
	all := map[comity.Subject][]string{}
	err := s.store.Snapshot(ctx, func(tx *db.Tx) error {
		var people []int64
		for subject, identifiers := range sent {
			all[subject] = slices.Clone(identifiers)
			if subject.Kind == comity.KindGroup {
				all[subject] = append(all[subject], strconv.FormatInt(subject.Id, 10))
			} else {
				people = append(people, subject.Id)
			}
		}
		ever, err := queue.IdentifiersEver(ctx, tx, identifierType, people)
		if err != nil {
			return err
		}
		var folded []string
		for _, id := range people {
			person := comity.PersonSubject(id)
			all[person] = append(all[person], ever[id]...)
			for _, identifier := range all[person] {
				folded = append(folded, db.Fold(identifier))
			}
		}
		if len(folded) == 0 {
			return nil
		}
		// Receivers may ignore case, so the comparison does.
		holders, err := queue.Holders(ctx, tx, d.Target.CoId, identifierType, folded)
		for _, id := range people {
			person := comity.PersonSubject(id)
			all[person] = slices.DeleteFunc(all[person], func(identifier string) bool {
				return slices.ContainsFunc(holders[db.Fold(identifier)], func(holder int64) bool { return holder != id })
			})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("identifiers at target %d: %w", d.Target.Id, err)
	}
	return all, nil
}

// HasIdentifiers says whether anybody in the CO of a target that the caller sees has an identifier of a type,
// under which they can be sent.
func (s *Service) HasIdentifiers(ctx context.Context, caller authz.Caller, target *comity.Record, kind string) (has bool, err error) {
	if !mayView(caller, target) {
		return false, comity.Forbid()
	}
	f := comity.Identifier
	err = s.store.Read(ctx, func(tx *db.Tx) error {
		// The condition that it is of no org identity lets the database use the index of all types.
		has, err = store.Any(ctx, tx, f.Resource, store.Equal("co_id", target.CoId), store.Equal(f.Type.Column, kind),
			store.IsNull(comity.OwnerOrg.Column), store.IsSet(comity.OwnerCO.Column), store.Equal(f.Status.Column, comity.Active))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("identifiers of the type %q for provisioning target %d: %w", kind, target.Id, err)
	}
	return has, nil
}
