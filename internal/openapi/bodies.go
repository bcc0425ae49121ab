package openapi

import "comity"

// body is what a request carries.
type body struct {
	required bool
	// envelope is the schema of the request, and element that of what is in it, which is taken bare
	// too. With neither, any object is taken and nothing in it is looked at.
	envelope, element string
	Text              string
	// example is an envelope with a good element, nil for none.
	example any
}

func recordBody(r *comity.Resource) *body {
	return &body{
		required: true, envelope: requestName(r), element: inputName(r), example: example(r),
		Text: "One element in its envelope, or the bare element.",
	}
}

// schema is what the body must be in a form.
func (b *body) schema(f form) *schema {
	switch {
	case b.envelope == "":
		return &schema{Type: types{"object"}}
	case b.element == "":
		return schemaRef(f.name(b.envelope))
	}
	return &schema{OneOf: []*schema{schemaRef(f.name(b.envelope)), schemaRef(b.element)}}
}
