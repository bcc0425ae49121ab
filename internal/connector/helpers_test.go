package connector_test

import (
	"sync"
	"testing"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
	httpconnector "comity/internal/connector/http"
)

func newHTTP(t *testing.T, opts connector.Options) *httpconnector.Connector {
	t.Helper()
	opts.AllowPrivate = true // receivers of tests are on loopback
	h := httpconnector.New(opts)
	t.Cleanup(h.Close)
	return h
}

// messageSchema returns an error if a body does not match the schema of messages.
var messageSchema = sync.OnceValues(connectortest.Validator)

// messages returns the messages about a subject that the destination was never sent.
func messages(t *testing.T, h *httpconnector.Connector, d comity.Destination, s comity.Snapshot) []comity.Operation {
	t.Helper()
	msgs, _, err := connectortest.Plan(h, d, s, comity.ProvisionedAs{})
	if err != nil {
		t.Fatal(err)
	}
	valid, err := messageSchema()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range msgs {
		if err := valid(m.Body); err != nil {
			t.Errorf("a message that is not valid by its schema: %v\n%s", err, m.Body)
		}
	}
	return msgs
}
