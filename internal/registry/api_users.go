package registry

import (
	"context"
	"fmt"
	"strings"

	"comity"
)

// The name of an API user must begin with the prefix of its CO.
var apiUserRules = rules{
	prepare: func(_ context.Context, c *change) error {
		f := comity.ApiUser.Username
		prefix := userPrefix(c.new.CoId)
		if name := c.new.Text(f); !strings.HasPrefix(name, prefix) {
			c.new.SetText(f, prefix+name)
		}
		return nil
	},
}

func userPrefix(coID int64) string { return fmt.Sprintf("co_%d.", coID) }
