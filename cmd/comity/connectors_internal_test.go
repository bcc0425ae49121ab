package main

import (
	"testing"

	"comity"
	"comity/internal/connector"
)

// Every table of settings has a connector for each type of server that it accepts.
func TestEveryTargetHasAConnector(t *testing.T) {
	all := connectorSettings{}.connectors()
	defer all.Close()
	var kinds []connector.Kind
	for _, r := range comity.TargetSettings() {
		if r.ServerId() == nil {
			kinds = append(kinds, connector.Kind{Settings: r})
			continue
		}
		for _, serverType := range r.ServerId().ServerTypes {
			kinds = append(kinds, connector.Kind{Settings: r, Server: comity.ServerTable(serverType)})
		}
	}
	for _, kind := range kinds {
		if all[kind] == nil {
			t.Errorf("there is no connector for %s", kind.Settings.Singular)
		}
	}
	if len(kinds) != len(all) {
		t.Errorf("%d connectors serve %d kinds of target", len(all), len(kinds))
	}
}
