package main

import (
	"comity"
	"comity/internal/connector"
	"comity/internal/connector/file"
	"comity/internal/connector/http"
	"comity/internal/connector/kafka"
)

// connectorSettings say what connectors may do. They are flags of each command that delivers.
type connectorSettings struct {
	AllowPrivate bool   `name:"allow-private-targets" help:"Allow provisioning targets at loopback, private and link-local addresses." env:"COMITY_ALLOW_PRIVATE_TARGETS"`
	SpoolDir     string `help:"The folder below which targets of the file provisioner write; without one they do not." env:"COMITY_SPOOL_DIR" type:"path" placeholder:"DIR"`
}

// connectors returns the connectors by the tables of settings and server of their targets.
func (s connectorSettings) connectors() connector.Connectors {
	options := connector.Options{AllowPrivate: s.AllowPrivate}
	return connector.Connectors{
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.HttpServer.Resource}:  http.New(options),
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.KafkaServer.Resource}: kafka.New(options),
		{Settings: comity.CoFileProvisionerTarget.Resource}:                                     file.New(s.SpoolDir),
	}
}
