package registry

import (
	"context"
	"errors"
	"slices"

	"comity"
	"comity/internal/store"
)

// suspendUsersOf suspends the API users that act for a person and would have rights of their own once the
// person is gone: the privileged ones and those of the platform.
func (c *change) suspendUsersOf(ctx context.Context, person int64) error {
	f := comity.ApiUser
	users, err := c.tx.List(ctx, f.Resource, 0, maxLookedAt, store.Equal(f.CoPersonId.Column, person), store.Equal(f.Status.Column, comity.Active))
	if err != nil {
		return err
	}
	for _, u := range users {
		if !u.Bool(f.Privileged) && u.CoId != comity.PlatformCO {
			continue
		}
		u.SetText(f.Status, comity.Suspended)
		if err := c.tx.Update(ctx, u, c.caller.Username, store.Where{CoId: u.CoId}); err != nil {
			return err
		}
	}
	return nil
}

// rightsOf returns the rights that a person has now as a member of groups of administrators.
func rightsOf(ctx context.Context, tx *store.Tx, person int64) (comity.PersonRights, error) {
	rec, err := tx.Get(ctx, comity.CoPerson.Resource, person)
	if errors.Is(err, store.ErrNotFound) {
		return comity.PersonRights{}, nil
	}
	if err != nil || !isActive(rec.Text(comity.CoPerson.Status)) {
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

// isActive says whether a person with the status can use the rights that they have.
func isActive(status string) bool { return slices.Contains(automatic.Active, status) }

// permitOver refuses a change that decides whether a person is active, now or at a later time, if the caller
// has fewer administrative rights than the person.
func (c *change) permitOver(ctx context.Context, person int64) error {
	if c.caller.Admin {
		return nil
	}
	co, units, err := c.tx.Administers(ctx, person, comity.GroupAdmins, comity.Active)
	if err != nil {
		return err
	}
	beyond := func(unit int64) bool { return !slices.Contains(c.caller.Units, unit) }
	if co || slices.ContainsFunc(units, beyond) {
		return comity.ForbidBecause("Person %d administers more than you do: ask an administrator of the CO", person)
	}
	return nil
}
