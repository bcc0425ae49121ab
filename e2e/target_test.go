package e2e_test

import (
	"testing"

	"comity"
	"comity/client"
)

// provisioning are the ids of the records that provision a receiver with a CO's people.
type provisioning struct {
	co, server, httpServer, target, settings int64
}

// endpoint says how a receiver is provisioned. The zero value is PUT mode in an automatic target, without
// credentials.
type endpoint struct {
	mode, protocol string
	auth           string
	user, password string
	// more are further fields of the target and of the API provisioner's settings.
	more fields
}

// addTarget adds a target to a CO that sends to a URL, under identifiers of type uid. Failures are retried
// every second.
func addTarget(t *testing.T, c *client.Client, co int64, url string, e endpoint) provisioning {
	t.Helper()
	p := provisioning{co: co}
	p.server = add(t, c, fields{
		comity.Server.CoId: co, comity.Server.Description: "A receiver",
		comity.Server.ServerType: comity.ServerHTTP, comity.Server.Status: comity.Active,
	})
	h := fields{
		comity.HttpServer.ServerId: p.server, comity.HttpServer.Serverurl: url,
		comity.HttpServer.AuthType: or(e.auth, comity.AuthNone),
	}
	if e.auth != "" {
		h[comity.HttpServer.Username], h[comity.HttpServer.Password] = e.user, e.password
	}
	p.httpServer = add(t, c, h)
	target := fields{
		comity.CoProvisioningTarget.CoId: co, comity.CoProvisioningTarget.Plugin: comity.PluginAPI,
		comity.CoProvisioningTarget.Status: or(e.mode, comity.ModeAutomatic), comity.CoProvisioningTarget.RetryInterval: 1,
	}
	settings := fields{
		comity.CoApiProvisionerTarget.ServerId: p.server, comity.CoApiProvisionerTarget.Mode: or(e.protocol, comity.ProtocolPUT),
		comity.CoApiProvisionerTarget.IdentifierType: "uid",
	}
	for f, v := range e.more {
		if f.Resource() == comity.CoProvisioningTarget.Resource {
			target[f] = v
		} else {
			settings[f] = v
		}
	}
	p.target = add(t, c, target)
	settings[comity.CoApiProvisionerTarget.CoProvisioningTargetId] = p.target
	p.settings = add(t, c, settings)
	return p
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
