package registry

import (
	"context"

	"comity"
)

var groupMemberRules = rules{
	refuse: func(ctx context.Context, c *change) error {
		group, err := c.tx.Get(ctx, comity.CoGroup.Resource, c.record().Int(comity.CoGroupMember.CoGroupId))
		if err != nil {
			return err
		}
		if group.Bool(comity.CoGroup.Auto) {
			return comity.Refuse(comity.PhraseForbidden)
		}
		return nil
	},
	before: func(ctx context.Context, c *change) error {
		if c.old == nil || !neither(c.new) {
			return nil
		}
		// An edit that leaves nothing deletes the row.
		return c.delete(ctx, rules{})
	},
}

func neither(rec *comity.Record) bool {
	return !rec.Bool(comity.CoGroupMember.Member) && !rec.Bool(comity.CoGroupMember.Owner)
}
