package openapitest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// closeAnswers makes unknown members of an answer an error. Clients must ignore them, so the document allows
// them; a test must not.
func closeAnswers(doc *openapi3.T) {
	for name, s := range doc.Components.Schemas {
		if !strings.Contains(name, "Input") && !strings.Contains(name, "Request") && !strings.HasSuffix(name, "Xml") {
			closeObject(s)
		}
	}
}

// closeObject disallows unknown members in an object schema and those inlined in it.
func closeObject(s *openapi3.SchemaRef) {
	if s == nil || s.Ref != "" || s.Value == nil {
		return
	}
	no := false
	if len(s.Value.Properties) > 0 && s.Value.AdditionalProperties.Schema == nil {
		s.Value.AdditionalProperties.Has = &no
	}
	for _, property := range s.Value.Properties {
		closeObject(property)
	}
	closeObject(s.Value.Items)
}

// checkPlainly lets the library's validator of OpenAPI 3.0 check the values. That of 3.1 compiles the schema
// for each value, which takes longer than everything else in a test. The differences are rewritten for 3.0: a
// constant as an enum of one, and a schema of any value as nullable.
func checkPlainly(doc *openapi3.T) error {
	doc.OpenAPI = "3.0.3"
	return doc.WalkSchemas(func(_ string, s *openapi3.SchemaRef) error {
		v := s.Value
		if v.Const != nil {
			v.Enum, v.Const = []any{v.Const}, nil
		}
		v.Nullable = v.Type == nil && len(v.Enum)+len(v.AnyOf)+len(v.OneOf)+len(v.AllOf) == 0
		return nil
	})
}

// checkXML returns an error unless a body is well-formed and has the root that one of the content's schemas
// names. kin-openapi reads no XML, so the content is not checked.
func checkXML(body []byte, content openapi3.Content) error {
	root, err := rootOf(body)
	if err != nil {
		return err
	}
	media := content.Get("application/xml")
	if media == nil || media.Schema == nil {
		return errors.New("the document knows no XML here")
	}
	var names []string
	for _, s := range append(openapi3.SchemaRefs{media.Schema}, media.Schema.Value.OneOf...) {
		if s.Value.XML != nil {
			names = append(names, s.Value.XML.Name)
		}
	}
	if len(names) > 0 && !slices.Contains(names, root) {
		return fmt.Errorf("the root of the XML is <%s>, the document has %q", root, names)
	}
	return nil
}

// rootOf reads a body to its end and returns the name of its root.
func rootOf(body []byte) (root string, err error) {
	for d := xml.NewDecoder(bytes.NewReader(body)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && root != "" {
			return root, nil
		}
		if err != nil {
			return "", fmt.Errorf("the body is not XML: %w", err)
		}
		if start, ok := token.(xml.StartElement); ok && root == "" {
			root = start.Name.Local
		}
	}
}
