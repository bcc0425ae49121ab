package http_test

import (
	"testing"

	"comity/internal/connector"
	httpconnector "comity/internal/connector/http"
)

func newHTTP(t *testing.T, opts connector.Options) *httpconnector.Connector {
	t.Helper()
	opts.AllowPrivate = true // receivers of tests are on loopback
	h := httpconnector.New(opts)
	t.Cleanup(h.Close)
	return h
}
