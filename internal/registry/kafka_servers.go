package registry

import (
	"context"
	"strings"

	"comity"
)

var kafkaServerRules = rules{
	check: func(ctx context.Context, c *change) ([]comity.Fault, error) {
		f := comity.KafkaServer
		faults, err := c.serverOfType(ctx, f.ServerId, comity.ServerKafka)
		sasl := func(rec *comity.Record) bool {
			return rec != nil && strings.HasPrefix(rec.Text(f.SecurityProtocol), "sasl_")
		}
		// A password that is stored cannot be read here, so it is asked for when it is first needed,
		// and may not be cleared while it is.
		cell := c.new.Get(f.Password)
		if sasl(c.new) && !cell.HasValue() && (!sasl(c.old) || !cell.IsAbsent()) {
			faults = append(faults, f.Password.Missing())
		}
		return faults, err
	},
}
