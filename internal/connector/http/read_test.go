package http_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
	httpconnector "comity/internal/connector/http"
)

// asked returns an endpoint that answers GET with a handler.
func asked(t *testing.T, answer http.HandlerFunc) comity.Destination {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return connectortest.HTTPDestination(comity.ProtocolPUT, server.URL+"/people/")
}

// says returns a handler that answers with a status and a body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestGetSaysWhatTheEndpointHolds(t *testing.T) {
	long := `"` + strings.Repeat("x", 4<<20) + `"`
	for _, tt := range []struct {
		name       string
		answer     http.HandlerFunc
		body       string
		unreadable string
		silent     bool
	}{
		{name: "a message", answer: says(200, `{"person":{}}`), body: `{"person":{}}`},
		{name: "nothing", answer: says(404, "not here")},
		{name: "nothing any more", answer: says(410, "")},
		{name: "no JSON", answer: says(200, "<html><p>Hello\n"), unreadable: "200 OK: no JSON: Hello"},
		{name: "nothing at all", answer: says(200, ""), unreadable: "200 OK: no JSON: "},
		{name: "no content", answer: says(204, ""), unreadable: "204 No Content: neither 200 nor 404"},
		{name: "too long", answer: says(200, long), unreadable: "200 OK: longer than 4 MiB"},
		{name: "a failure", answer: says(500, "out of order"), unreadable: "500 Internal Server Error: out of order"},
		{name: "a refusal", answer: says(401, "Bearer open sesame is no key"), unreadable: "401 Unauthorized: Bearer *** is no key"},
		{name: "a redirect", answer: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
		}, unreadable: "302 Found: redirects are not followed, Location http://elsewhere.example/"},
		{name: "cut off", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"person"`))
			panic(http.ErrAbortHandler)
		}, unreadable: "the connection was closed before an answer came", silent: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := asked(t, tt.answer)
			d.Secrets[comity.HttpServer.Password] = "open sesame"
			got := connectortest.Read(t.Context(), newHTTP(t, connector.Options{}), d, comity.PersonSubject(1), "ghopper")
			if string(got.Body) != tt.body || got.Answered == tt.silent || !strings.HasPrefix(got.Unreadable, strings.TrimSpace(tt.unreadable)) ||
				tt.unreadable == "" && got.Unreadable != "" {
				t.Errorf("got %q, answered %t: %q", got.Body[:min(len(got.Body), 100)], got.Answered, got.Unreadable)
			}
		})
	}
}

// A GET is sent as messages are, to the same URL, with the same login and signed, but without a sequence.
func TestGetAsksAsMessagesAreSent(t *testing.T) {
	var seen *http.Request
	d := asked(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r
		w.WriteHeader(http.StatusNotFound)
	})
	d.Server.SetText(comity.HttpServer.AuthType, comity.AuthBasic)
	d.Server.SetText(comity.HttpServer.Username, "comity")
	d.Secrets[comity.HttpServer.Password] = "open sesame"
	d.Secrets[comity.CoApiProvisionerTarget.SigningSecret] = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	for _, mode := range []string{comity.ProtocolPUT, comity.ProtocolPOST} {
		d.Settings.SetText(comity.CoApiProvisionerTarget.Mode, mode)
		connectortest.Read(t.Context(), newHTTP(t, connector.Options{}), d, comity.PersonSubject(1), "g/h@x y")
		user, password, _ := seen.BasicAuth()
		if got := fmt.Sprint(seen.Method, " ", seen.RequestURI, " ", user, " ", password); got != "GET /people/g%2Fh%40x%20y comity open sesame" {
			t.Errorf("%s: %s", mode, got)
		}
		connectortest.Read(t.Context(), newHTTP(t, connector.Options{}), d, comity.GroupSubject(7), "7-2")
		if seen.RequestURI != "/people/groups/7-2" {
			t.Errorf("%s: a page of a group is at %s", mode, seen.RequestURI)
		}
		for name, want := range map[string]bool{
			"Webhook-Id": true, "Webhook-Signature": true, "Accept": true, "Comity-Sequence": false, "Comity-Subject": false, "Content-Type": false,
		} {
			if got := seen.Header.Get(name); (got != "") != want {
				t.Errorf("%s: %s is %q", mode, name, got)
			}
		}
	}
}

// No GET is sent to an address to which no message would be sent.
func TestGetRefuses(t *testing.T) {
	d := asked(t, says(200, `{}`))
	public := httpconnector.New(connector.Options{})
	t.Cleanup(public.Close)
	if got := connectortest.Read(t.Context(), public, d, comity.PersonSubject(1), "ghopper"); !strings.Contains(got.Unreadable, "not an address of the public internet") {
		t.Errorf("a private address: %+v", got)
	}
	d.ServerActive = false
	if got := connectortest.Read(t.Context(), newHTTP(t, connector.Options{}), d, comity.PersonSubject(1), "ghopper"); !strings.Contains(got.Unreadable, "suspended") {
		t.Errorf("a suspended server: %+v", got)
	}
	freed := make(chan struct{})
	slow := asked(t, func(http.ResponseWriter, *http.Request) { <-freed })
	if got := connectortest.Read(t.Context(), newHTTP(t, connector.Options{Timeout: 50 * time.Millisecond}), slow, comity.PersonSubject(1), "ghopper"); got.Answered || !strings.HasPrefix(got.Unreadable, "no answer within") {
		t.Errorf("one that does not answer: %+v", got)
	}
	close(freed)
}
