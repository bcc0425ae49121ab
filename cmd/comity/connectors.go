package main

import (
	"comity"
	"comity/internal/connector"
	"comity/internal/connector/http"
	"comity/internal/connector/kafka"
)

// connectors returns the connectors that targets are sent to by.
func connectors(options connector.Options) connector.Connectors {
	return connector.Connectors{
		comity.ServerHTTP:  http.New(options),
		comity.ServerKafka: kafka.New(options),
	}
}
