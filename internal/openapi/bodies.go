package openapi

import "comity"

// body is the body of a request.
type body struct {
	required bool
	// envelope is the schema of the request, and element that of its content, which is accepted without the
	// envelope too. If both are "", any object is accepted and ignored.
	envelope, element string
	Text              string
	// example is an envelope with a valid element, nil for none.
	example any
}

func recordBody(r *comity.Resource) *body {
	return &body{
		required: true, envelope: requestName(r), element: inputName(r), example: example(r),
		Text: "One element in its envelope, or the bare element.",
	}
}

// schema returns the schema of the body in a form.
func (b *body) schema(f form) *schema {
	switch {
	case b.envelope == "":
		return &schema{Type: types{"object"}}
	case b.element == "":
		return schemaRef(f.name(b.envelope))
	}
	return &schema{OneOf: []*schema{schemaRef(f.name(b.envelope)), schemaRef(b.element)}}
}
