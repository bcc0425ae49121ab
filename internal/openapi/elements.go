package openapi

import (
	"strings"

	"comity"
)

// element returns the schema of a record in an answer.
func element(r *comity.Resource) *schema {
	s := &schema{Type: types{"object"}, Description: r.Doc, XML: &xmlShape{Name: r.Singular}}
	s.Properties.put("Version", versionAttribute())
	s.Properties.put("Id", &schema{Ref: schemaRef("Id").Ref, ReadOnly: true})
	s.Required = []string{"Version", "Id"}
	for _, f := range r.Fields {
		value := outputSchema(f)
		if value == nil {
			continue
		}
		s.Properties.put(f.Name, value)
		if f.Kind != comity.Owner {
			if f.Required {
				s.Required = append(s.Required, f.Name)
			}
			continue
		}
		flat := flatOwners(f)
		for _, o := range flat {
			s.Properties.put(o.Name, flatOwner(o, schemaRef("Id")))
		}
		if len(flat) == 0 {
			s.Required = append(s.Required, f.Name)
		} else {
			s.AnyOf = oneOwner(f.Name, flat)
		}
	}
	s.bookkeeping(r)
	for _, child := range children(r) {
		s.Properties.put(child.Plural, &schema{
			Type: types{"array"}, Items: schemaRef(elementName(child)), ReadOnly: true,
			Description: "Those that hang on it, in a list with `expand=" + child.Plural + "`.",
			XML:         &xmlShape{Name: child.Plural, Wrapped: true},
		})
	}
	return s
}

// bookkeeping adds the fields that the registry maintains for every record.
func (s *schema) bookkeeping(r *comity.Resource) {
	stamp := func(name, text string) {
		s.Properties.put(name, &schema{Ref: schemaRef("Time").Ref, Description: text, ReadOnly: true})
		s.Required = append(s.Required, name)
	}
	stamp("Created", "When it was added.")
	stamp("Modified", "When it was last changed.")
	gone := &schema{Type: types{"boolean"}, ReadOnly: true, Description: "Whether it is gone: only in a list with `deleted=true`."}
	if !r.Versioned {
		s.Properties.put("Deleted", gone)
		return
	}
	revision := count("0 at first, one more with each change.")
	revision.Minimum, revision.ReadOnly = new(int64), true
	s.Properties.put("Revision", revision)
	s.Properties.put("Deleted", gone)
	s.Properties.put("ActorIdentifier", &schema{
		Type: types{"string"}, ReadOnly: true, Description: "The username that made the last change.",
	})
	s.Required = append(s.Required, "Revision", "Deleted", "ActorIdentifier")
}

// input returns the schema of a record in a request. Unknown fields are ignored, so that an answer can be
// sent back as it came.
func input(r *comity.Resource) *schema {
	s := &schema{Type: types{"object"}, XML: &xmlShape{Name: r.Singular}}
	s.Description = r.Singular + ", to add or edit. On edit a field that is not named keeps its value, but the required ones must be there."
	s.Properties.put("Version", &schema{Enum: []any{version, 1}, XML: &xmlShape{Attribute: true}})
	s.Required = []string{"Version"}
	for _, f := range r.Fields {
		value := inputSchema(f)
		if value == nil {
			continue
		}
		s.Properties.put(f.Name, value)
		if f.Kind == comity.Owner {
			for _, o := range f.Owners {
				s.Properties.put(o.Name, flatOwner(o, inputId()))
			}
			s.AnyOf = oneOwner(f.Name, f.Owners)
		} else if f.Required {
			s.Required = append(s.Required, f.Name)
		}
	}
	return s
}

// assignInput returns the schema of the element of the call that assigns identifiers: an Identifier of which
// only the person is used.
func assignInput() *schema {
	owner := comity.Identifier.Person
	person := []comity.OwnerType{comity.OwnerCO}
	s := &schema{Type: types{"object"}, Required: []string{"Version"}, XML: &xmlShape{Name: comity.Identifier.Singular}}
	s.Description = "Whom to assign identifiers to."
	s.Properties.put("Version", &schema{Enum: []any{version, 1}, XML: &xmlShape{Attribute: true}})
	s.Properties.put(owner.Name, inputOwner(owner, person))
	s.Properties.put(comity.OwnerCO.Name, flatOwner(comity.OwnerCO, inputId()))
	s.AnyOf = oneOwner(owner.Name, person)
	return s
}

func sentences(s []string) string { return strings.Join(s, " ") }
