package openapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"comity"
	"comity/internal/openapi"
)

const root = "/registry/"

// loaded is the document as parsed by kin-openapi, which takes a while. No test changes it.
var loaded = sync.OnceValues(func() (*openapi3.T, error) {
	text, err := openapi.Document(root, "1.2.3")
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(text)
})

func load(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestValid validates the document with kin-openapi: its objects by the rules of OpenAPI 3.1, the schemas by
// JSON Schema 2020-12, every reference, and the examples by their schemas.
func TestValid(t *testing.T) {
	doc := load(t)
	if !doc.IsOpenAPI31OrLater() {
		t.Errorf("the document is one of OpenAPI %s", doc.OpenAPI)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if got := doc.Info.Version; got != "1.2.3" {
		t.Errorf("the version is %q", got)
	}
}

func TestSameEachTime(t *testing.T) {
	first, err := openapi.Document(root, "1")
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := openapi.Document(root, "1")
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("the document is another one: %v", err)
		}
	}
}

func TestRootAndVersion(t *testing.T) {
	for below, want := range map[string]string{"/": "/", "/registry/": "/registry", "/a/b/": "/a/b"} {
		text, err := openapi.Document(below, "1")
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Info    struct{ Version string }
			Servers []struct{ URL string }
		}
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Servers[0].URL != want || doc.Info.Version == "" {
			t.Errorf("below %s: server %q, version %q", below, doc.Servers[0].URL, doc.Info.Version)
		}
	}
}

func TestOperations(t *testing.T) {
	doc := load(t)
	want := map[string][]string{
		"/caller.json": {"GET"}, "/caller.xml": {"GET"},
		"/co_groups/reconcile.json": {"PUT"}, "/co_groups/reconcile/{id}.xml": {"POST"}, "/identifiers/assign.json": {"POST"},
		"/cos/duplicate/{id}.json": {"POST"}, "/email_addresses/verify/{id}.json": {"POST"}, "/cous/bulk.json": {"POST"}, "/cous/bulk.xml": nil, "/cous": nil,
		"/co_provisioning_targets/provision/{id}/copersonid:{copersonid}":           {"POST"},
		"/co_provisioning_targets/provision/{id}/cogroupid:{cogroupid}.json":        {"POST"},
		"/co_provisioning_targets/provision/{id}/coemaillistid:{coemaillistid}.xml": {"POST"},
	}
	for _, r := range comity.All() {
		for _, format := range []string{".json", ".xml"} {
			want["/"+r.Path+format] = []string{"DELETE", "GET", "POST"}
			want["/"+r.Path+"/{id}"+format] = []string{"DELETE", "GET", "PUT"}
			if r.AppendOnly {
				want["/"+r.Path+format] = []string{"GET", "POST"}
				want["/"+r.Path+"/{id}"+format] = []string{"GET"}
			}
		}
		if tag := doc.Tags.Get(r.Plural); tag == nil || tag.Description == "" {
			t.Errorf("nothing is said about %s", r.Plural)
		}
	}
	for path, methods := range want {
		var got []string
		if item := doc.Paths.Value(path); item != nil {
			got = slices.Sorted(maps.Keys(item.Operations()))
		}
		if !slices.Equal(got, methods) {
			t.Errorf("%s has %v, not %v", path, got, methods)
		}
	}
}

// TestParameters compares the parameters of lists with the tables.
func TestParameters(t *testing.T) {
	doc := load(t)
	for _, r := range comity.All() {
		parameters := doc.Paths.Value("/" + r.Path + ".json").Get.Parameters
		for _, name := range append([]string{"limit", "after", "modifiedsince", "deleted"}, r.ListKeys()...) {
			if p := parameters.GetByInAndName("query", name); p == nil || p.Description == "" {
				t.Errorf("the list of %s has no parameter %s", r.Plural, name)
			}
		}
	}
}

// TestPhrases looks for the reason phrases that are in the tables.
func TestPhrases(t *testing.T) {
	doc := load(t)
	for _, r := range comity.All() {
		collection, item := doc.Paths.Value("/"+r.Path+".json"), doc.Paths.Value("/"+r.Path+"/{id}.json")
		for _, u := range r.Uniques {
			wantPhrase(t, collection.Post, 403, u.Phrase)
		}
		wantPhrase(t, item.Get, 404, r.UnknownOnView)
		if !r.AppendOnly {
			wantPhrase(t, item.Put, 404, r.UnknownOnEdit)
			wantPhrase(t, item.Delete, 404, r.UnknownOnDelete)
		}
	}
}

func wantPhrase(t *testing.T, o *openapi3.Operation, status int, phrase comity.Phrase) {
	t.Helper()
	answer := o.Responses.Status(status)
	if answer == nil {
		t.Errorf("%s is never answered %d", o.OperationID, status)
		return
	}
	known, _ := answer.Value.Extensions["x-reason-phrases"].([]any)
	if !slices.Contains(known, any(string(phrase))) || !strings.Contains(*answer.Value.Description, "`"+string(phrase)+"`") {
		t.Errorf("%s: %d is %q, without %q", o.OperationID, status, known, phrase)
	}
}

// TestBoundsAreSaid: the document contains the limits, with the answer beyond each.
func TestBoundsAreSaid(t *testing.T) {
	said := load(t).Info.Description
	for _, b := range comity.Bounds() {
		for _, text := range []string{b.What, b.Text, fmt.Sprintf("%d `%s`", b.Status, b.Phrase)} {
			if !strings.Contains(said, text) {
				t.Errorf("the document does not say %q", text)
			}
		}
	}
}
