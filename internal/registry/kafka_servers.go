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
		if err != nil {
			return nil, err
		}
		lacks, err := c.lacksPassword(ctx, f.Password, func(rec *comity.Record) string {
			if strings.HasPrefix(rec.Text(f.SecurityProtocol), "sasl_") {
				return strings.TrimSpace("SASL " + rec.Text(f.SaslMechanism))
			}
			return ""
		}, c.firstChanged(f.Brokers, f.SecurityProtocol))
		return append(faults, lacks...), err
	},
	after: settingsEdited(comity.KafkaServer.ServerId),
}
