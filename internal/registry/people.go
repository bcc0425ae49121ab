package registry

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/groups"
	"comity/internal/store/queue"
)

var personRules = rules{
	authorize: func(ctx context.Context, c *change) error {
		status := comity.CoPerson.Status
		if c.old == nil || c.new != nil && comity.CountsAsActive(c.old.Text(status)) == comity.CountsAsActive(c.new.Text(status)) {
			return nil
		}
		return c.authorizeOver(ctx, c.old.Id)
	},
	refuse: func(ctx context.Context, c *change) error {
		if c.new != nil {
			return nil
		}
		if err := c.refuseUnowned(ctx); err != nil {
			return err
		}
		roles, err := store.Any(ctx, c.tx, comity.CoPersonRole.Resource, store.Equal(comity.OwnerCO.Column, c.old.Id))
		if err == nil && roles {
			err = comity.Refuse(comity.PhraseHasRole)
		}
		return err
	},
	before: func(ctx context.Context, c *change) error {
		if c.new != nil {
			return nil
		}
		return c.suspendUsersOf(ctx, c.old.Id)
	},
	after: func(ctx context.Context, c *change) error {
		if c.new == nil || !c.changed(comity.CoPerson.Status) {
			return nil
		}
		var err error
		if c.old == nil {
			err = c.addToGroups(ctx, c.new)
		} else {
			err = c.syncPerson(ctx, c.new.CoId, c.new.Id)
		}
		if err != nil {
			return err
		}
		return c.noteFirstActive(ctx, c.new)
	},
}

// refuseUnowned refuses to let the administrators of some units delete a person with a role in another.
func (c *change) refuseUnowned(ctx context.Context) error {
	if c.caller.Admin {
		return nil
	}
	unit := comity.CoPersonRole.CouId.Column
	elsewhere, err := store.Any(ctx, c.tx, comity.CoPersonRole.Resource, store.Equal(comity.OwnerCO.Column, c.old.Id),
		store.IsSet(unit), store.Not(store.In(unit, c.caller.Units)))
	if err == nil && elsewhere {
		err = comity.Refuse(comity.PhraseRoleElsewhere)
	}
	return err
}

// bestFirst ranks the statuses of roles: a person gets the best one.
var bestFirst = []string{
	comity.Active, comity.GracePeriod, comity.Suspended, comity.Expired, comity.Approved,
	comity.PendingApproval, comity.PendingVetting, comity.Confirmed, comity.PendingConfirmation,
	comity.Invited, comity.Pending, comity.Denied, comity.Declined, comity.Deleted, comity.Duplicate,
}

// followRoles sets a person's status to the best status of their roles, and returns whether it was another before. A
// Locked person stays so, and one without roles keeps the status.
func (c *change) followRoles(ctx context.Context, id int64) (changed bool, err error) {
	statuses, person, err := c.statuses(ctx, id)
	if err != nil || len(statuses) == 0 {
		return false, err
	}
	best := slices.MinFunc(statuses, func(a, b string) int { return slices.Index(bestFirst, a) - slices.Index(bestFirst, b) })
	f := comity.CoPerson.Status
	if now := person.Text(f); now == comity.Locked || now == best {
		return false, nil
	}
	was := person.Clone()
	person.SetText(f, best)
	if err := store.Update(ctx, c.tx, was, person, c.caller.Username, db.Place{CoId: person.CoId}); err != nil {
		return false, err
	}
	return true, c.noteFirstActive(ctx, person)
}

// statuses returns the statuses of a person's roles and, if there are any, the person.
func (c *change) statuses(ctx context.Context, id int64) ([]string, *comity.Record, error) {
	if c.deferred != nil {
		if statuses, person := c.deferred.withRole(id, c.new); person != nil {
			return statuses, person, nil
		}
	}
	return store.RoleStatuses(ctx, c.tx, id)
}

// noteFirstActive adds a person who is Active for the first time to the change set. It is called after the revision
// that may be the first.
func (c *change) noteFirstActive(ctx context.Context, person *comity.Record) error {
	f := comity.CoPerson.Status
	if person.Text(f) != comity.Active {
		return nil
	}
	if person.Revision > 0 {
		times, err := store.RevisionsWith(ctx, c.tx, person, f, comity.Active)
		if err != nil || times > 1 {
			return err
		}
	}
	queue.FirstActive(c.tx, person.CoId, person.Id)
	return nil
}

// suspendUsersOf suspends the API users that act for a person and would have rights of their own once the
// person is gone: the privileged ones and those of the platform.
func (c *change) suspendUsersOf(ctx context.Context, person int64) error {
	f := comity.ApiUser
	users, err := store.List(ctx, c.tx, f.Resource, 0, maxLookedAt, store.Equal(f.CoPersonId.Column, person), store.Equal(f.Status.Column, comity.Active))
	if err != nil {
		return err
	}
	for _, u := range users {
		if !u.Bool(f.Privileged) && u.CoId != comity.PlatformCO {
			continue
		}
		was := u.Clone()
		u.SetText(f.Status, comity.Suspended)
		if err := store.Update(ctx, c.tx, was, u, c.caller.Username, db.Place{CoId: u.CoId}); err != nil {
			return err
		}
	}
	return nil
}

// authorizeOver refuses a change that decides whether a person is active, now or at a later time, if the caller
// has fewer administrative rights than the person.
func (c *change) authorizeOver(ctx context.Context, person int64) error {
	if c.caller.Admin {
		return nil
	}
	co, units, err := groups.Administers(ctx, c.tx, person, comity.GroupAdmins, comity.Active)
	if err != nil {
		return err
	}
	beyond := func(unit int64) bool { return !slices.Contains(c.caller.Units, unit) }
	if co || slices.ContainsFunc(units, beyond) {
		return comity.ForbidBecause("Person %d administers more than you do: ask an administrator of the CO", person)
	}
	return nil
}
