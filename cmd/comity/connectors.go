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
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.HttpServer.Resource}:  http.New(options),
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.KafkaServer.Resource}: kafka.New(options),
	}
}
