package authz

import (
	"context"
	"errors"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
)

// RightsOf returns the rights that a person has now as a member of groups of administrators.
func RightsOf(ctx context.Context, tx *db.Tx, person int64) (comity.PersonRights, error) {
	rec, err := store.Get(ctx, tx, comity.CoPerson.Resource, person)
	if errors.Is(err, db.ErrNotFound) {
		return comity.PersonRights{}, nil
	}
	if err != nil || !comity.CountsAsActive(rec.Text(comity.CoPerson.Status)) {
		return comity.PersonRights{}, err
	}
	rights := comity.PersonRights{Active: true}
	rights.Admin, rights.Units, err = groups.Administers(ctx, tx, person, comity.GroupAdmins, comity.Active)
	if err != nil || rights.Admin {
		return rights, err
	}
	now := tx.Now()
	rights.OwnsGroup, err = store.Any(ctx, tx, comity.CoGroupMember.Resource, store.Equal(comity.OwnerCO.Column, person),
		store.Equal(comity.CoGroupMember.Owner.Column, true), store.ValidAt(now))
	return rights, err
}
