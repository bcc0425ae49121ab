package openapi

import (
	"strconv"
	"strings"

	"comity"
)

// pathItem is a path of the document with its methods.
type pathItem struct {
	// Parameters are those that all methods share.
	Parameters []any         `json:"parameters,omitempty"`
	Get        *operationDoc `json:"get,omitempty"`
	Put        *operationDoc `json:"put,omitempty"`
	Post       *operationDoc `json:"post,omitempty"`
	Delete     *operationDoc `json:"delete,omitempty"`
}

type operationDoc struct {
	Tags        []string     `json:"tags"`
	Summary     string       `json:"summary"`
	Description string       `json:"description,omitempty"`
	ID          string       `json:"operationId"`
	Parameters  []any        `json:"parameters,omitempty"`
	RequestBody *requestBody `json:"requestBody,omitempty"`
	Responses   object[any]  `json:"responses"`
}

type requestBody struct {
	Description string             `json:"description,omitempty"`
	Required    bool               `json:"required,omitempty"`
	Content     object[*mediaType] `json:"content"`
}

type mediaType struct {
	Schema  *schema `json:"schema"`
	Example any     `json:"example,omitempty"`
}

// reference is a reference to a component of the document.
type reference struct {
	Ref string `json:"$ref"`
}

// parameterDoc is a parameter in the document.
type parameterDoc struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Description string  `json:"description"`
	Required    bool    `json:"required,omitempty"`
	Style       string  `json:"style,omitempty"`
	Explode     *bool   `json:"explode,omitempty"`
	Schema      *schema `json:"schema"`
}

type response struct {
	Description string             `json:"description"`
	Phrases     []comity.Phrase    `json:"x-reason-phrases"`
	Headers     object[any]        `json:"headers"`
	Content     object[*mediaType] `json:"content,omitempty"`
}

// pathItems returns the paths of operations, one for each form, in their order.
func pathItems(all []operation) object[*pathItem] {
	var out object[*pathItem]
	byPath := map[string]*pathItem{}
	for _, o := range all {
		for _, f := range o.forms {
			path := "/" + o.Path + f.extension
			item := byPath[path]
			if item == nil {
				item = &pathItem{Parameters: everyMethods(o)}
				byPath[path] = item
				out.put(path, item)
			}
			item.put(o, f)
		}
	}
	return out
}

func (p *pathItem) put(o operation, f form) {
	doc := &operationDoc{
		Tags: []string{o.resource.Plural}, Summary: o.Title, Description: o.Text, ID: o.id + f.suffix,
		RequestBody: o.body.document(f),
	}
	for _, one := range o.Parameters {
		if !one.ofEveryMethod() {
			doc.Parameters = append(doc.Parameters, one.use())
		}
	}
	for _, a := range o.Answers {
		doc.Responses.put(strconv.Itoa(a.Status), a.use(f))
	}
	*p.method(o.Method) = doc
}

func (p *pathItem) method(name string) **operationDoc {
	switch name {
	case "PUT":
		return &p.Put
	case "POST":
		return &p.Post
	case "DELETE":
		return &p.Delete
	}
	return &p.Get
}

// everyMethods returns the parameters that a path's methods share: those in the path, and the request's id.
func everyMethods(o operation) []any {
	var out []any
	for _, one := range o.Parameters {
		if one.ofEveryMethod() {
			out = append(out, one.use())
		}
	}
	return out
}

func (p parameter) ofEveryMethod() bool { return p.In == "path" || p.Name == requestID.Name }

// use returns the parameter as an operation contains it.
func (p parameter) use() any {
	if p.shared != "" {
		return reference{"#/components/parameters/" + p.shared}
	}
	return p.document()
}

func (p parameter) document() parameterDoc {
	doc := parameterDoc{Name: p.Name, In: p.In, Description: p.Text, Required: p.Required, Schema: p.schema}
	if p.list {
		doc.Style, doc.Explode = "form", new(bool)
	}
	return doc
}

func (b *body) document(f form) *requestBody {
	if b == nil {
		return nil
	}
	media := &mediaType{Schema: b.schema(f)}
	if f != xmlForm {
		media.Example = b.example
	}
	return &requestBody{Description: b.Text, Required: b.required, Content: object[*mediaType]{{f.mediaType, media}}}
}

// use returns the answer as an operation contains it.
func (a answer) use(f form) any {
	if a.shared != "" {
		return reference{"#/components/responses/" + f.name(a.shared)}
	}
	return a.document(f)
}

func (a answer) document(f form) response {
	doc := response{Description: a.describe()}
	for _, r := range a.Reasons {
		doc.Phrases = append(doc.Phrases, r.Phrase)
	}
	for _, name := range append(a.headers, requestID.Name) {
		doc.Headers.put(name, reference{"#/components/headers/" + name})
	}
	if len(a.content) > 0 {
		doc.Content.put(f.mediaType, &mediaType{Schema: oneOf(a.content, f)})
	}
	return doc
}

func oneOf(names []string, f form) *schema {
	if len(names) == 1 {
		return schemaRef(f.name(names[0]))
	}
	s := &schema{}
	for _, name := range names {
		s.OneOf = append(s.OneOf, schemaRef(f.name(name)))
	}
	return s
}

// describe lists the reason phrases of the answer, each with its cause.
func (a answer) describe() string {
	lines := make([]string, len(a.Reasons))
	for i, r := range a.Reasons {
		lines[i] = "`" + string(r.Phrase) + "`"
		if r.When != "" {
			lines[i] += ": " + r.When
		}
		if len(a.Reasons) > 1 {
			lines[i] = "- " + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}
