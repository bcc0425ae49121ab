package connector_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
)

// body returns the body of a person's message.
func body(t *testing.T, s comity.Snapshot) []byte {
	t.Helper()
	return connectortest.Messages(t, newHTTP(t, connector.Options{}), connectortest.HTTPDestination(comity.ProtocolPOST, "http://h"), s)[0].Body
}

func TestPersonMessage(t *testing.T) {
	golden, err := os.ReadFile("testdata/person.json")
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Compact(&want, golden); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(body(t, connectortest.WholePerson()))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSparseMessage(t *testing.T) {
	want := `{"meta":{"version":"1.0.0","objectType":"person"},"person":{"meta":{"id":"ghopper",` +
		`"created":"2026-11-21T17:39:01Z","lastModified":"2026-11-21T17:39:01Z"},"status":"active","names":[],` +
		`"identifiers":[{"meta":{"id":"5","created":"2026-11-21T17:39:03Z","lastModified":"2026-11-21T17:39:03Z"},` +
		`"identifier":"ghopper","type":"uid"}],"emailAddresses":[],"urls":[]}}`
	s := connectortest.Person("ghopper")
	if diff := cmp.Diff(want, string(body(t, s))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// An empty text is no value, a zero is.
	s.Person.SetText(comity.CoPerson.DateOfBirth, "")
	s.Person.Revision = 7
	s.Members = []string{""}
	if diff := cmp.Diff(want, string(body(t, s))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	role := comity.NewRecord(comity.CoPersonRole.Resource)
	role.Id = 1
	role.SetText(comity.CoPersonRole.Title, "")
	role.SetInt(comity.CoPersonRole.Ordr, 0)
	role.Set(comity.CoPersonRole.CouId, comity.EmptyCell())
	s.Roles = []comity.RoleSnapshot{{Role: role}}
	if got, want := string(body(t, s)), `"roles":[{"meta":{"id":"1"},"rank":0,"addresses":[],"telephoneNumbers":[]}]`; !strings.Contains(got, want) {
		t.Errorf("%s is not in %s", want, got)
	}
}

func TestTextIsNotEscapedForHTML(t *testing.T) {
	s := connectortest.Person("ghopper")
	s.Members = []string{"R&D <\u00e9\U0001F600>"}
	if got := string(body(t, s)); !strings.Contains(got, `"members":["R&D <é😀>"]`) {
		t.Error(got)
	}
}

func TestStatusWords(t *testing.T) {
	for status, want := range map[string]string{
		comity.Active: "active", comity.GracePeriod: "grace period", comity.Expired: "expired",
		comity.Suspended: "suspended", comity.Locked: "locked", comity.PendingApproval: "pending approval",
	} {
		s := connectortest.Person("ghopper")
		s.Person.SetText(comity.CoPerson.Status, status)
		role := connectortest.Row(comity.CoPersonRole.Resource, 1, 0, connectortest.Texts{comity.CoPersonRole.Status: status})
		s.Roles = []comity.RoleSnapshot{{Role: role}}
		if got := strings.Count(string(body(t, s)), `"status":"`+want+`"`); got != 2 {
			t.Errorf("%s: %q is there %d times, want 2", status, want, got)
		}
	}
}

func TestFormatted(t *testing.T) {
	n, a, p := comity.Name, comity.Address, comity.TelephoneNumber
	name := func(values connectortest.Texts) comity.Snapshot {
		s := connectortest.Person("x")
		s.Names = []*comity.Record{connectortest.Row(n.Resource, 1, 0, values)}
		return s
	}
	address := func(values connectortest.Texts) comity.Snapshot {
		s := connectortest.Person("x")
		s.Roles = []comity.RoleSnapshot{{
			Role:      comity.NewRecord(comity.CoPersonRole.Resource),
			Addresses: []*comity.Record{connectortest.Row(a.Resource, 1, 0, values)},
		}}
		return s
	}
	telephone := func(values connectortest.Texts) comity.Snapshot {
		s := connectortest.Person("x")
		s.Roles = []comity.RoleSnapshot{{
			Role:             comity.NewRecord(comity.CoPersonRole.Resource),
			TelephoneNumbers: []*comity.Record{connectortest.Row(p.Resource, 1, 0, values)},
		}}
		return s
	}
	for _, tt := range []struct {
		snapshot  comity.Snapshot
		key, want string
	}{
		{name(connectortest.Texts{n.Given: "Grace"}), "formatted", "Grace"},
		{name(connectortest.Texts{n.Honorific: "Dr", n.Given: "Grace", n.Middle: "", n.Family: "Hopper"}), "formatted", "Grace Hopper"},
		{name(connectortest.Texts{n.Given: "Grace", n.Suffix: "III"}), "formatted", "Grace III"},
		{name(connectortest.Texts{n.Honorific: "Dr"}), "formatted", ""},
		{address(connectortest.Texts{a.Locality: "Town", a.Country: "US", a.Room: "2"}), "formatted", "Town, US"},
		{address(connectortest.Texts{a.Street: "1 Main St\nBack door", a.PostalCode: "12345"}), "formatted", `1 Main St\nBack door, 12345`},
		{address(connectortest.Texts{a.Room: "2"}), "formatted", ""},
		{telephone(connectortest.Texts{p.Number: "1234567"}), "number", "1234567"},
		{telephone(connectortest.Texts{p.CountryCode: "49", p.Number: "1234567"}), "number", "+49 1234567"},
		{telephone(connectortest.Texts{p.CountryCode: "+49", p.Number: "1234567", p.Extension: "9"}), "number", "+49 1234567 x9"},
		{telephone(connectortest.Texts{p.CountryCode: "", p.AreaCode: "555", p.Number: "1234567", p.Extension: ""}), "number", "555 1234567"},
	} {
		got := string(body(t, tt.snapshot))
		if tt.want == "" {
			if strings.Contains(got, `"`+tt.key+`"`) {
				t.Errorf("%s is in %s", tt.key, got)
			}
			continue
		}
		if want := fmt.Sprintf(`%q:"%s"`, tt.key, tt.want); !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

// TestSchemaNamesEveryField compares the schema with a message that shows everything: each object of it has
// exactly the properties that the schema allows there.
func TestSchemaNamesEveryField(t *testing.T) {
	var schema, message map[string]any
	if err := json.Unmarshal(connector.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	if got := schema["$schema"]; got != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("$schema is %v", got)
	}
	if err := json.Unmarshal(body(t, connectortest.WholePerson()), &message); err != nil {
		t.Fatal(err)
	}
	definition := func(ref any) map[string]any {
		return schema["$defs"].(map[string]any)[strings.TrimPrefix(ref.(string), "#/$defs/")].(map[string]any)
	}
	var compare func(path string, schema map[string]any, value any)
	compare = func(path string, schema map[string]any, value any) {
		if ref, ok := schema["$ref"]; ok {
			schema = definition(ref)
		}
		if choices, ok := schema["oneOf"]; ok {
			schema = definition(choices.([]any)[0].(map[string]any)["$ref"])
		}
		switch value := value.(type) {
		case map[string]any:
			properties := schema["properties"].(map[string]any)
			want, got := slices.Sorted(maps.Keys(properties)), slices.Sorted(maps.Keys(value))
			if strings.HasSuffix(path, ".meta") && value["revision"] == nil {
				want = slices.DeleteFunc(want, func(s string) bool { return s == "revision" })
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-schema +message):\n%s", path, diff)
			}
			if schema["additionalProperties"] != false {
				t.Errorf("%s: the schema allows other properties", path)
			}
			for key, v := range value {
				compare(path+"."+key, properties[key].(map[string]any), v)
			}
		case []any:
			for _, v := range value {
				compare(path+"[]", schema["items"].(map[string]any), v)
			}
		}
	}
	compare("message", schema, message)
	compare("person", definition("personWithoutAttributes"), map[string]any{"meta": map[string]any{"id": "x", "created": "", "lastModified": ""}})
	compare("person", definition("deletedPerson"), map[string]any{"meta": map[string]any{"id": "x", "deleted": true}})
}
