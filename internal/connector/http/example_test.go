package http_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
)

// TestExample shows what the package is for: an endpoint is sent a person by PUT, then the person's new identifier
// and the delete of the old one, and is asked by GET what it holds.
func TestExample(t *testing.T) {
	var held sync.Map // the messages by the paths of their URLs
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch message, ok := held.Load(r.URL.Path); {
		case r.Method == http.MethodPut:
			body, _ := io.ReadAll(r.Body)
			held.Store(r.URL.Path, body)
		case r.Method == http.MethodDelete:
			held.Delete(r.URL.Path)
		case ok:
			_, _ = w.Write(message.([]byte))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(endpoint.Close)
	h := newHTTP(t, connector.Options{UserAgent: "comity/1.2.3"})
	d := connectortest.HTTPDestination(comity.ProtocolPUT, endpoint.URL+"/people/")

	deliver := func(s comity.Snapshot, sentAs comity.ProvisionedAs, sequence int64, want ...string) (body []byte) {
		t.Helper()
		operations, _, err := connectortest.Plan(h, d, s, sentAs)
		if err != nil {
			t.Fatal(err)
		}
		var requests []string
		for _, op := range operations {
			answer := connectortest.Apply(t.Context(), h, d, op, sequence)
			requests = append(requests, op.Method+" "+op.URL[len(endpoint.URL):]+": "+answer.Text)
		}
		if diff := cmp.Diff(want, requests); diff != "" {
			t.Errorf("the requests (-want +got):\n%s", diff)
		}
		return operations[0].Body
	}
	holds := func(identifier string, want []byte) {
		t.Helper()
		got := connectortest.Read(t.Context(), h, d, comity.PersonSubject(1), identifier)
		if diff := cmp.Diff(comity.Holding{Body: want, Answered: true}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", identifier, diff)
		}
	}
	holds("grace", deliver(connectortest.Person("grace"), comity.ProvisionedAs{}, 1, "PUT /people/grace: 200 OK"))
	holds("ghopper", deliver(connectortest.Person("ghopper"), comity.ProvisionedAs{Identifier: "grace"}, 2,
		"PUT /people/ghopper: 200 OK", "DELETE /people/grace: 200 OK"))
	holds("grace", nil)
}
