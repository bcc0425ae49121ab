package openapi

import (
	"encoding/json"

	"comity"
)

// schema is a JSON Schema (2020-12) as far as the document needs it, with OpenAPI's XML object.
type schema struct {
	Ref                  string          `json:"$ref,omitempty"`
	Type                 types           `json:"type,omitempty"`
	Description          string          `json:"description,omitempty"`
	Const                any             `json:"const,omitempty"`
	Enum                 []any           `json:"enum,omitempty"`
	Format               string          `json:"format,omitempty"`
	Pattern              string          `json:"pattern,omitempty"`
	MinLength            int             `json:"minLength,omitempty"`
	MaxLength            int             `json:"maxLength,omitempty"`
	Minimum              *int64          `json:"minimum,omitempty"`
	Maximum              *int64          `json:"maximum,omitempty"`
	Default              any             `json:"default,omitempty"`
	ReadOnly             bool            `json:"readOnly,omitempty"`
	WriteOnly            bool            `json:"writeOnly,omitempty"`
	Properties           object[*schema] `json:"properties,omitempty"`
	AdditionalProperties *schema         `json:"additionalProperties,omitempty"`
	Required             []string        `json:"required,omitempty"`
	Items                *schema         `json:"items,omitempty"`
	MinItems             int             `json:"minItems,omitempty"`
	MaxItems             int             `json:"maxItems,omitempty"`
	AnyOf                []*schema       `json:"anyOf,omitempty"`
	OneOf                []*schema       `json:"oneOf,omitempty"`
	AllOf                []*schema       `json:"allOf,omitempty"`
	XML                  *xmlShape       `json:"xml,omitempty"`
}

// xmlShape says how a value is written in XML if that is not an element of its name.
type xmlShape struct {
	Name      string `json:"name,omitempty"`
	Attribute bool   `json:"attribute,omitempty"`
	Wrapped   bool   `json:"wrapped,omitempty"`
}

// types are the JSON types that a value may have; a single one is written as a string.
type types []string

// MarshalJSON writes one type as a string and several as a list.
func (t types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// schemaRef refers to a schema of the document.
func schemaRef(name string) *schema { return &schema{Ref: "#/components/schemas/" + name} }

// version is the version of every resource and every envelope.
const version = "1.0"

func constant(text string) *schema { return &schema{Type: types{"string"}, Const: text} }

// versionAttribute returns the schema of the version, which XML writes as an attribute.
func versionAttribute() *schema {
	s := constant(version)
	s.XML = &xmlShape{Attribute: true}
	return s
}

// The names of a resource's schemas.
func elementName(r *comity.Resource) string { return r.Singular }
func inputName(r *comity.Resource) string   { return r.Singular + "Input" }
func listName(r *comity.Resource) string    { return r.Singular + "List" }
func requestName(r *comity.Resource) string { return r.Singular + "Request" }

// newObjectName returns the name of the schema of the answer to an add: the resource has its own if the
// answer contains a generated secret.
func newObjectName(r *comity.Resource) string {
	if len(generated(r)) > 0 {
		return "New" + r.Singular
	}
	return "NewObject"
}

// inXML returns the name of a schema's counterpart in XML, if the two formats differ in shape.
func inXML(name string) string { return name + "Xml" }

func generated(r *comity.Resource) []*comity.Field {
	var fields []*comity.Field
	for _, f := range r.Fields {
		if f.Generated {
			fields = append(fields, f)
		}
	}
	return fields
}
