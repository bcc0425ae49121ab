package registry

import (
	"context"

	"comity"
	"comity/internal/store"
)

var orgIdentityRules = rules{
	exclusiveDelete: true,
	refuse: func(ctx context.Context, c *change) error {
		if c.new != nil {
			return nil
		}
		linked, err := store.Any(ctx, c.tx, comity.CoOrgIdentityLink.Resource,
			store.Equal(comity.CoOrgIdentityLink.OrgIdentityId.Column, c.old.Id))
		if err == nil && linked {
			err = comity.Refuse(comity.PhrasePersonLinked)
		}
		return err
	},
}
