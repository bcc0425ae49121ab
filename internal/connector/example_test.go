package connector_test

import (
	"fmt"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
	"comity/internal/connector/file"
	httpconnector "comity/internal/connector/http"
)

// The tables of a target select its connector, which plans what brings the target up to date about a person. Here
// Grace Hopper's uid was grace when she was last sent, and is ghopper now.
func Example() {
	connectors := connector.Connectors{
		{Settings: comity.CoApiProvisionerTarget.Resource, Server: comity.HttpServer.Resource}: httpconnector.New(connector.Options{}),
		{Settings: comity.CoFileProvisionerTarget.Resource}:                                    file.New("/var/spool/comity"),
	}
	defer connectors.Close()
	person := connectortest.Person("ghopper")
	state := comity.SubjectState{ProvisionedAs: comity.ProvisionedAs{Identifier: "grace"}}
	show := func(d comity.Destination) {
		plan := connectors.Plan(d, person, state)
		for _, op := range plan.Operations {
			fmt.Println(op.Method, op.URL)
		}
		fmt.Println("identifiers:", plan.Identifiers, "problem:", plan.Problem)
	}

	// An endpoint is sent the person under the new identifier, then the old one is deleted.
	endpoint := connectortest.HTTPDestination(comity.ProtocolPUT, "https://portal.example.org/people/")
	show(endpoint)

	// For a spool, the same is two changes of files.
	spool := endpoint
	spool.Target = connectortest.Row(comity.CoProvisioningTarget.Resource, 7, 0, connectortest.Texts{comity.CoProvisioningTarget.Plugin: comity.PluginFile})
	spool.Settings = connectortest.Row(comity.CoFileProvisionerTarget.Resource, 1, 0, connectortest.Texts{comity.CoFileProvisionerTarget.Layout: comity.LayoutFiles})
	show(spool)

	// Nothing is planned for a server that is suspended.
	endpoint.ServerActive = false
	show(endpoint)
	// Output:
	// PUT https://portal.example.org/people/ghopper
	// DELETE https://portal.example.org/people/grace
	// identifiers: [ghopper] problem: <nil>
	// WRITE target-7/people/ghopper.json
	// REMOVE target-7/people/grace.json
	// identifiers: [ghopper] problem: <nil>
	// identifiers: [] problem: the target is not configured: its server is suspended
}
