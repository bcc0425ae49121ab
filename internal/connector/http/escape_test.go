package http_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
	httpconnector "comity/internal/connector/http"
)

func TestIdentifierIsOneSegment(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RequestURI }))
	defer server.Close()
	h := newHTTP(t, connector.Options{})
	for _, tt := range []struct{ identifier, want string }{
		{"ghopper", "ghopper"},
		{"A-Z_a.z~09", "A-Z_a.z~09"},
		{"a/b", "a%2Fb"},
		{"/", "%2F"},
		{"a?b", "a%3Fb"},
		{"a#b", "a%23b"},
		{"a%b", "a%25b"},
		{"a%2Fb", "a%252Fb"},
		{"a b", "a%20b"},
		{"a+b", "a%2Bb"},
		{"a;b", "a%3Bb"},
		{"a=b&c", "a%3Db%26c"},
		{"a:b", "a%3Ab"},
		{"grace@example.org", "grace%40example.org"},
		{`a\b`, "a%5Cb"},
		{"...", "..."},
		{"../..", "..%2F.."},
		{"é", "%C3%A9"},
		{"a\tb\r\nc", "a%09b%0D%0Ac"},
		{"a\x00\x7f", "a%00%7F"},
		{"https://op.example/sub|1", "https%3A%2F%2Fop.example%2Fsub%7C1"},
	} {
		for _, base := range []string{"", "/api/v1", "/ü"} {
			d := connectortest.HTTPDestination(comity.ProtocolPUT, server.URL+base+"/")
			sentAs := comity.ProvisionedAs{Identifier: "sent/" + tt.identifier}
			msgs, _, err := connectortest.Plan(h, d, connectortest.Person(tt.identifier), sentAs)
			if err != nil {
				t.Fatal(err)
			}
			prefix := (&url.URL{Path: base}).EscapedPath() + "/"
			for i, want := range []string{prefix + tt.want, prefix + "sent%2F" + tt.want} {
				if a := connectortest.Apply(t.Context(), h, d, msgs[i], 1); !a.OK {
					t.Fatal(a.Text)
				}
				if got != want {
					t.Errorf("%q below %q: sent %s, want %s", msgs[i].Identifier, base, got, want)
				}
			}
		}
	}
}

// TestIdentifierThatIsNoSegment: for an identifier that cannot be a segment of a URL in any encoding, no PUT,
// DELETE or GET is sent.
func TestIdentifierThatIsNoSegment(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the receiver is sent %s %s", r.Method, r.RequestURI)
	}))
	defer server.Close()
	h := newHTTP(t, connector.Options{})
	for _, identifier := range []string{".", ".."} {
		d := connectortest.HTTPDestination(comity.ProtocolPUT, server.URL+"/people/")
		msgs, identifiers, err := connectortest.Plan(h, d, connectortest.Person(identifier), comity.ProvisionedAs{Identifier: "ghopper", Obsolete: []string{"grace"}})
		if len(msgs) > 0 || len(identifiers) > 0 || err == nil || !strings.Contains(err.Error(), `"`+identifier+`"`) || errors.Is(err, comity.ErrNotConfigured) {
			t.Errorf("%q: messages %v, identifiers %v, error %v", identifier, msgs, identifiers, err)
		}
		sentAs := comity.ProvisionedAs{Identifier: identifier, Obsolete: []string{"grace"}}
		for title, s := range map[string]comity.Snapshot{"gone": {Subject: comity.PersonSubject(1), Gone: true}, "with another": connectortest.Person("ghopper")} {
			msgs, _, err := connectortest.Plan(h, d, s, sentAs)
			if err != nil || msgs[len(msgs)-1].Identifier != "grace" {
				t.Errorf("%q, %s: messages %v, error %v", identifier, title, msgs, err)
			}
			for _, m := range msgs {
				if m.Identifier == identifier {
					t.Errorf("%s: %s %s", title, m.Method, m.URL)
				}
			}
		}
		if got := connectortest.Read(t.Context(), h, d, comity.PersonSubject(1), identifier); !got.Answered || got.Body != nil || got.Unreadable != "" {
			t.Errorf("%q is held: %+v", identifier, got)
		}
		if msgs, _, err := connectortest.Plan(h, connectortest.HTTPDestination(comity.ProtocolPOST, server.URL), connectortest.Person(identifier), comity.ProvisionedAs{}); err != nil || len(msgs) != 1 {
			t.Errorf("%q by POST: messages %v, error %v", identifier, msgs, err)
		}
	}
}

// FuzzIdentifierIsOneSegment: the receiver can decode any identifier from the one segment of the URL.
func FuzzIdentifierIsOneSegment(f *testing.F) {
	for _, s := range []string{"ghopper", "..", ".", "a/b?c#d", "100%", "%2E%2E", "a+b c", "é", "\xff", "//h/x"} {
		f.Add(s)
	}
	h := httpconnector.New(connector.Options{})
	d := connectortest.HTTPDestination(comity.ProtocolPUT, "https://example.org/p%2Fq/")
	f.Fuzz(func(t *testing.T, identifier string) {
		if identifier == "" {
			t.Skip("nobody is sent under no identifier")
		}
		if identifier == "." || identifier == ".." {
			if msgs, _, err := connectortest.Plan(h, d, connectortest.Person(identifier), comity.ProvisionedAs{}); err == nil || len(msgs) > 0 {
				t.Errorf("%q is sent: %v", identifier, msgs)
			}
			return
		}
		sent := connectortest.Messages(t, h, d, connectortest.Person(identifier))[0].URL
		// The transport writes the URL as net/url formats it.
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, sent, nil)
		if err != nil {
			t.Fatal(err)
		}
		segment, ok := strings.CutPrefix(req.URL.RequestURI(), "/p%2Fq/")
		if !ok || strings.ContainsAny(segment, "/?#;\\ ") || segment == "." || segment == ".." || segment == "" {
			t.Errorf("%q was sent as %s", identifier, req.URL.RequestURI())
		}
		if back, err := url.PathUnescape(segment); err != nil || back != identifier {
			t.Errorf("%q came back as %q, %v", identifier, back, err)
		}
	})
}
