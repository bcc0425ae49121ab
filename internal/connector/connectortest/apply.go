package connectortest

import (
	"context"
	"sync"
	"testing"

	"comity"
	"comity/internal/connector"
)

// connectors returns a map with the connector for a destination.
func connectors(c connector.Connector, d comity.Destination) connector.Connectors {
	kind := connector.Kind{Settings: d.SettingsTable()}
	if kind.Settings.ServerId() != nil {
		kind.Server = comity.ServerTable(d.ServerType)
	}
	return connector.Connectors{kind: c}
}

// Plan returns the operations, identifiers and problem of a connector's plan for a subject that a destination
// was sent under identifiers before.
func Plan(c connector.Connector, d comity.Destination, s comity.Snapshot, sentAs comity.ProvisionedAs) ([]comity.Operation, []string, error) {
	p := connectors(c, d).Plan(d, s, comity.SubjectState{ProvisionedAs: sentAs})
	return p.Operations, p.Identifiers, p.Problem
}

// schema returns an error if a body does not match the schema of messages.
var schema = sync.OnceValues(Validator)

// Messages returns the operations about a subject that a destination was never sent, and fails the test where a
// message does not match the schema.
func Messages(t *testing.T, c connector.Connector, d comity.Destination, s comity.Snapshot) []comity.Operation {
	t.Helper()
	operations, _, err := Plan(c, d, s, comity.ProvisionedAs{})
	if err != nil {
		t.Fatal(err)
	}
	valid, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range operations {
		if err := valid(op.Body); err != nil {
			t.Errorf("a message that is not valid by its schema: %v\n%s", err, op.Body)
		}
	}
	return operations
}

// Apply carries out an operation of a delivery with a sequence.
func Apply(ctx context.Context, c connector.Connector, d comity.Destination, op comity.Operation, sequence int64) comity.Answer {
	op.Sequence = sequence
	answer, _ := connectors(c, d).Apply(ctx, d, op, nil)
	return answer
}

// Headers returns the headers of an operation of a delivery with a sequence, without secrets.
func Headers(c connector.Connector, d comity.Destination, op comity.Operation, sequence int64) (map[string]string, error) {
	op.Sequence = sequence
	return connectors(c, d).Headers(d, op)
}

// Read reads what a destination holds of a subject under an identifier.
func Read(ctx context.Context, c connector.Connector, d comity.Destination, s comity.Subject, identifier string) comity.Holding {
	return connectors(c, d).Read(ctx, d, s, identifier, nil)
}
