package http_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
)

func TestMessages(t *testing.T) {
	type line struct{ Method, URL, Body string }
	person := func(id string) string {
		return `{"meta":{"version":"1.0.0","objectType":"person"},"person":{"meta":{"id":"` + id +
			`","created":"2026-11-21T17:39:01Z","lastModified":"2026-11-21T17:39:01Z"}}}`
	}
	deleted := func(id string) string {
		return `{"meta":{"version":"1.0.0","objectType":"person"},"person":{"meta":{"id":"` + id + `","deleted":true}}}`
	}
	const url = "https://example.org/people"
	without := connectortest.Person("")
	without.Identifiers = []*comity.Record{connectortest.Identifier(1, "mail", "g@example.org"), connectortest.Identifier(2, "uid", "")}
	second := connectortest.Person("ghopper")
	second.Identifiers = append([]*comity.Record{connectortest.Identifier(2, "eppn", "g@example.org")}, second.Identifiers...)
	second.Identifiers = append(second.Identifiers, connectortest.Identifier(6, "uid", "later"))

	for _, tt := range []struct {
		name       string
		snapshot   comity.Snapshot
		sentAs     comity.ProvisionedAs
		post, put  []line
		identifier string
		missing    bool
	}{
		{
			name: "new", snapshot: connectortest.Person("ghopper"), identifier: "ghopper",
			post: []line{{"POST", url + "/", person("ghopper")}},
			put:  []line{{"PUT", url + "/ghopper", person("ghopper")}},
		},
		{
			name: "sent before", snapshot: connectortest.Person("ghopper"), sentAs: comity.ProvisionedAs{Identifier: "ghopper"}, identifier: "ghopper",
			post: []line{{"POST", url + "/", person("ghopper")}},
			put:  []line{{"PUT", url + "/ghopper", person("ghopper")}},
		},
		{
			name: "lowest id of the type", snapshot: second, identifier: "ghopper",
			post: []line{{"POST", url + "/", person("ghopper")}},
			put:  []line{{"PUT", url + "/ghopper", person("ghopper")}},
		},
		{
			name: "identifier changed, and changed back from an older one", snapshot: connectortest.Person("ghopper"),
			sentAs:     comity.ProvisionedAs{Identifier: "grace", Obsolete: []string{"ghopper", "g", "grace", "", "g"}},
			identifier: "ghopper",
			post: []line{
				{"POST", url + "/", person("ghopper")}, {"POST", url + "/", deleted("grace")}, {"POST", url + "/", deleted("g")},
			},
			put: []line{
				{"PUT", url + "/ghopper", person("ghopper")}, {"DELETE", url + "/grace", ""}, {"DELETE", url + "/g", ""},
			},
		},
		{
			name: "case of an identifier changed", snapshot: connectortest.Person("ghopper"), sentAs: comity.ProvisionedAs{Identifier: "GHopper"}, identifier: "ghopper",
			post: []line{{"POST", url + "/", person("ghopper")}, {"POST", url + "/", deleted("GHopper")}},
			put:  []line{{"PUT", url + "/ghopper", person("ghopper")}, {"DELETE", url + "/GHopper", ""}},
		},
		{
			name: "gone", snapshot: comity.Snapshot{Subject: comity.PersonSubject(1), Gone: true},
			sentAs: comity.ProvisionedAs{Identifier: "ghopper", Obsolete: []string{"a/b"}},
			post:   []line{{"POST", url + "/", deleted("ghopper")}, {"POST", url + "/", deleted("a/b")}},
			put:    []line{{"DELETE", url + "/ghopper", ""}, {"DELETE", url + "/a%2Fb", ""}},
		},
		{
			name: "gone but for an obsolete one", snapshot: comity.Snapshot{Subject: comity.PersonSubject(1), Gone: true},
			sentAs: comity.ProvisionedAs{Obsolete: []string{"grace"}},
			post:   []line{{"POST", url + "/", deleted("grace")}},
			put:    []line{{"DELETE", url + "/grace", ""}},
		},
		{name: "gone and never sent", snapshot: comity.Snapshot{Subject: comity.PersonSubject(1), Gone: true}},
		{name: "without identifier", snapshot: without, missing: true},
		{
			name: "identifier lost", snapshot: without, sentAs: comity.ProvisionedAs{Identifier: "ghopper"}, missing: true,
			post: []line{{"POST", url + "/", deleted("ghopper")}},
			put:  []line{{"DELETE", url + "/ghopper", ""}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHTTP(t, connector.Options{})
			for mode, want := range map[string][]line{comity.ProtocolPOST: tt.post, comity.ProtocolPUT: tt.put} {
				for _, slash := range []string{"", "/"} {
					d := connectortest.HTTPDestination(mode, url+slash)
					d.Settings.SetBool(comity.CoApiProvisionerTarget.IncludeAttributes, false)
					msgs, ids, err := connectortest.Plan(h, d, tt.snapshot, tt.sentAs)
					id := strings.Join(ids, ", ")
					if id != tt.identifier {
						t.Errorf("identifier %q, want %q", id, tt.identifier)
					}
					if tt.missing != errors.Is(err, comity.ErrNoIdentifier) || !tt.missing && err != nil {
						t.Errorf("error %v", err)
					}
					if tt.missing && err.Error() != "no identifier of type uid" {
						t.Errorf("error %q", err)
					}
					var got []line
					for _, m := range msgs {
						got = append(got, line{m.Method, m.URL, string(m.Body)})
						if m.Delete != (m.Identifier != id) {
							t.Errorf("message of %s: Delete is %v", m.Identifier, m.Delete)
						}
						if m.Method == "DELETE" && m.Body != nil {
							t.Error("a DELETE has a body")
						}
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("mode %s (-want +got):\n%s", mode, diff)
					}
				}
			}
		})
	}
}

func TestNotConfigured(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		spoil      func(*comity.Destination)
	}{
		{
			"no settings", "the target is not configured: it has no CoApiProvisionerTarget",
			func(d *comity.Destination) { d.Settings = nil },
		},
		{
			"no server", "the target is not configured: its server has no HttpServer",
			func(d *comity.Destination) { d.Server = nil },
		},
		{
			"suspended", "the target is not configured: its server is suspended",
			func(d *comity.Destination) { d.ServerActive = false },
		},
		{
			"no mode", "the target is not configured: its Mode is neither PO nor PU",
			func(d *comity.Destination) { d.Settings.Set(comity.CoApiProvisionerTarget.Mode, comity.EmptyCell()) },
		},
		{
			"no URL", "the target is not configured: its server's Serverurl cannot be read",
			func(d *comity.Destination) {
				d.Server.SetText(comity.HttpServer.Serverurl, "https://me:s3cret@example.org:x/%zz")
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHTTP(t, connector.Options{})
			d := connectortest.HTTPDestination(comity.ProtocolPUT, "https://example.org")
			tt.spoil(&d)
			sentAs := comity.ProvisionedAs{Identifier: "ghopper"}
			for _, s := range []comity.Snapshot{connectortest.Person("ghopper"), {Subject: comity.PersonSubject(1), Gone: true}} {
				msgs, ids, err := connectortest.Plan(h, d, s, sentAs)
				if !errors.Is(err, comity.ErrNotConfigured) || err.Error() != tt.want || msgs != nil || ids != nil {
					t.Errorf("got %v, %q, %v; want the error %q", msgs, ids, err, tt.want)
				}
			}
			if msgs, _, err := connectortest.Plan(h, d, comity.Snapshot{Gone: true}, comity.ProvisionedAs{}); msgs != nil || err != nil {
				t.Errorf("of one who is gone and was never sent: %v, %v", msgs, err)
			}
		})
	}
}

func TestServerurl(t *testing.T) {
	for _, tt := range []struct{ serverurl, post, put string }{
		{"http://h", "http://h/", "http://h/a%2Fb"},
		{"http://h/", "http://h/", "http://h/a%2Fb"},
		{"http://h//", "http://h//", "http://h//a%2Fb"},
		{"http://h:81/api/v1/", "http://h:81/api/v1/", "http://h:81/api/v1/a%2Fb"},
		{"http://[::1]:81/x", "http://[::1]:81/x/", "http://[::1]:81/x/a%2Fb"},
		{"http://h/a%2Fb/c%20d/", "http://h/a%2Fb/c%20d/", "http://h/a%2Fb/c%20d/a%2Fb"},
		// Characters that net/url would escape again, which would undo the identifier's escaping.
		{"http://h/ü", "http://h/%C3%BC/", "http://h/%C3%BC/a%2Fb"},
		{"http://h/a|b/", "http://h/a%7Cb/", "http://h/a%7Cb/a%2Fb"},
		{"http://h/x?tenant=1&k=/", "http://h/x/?tenant=1&k=/", "http://h/x/a%2Fb?tenant=1&k=/"},
		{"http://h/x#part", "http://h/x/", "http://h/x/a%2Fb"},
		{"https://me:s3cret@h/x", "https://h/x/", "https://h/x/a%2Fb"},
	} {
		h := newHTTP(t, connector.Options{})
		for mode, want := range map[string]string{comity.ProtocolPOST: tt.post, comity.ProtocolPUT: tt.put} {
			msgs := connectortest.Messages(t, h, connectortest.HTTPDestination(mode, tt.serverurl), connectortest.Person("a/b"))
			if msgs[0].URL != want {
				t.Errorf("%s with %s: got %s, want %s", mode, tt.serverurl, msgs[0].URL, want)
			}
		}
	}
}
