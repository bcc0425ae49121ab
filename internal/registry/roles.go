package registry

import (
	"context"
	"slices"
	"time"

	"comity"
)

var roleRules = rules{
	authorize: func(ctx context.Context, c *change) error {
		// A person's status follows from the roles, which the clock ends.
		f := comity.CoPersonRole
		if !slices.ContainsFunc([]*comity.Field{f.Status, f.ValidFrom, f.ValidThrough, f.Person}, c.changed) {
			return nil
		}
		for _, person := range c.people() {
			if err := c.authorizeOver(ctx, person); err != nil {
				return err
			}
		}
		return nil
	},
	prepare: func(_ context.Context, c *change) error {
		c.new.SetText(comity.CoPersonRole.Status, statusAt(c.new, c.now))
		return nil
	},
	check: func(_ context.Context, c *change) ([]comity.FieldError, error) {
		// A sponsor may be the person of the role, a manager may not.
		f := comity.CoPersonRole.ManagerCoPersonId
		if c.new.Has(f) && c.new.Int(f) == c.new.OwnedBy(comity.OwnerCO) {
			return []comity.FieldError{f.FieldError("%d is the person whose role it is: name somebody else, or nobody", c.new.Int(f))}, nil
		}
		return nil, nil
	},
	after: func(ctx context.Context, c *change) error {
		people := c.people()
		for _, person := range people {
			follows := false
			if len(people) > 1 || c.changed(comity.CoPersonRole.Status) {
				var err error
				if follows, err = c.followRoles(ctx, person); err != nil {
					return err
				}
			}
			if c.old == nil && !follows && !c.new.Has(comity.CoPersonRole.CouId) {
				continue // a role gives the memberships of its unit
			}
			if err := c.syncPerson(ctx, c.where.CoId, person); err != nil {
				return err
			}
		}
		return nil
	},
}

// people returns the person of the record, and the previous one if an edit gave it to another.
func (c *change) people() []int64 {
	people := []int64{c.where.CoPersonId}
	if c.where.FormerPersonId != 0 && c.where.FormerPersonId != c.where.CoPersonId {
		people = append(people, c.where.FormerPersonId)
	}
	return people
}

// statusAt returns the status that a role has at a time by its validity, applied until nothing changes:
// Pending becomes Active once the validity has begun and Active becomes Pending before that; Active becomes
// Expired once it has ended and Expired becomes Active before that. A date that is not set has no effect, and
// one that is set holds for the whole of its second, as it does for memberships and the clock.
func statusAt(role *comity.Record, now time.Time) string {
	f := comity.CoPersonRole
	now = now.Truncate(time.Second)
	status := role.Text(f.Status)
	ahead := role.Has(f.ValidFrom) && now.Before(role.Time(f.ValidFrom))
	begun := role.Has(f.ValidFrom) && !ahead
	ended := role.Has(f.ValidThrough) && now.After(role.Time(f.ValidThrough))
	lasting := role.Has(f.ValidThrough) && !ended
	// Three steps reach every end state: Expired to Active to Pending, and Pending to Active to Expired.
	for range 3 {
		switch {
		case status == comity.Pending && begun:
			status = comity.Active
		case status == comity.Active && ahead:
			status = comity.Pending
		case status == comity.Active && ended:
			status = comity.Expired
		case status == comity.Expired && lasting:
			status = comity.Active
		}
	}
	return status
}
