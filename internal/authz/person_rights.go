package authz

import (
	"context"
	"errors"

	"comity"
	"comity/internal/store"
)

// RightsOf returns the rights that a person has now as a member of groups of administrators.
func RightsOf(ctx context.Context, tx *store.Tx, person int64) (comity.PersonRights, error) {
	rec, err := tx.Get(ctx, comity.CoPerson.Resource, person)
	if errors.Is(err, store.ErrNotFound) {
		return comity.PersonRights{}, nil
	}
	if err != nil || !comity.CountsAsActive(rec.Text(comity.CoPerson.Status)) {
		return comity.PersonRights{}, err
	}
	rights := comity.PersonRights{Active: true}
	rights.Admin, rights.Units, err = tx.Administers(ctx, person, comity.GroupAdmins, comity.Active)
	if err != nil || rights.Admin {
		return rights, err
	}
	now, err := tx.Now(ctx)
	if err != nil {
		return rights, err
	}
	rights.OwnsGroup, err = tx.Any(ctx, comity.CoGroupMember.Resource, store.Equal(comity.OwnerCO.Column, person),
		store.Equal(comity.CoGroupMember.Owner.Column, true), store.ValidAt(now))
	return rights, err
}
