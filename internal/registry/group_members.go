package registry

import (
	"context"
	"slices"

	"comity"
	"comity/internal/store"
	"comity/internal/store/groups"
)

var groupMemberRules = rules{
	refuse: func(ctx context.Context, c *change) error {
		group, err := c.group(ctx, c.record().Int(comity.CoGroupMember.CoGroupId))
		if err != nil {
			return err
		}
		if group.Bool(comity.CoGroup.Auto) || c.old != nil && c.old.Has(comity.CoGroupMember.CoGroupNestingId) {
			return comity.Refuse(comity.PhraseForbidden)
		}
		return nil
	},
	after: followMembership,
	before: func(ctx context.Context, c *change) error {
		if c.old == nil || c.new == nil || !neither(c.new) {
			return nil
		}
		// An edit that leaves neither member nor owner deletes the row.
		return c.delete(ctx, rules{after: followMembership}, nil)
	},
}

// group returns a group; a batch reads each once.
func (c *change) group(ctx context.Context, id int64) (*comity.Record, error) {
	if c.deferred != nil && c.deferred.groups[id] != nil {
		return c.deferred.groups[id], nil
	}
	return store.Get(ctx, c.tx, comity.CoGroup.Resource, id)
}

func neither(rec *comity.Record) bool {
	return !rec.Bool(comity.CoGroupMember.Member) && !rec.Bool(comity.CoGroupMember.Owner)
}

// followMembership updates the memberships that derive from a membership through nestings.
func followMembership(ctx context.Context, c *change) error {
	group := c.record().Int(comity.CoGroupMember.CoGroupId)
	nestings, err := c.nestings(ctx, c.record().CoId)
	if err != nil || !slices.ContainsFunc(nestings, func(n groups.Nesting) bool { return n.Group == group }) {
		return err
	}
	for _, person := range []int64{c.where.CoPersonId, c.where.FormerPersonId} {
		if person == 0 {
			continue
		}
		if err := c.followPerson(ctx, c.record().CoId, person); err != nil {
			return err
		}
	}
	return nil
}
