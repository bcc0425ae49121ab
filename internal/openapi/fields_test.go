package openapi_test

import (
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"comity"
)

// TestRequired compares the schemas with the tables: what must be in a request, and is in every answer.
func TestRequired(t *testing.T) {
	schemas := load(t).Components.Schemas
	for _, r := range comity.All() {
		in, out := []string{"Version"}, []string{"Version", "Id", "Created", "Modified"}
		if r.Versioned {
			out = append(out, "Revision", "Deleted", "ActorIdentifier")
		}
		for _, f := range r.Fields {
			if f.Required && f.Kind != comity.Owner {
				in, out = append(in, f.Name), append(out, f.Name)
			}
		}
		input, element := schemas[r.Singular+"Input"].Value, schemas[r.Singular].Value
		if diff := cmp.Diff(in, input.Required); diff != "" {
			t.Errorf("%s: required in a request (-table +document):\n%s", r.Singular, diff)
		}
		shown := slices.DeleteFunc(slices.Clone(element.Required), func(name string) bool { return name == "Person" })
		slices.Sort(out)
		slices.Sort(shown)
		if diff := cmp.Diff(out, shown); diff != "" {
			t.Errorf("%s: required in an answer (-table +document):\n%s", r.Singular, diff)
		}
		ways := 0
		if f := r.Owner(); f != nil {
			ways = 1 + len(f.Owners)
		}
		if len(input.AnyOf) != ways {
			t.Errorf("%s: an owner is named in %d ways, in the document in %d", r.Singular, ways, len(input.AnyOf))
		}
	}
}

// TestFields compares each field's schemas with its table.
func TestFields(t *testing.T) {
	schemas := load(t).Components.Schemas
	for _, r := range comity.All() {
		for _, f := range r.Fields {
			in, out := schemas[r.Singular+"Input"].Value.Properties[f.Name], schemas[r.Singular].Value.Properties[f.Name]
			if (in == nil) != f.ReadOnly || (out == nil) != (f.Kind == comity.Secret) {
				t.Errorf("%s.%s: taken %v, shown %v", r.Singular, f.Name, in != nil, out != nil)
			}
			if in != nil {
				checkTaken(t, f, in.Value)
			}
			if out != nil && out.Value.ReadOnly != f.ReadOnly {
				t.Errorf("%s.%s: read-only in the document: %v", r.Singular, f.Name, out.Value.ReadOnly)
			}
		}
	}
}

func checkTaken(t *testing.T, f *comity.Field, s *openapi3.Schema) {
	t.Helper()
	name := f.Resource().Singular + "." + f.Name
	if limit := s.MaxLength; f.Max > 0 && (limit == nil || *limit != uint64(f.Max)) {
		t.Errorf("%s is at most %d long, in the document %v", name, f.Max, limit)
	}
	if s.WriteOnly != (f.Kind == comity.Secret) {
		t.Errorf("%s: write-only in the document: %v", name, s.WriteOnly)
	}
	if s.Type.Includes("null") == f.Required {
		t.Errorf("%s is required: %v, in the document it may be null: %v", name, f.Required, s.Type.Includes("null"))
	}
	if (s.Default == nil) != f.Default.IsAbsent() {
		t.Errorf("%s has a default: %v, in the document %v", name, !f.Default.IsAbsent(), s.Default)
	}
	for _, w := range f.Words {
		if !slices.Contains(s.Enum, any(w.Word)) || !slices.Contains(s.Enum, any(w.Code)) {
			t.Errorf("%s: %s (%s) is not in the document", name, w.Word, w.Code)
		}
	}
}
