package registry

import (
	"context"

	"comity"
)

// An agreement without a time or a user is of now and of the caller.
var agreementRules = rules{
	prepare: func(_ context.Context, c *change) error {
		f := comity.CoTAndCAgreement
		if !c.new.Has(f.AgreementTime) {
			c.new.Set(f.AgreementTime, comity.TimeCell(c.now))
		}
		if c.new.Text(f.Identifier) == "" {
			c.new.SetText(f.Identifier, c.caller.Username)
		}
		return nil
	},
}
