package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"comity"
)

// The views that the pages' templates show.

type indexView struct {
	Title, Summary, Version, Root string
	Resources                     []resourceView
	Sections                      []section
	Parameters                    []parameter
	Answers                       []answer
}

type resourceView struct {
	Title, Singular, Plural, Path, About string
	Fields                               []fieldView
	Operations                           []operationView
}

type fieldView struct {
	Name, Type, Words, Notes string
	Required                 bool
}

type operationView struct {
	ID, Title, Text, Method, Call string
	Parameters                    []parameter
	Answers                       []answer
	// Body and Example are "" for a call without a body.
	Body, Example string
}

func viewOf(r *comity.Resource) (resourceView, error) {
	v := resourceView{Title: title, Singular: r.Singular, Plural: r.Plural, Path: r.Path, About: r.Doc}
	for _, f := range r.Fields {
		v.Fields = append(v.Fields, fieldView{
			Name: f.Name, Type: typeOf(f), Words: wordsOf(f), Notes: sentences(notes(f)), Required: f.Required,
		})
	}
	v.Fields = append(v.Fields, metadataFields(r)...)
	for _, o := range operations(r) {
		one, err := o.view()
		if err != nil {
			return v, fmt.Errorf("%s: %w", o.id, err)
		}
		v.Operations = append(v.Operations, one)
	}
	return v, nil
}

// typeOf returns a field's type for a reader.
func typeOf(f *comity.Field) string {
	switch f.Kind {
	case comity.Text, comity.Secret:
		return fmt.Sprintf("text of at most %d", f.Max)
	case comity.Integer:
		return "integer"
	case comity.Boolean:
		return "boolean"
	case comity.Time:
		return "time"
	case comity.Date:
		return "date"
	case comity.Code:
		return "code"
	case comity.Reference:
		return "Id"
	case comity.Owner:
		return "owner"
	}
	return f.Kind.String()
}

// wordsOf returns the values that a field can have, if they are few and known.
func wordsOf(f *comity.Field) string {
	switch {
	case f.Kind == comity.Code:
		return list(words(f))
	case f.Kind == comity.Owner:
		owners := make([]string, len(f.Owners))
		for i, o := range f.Owners {
			owners[i] = "`" + o.Word + "` (flat: `" + o.Name + "`)"
		}
		return strings.Join(owners, ", ")
	}
	return ""
}

// metadataFields returns the fields that every resource has.
func metadataFields(r *comity.Resource) []fieldView {
	all := []fieldView{
		{Name: "Id", Type: "Id", Notes: "Read-only."},
		{Name: "Created", Type: "time", Notes: "When it was added. Read-only."},
		{Name: "Modified", Type: "time", Notes: "When it was last changed. Read-only."},
	}
	if !r.Versioned {
		return all
	}
	return append(all,
		fieldView{Name: "Revision", Type: "integer", Notes: "0 at first, one more with each change. Read-only."},
		fieldView{Name: "Deleted", Type: "boolean", Notes: "Whether it is gone. Read-only."},
		fieldView{Name: "ActorIdentifier", Type: "text", Notes: "The username that made the last change. Read-only."},
	)
}

func (o operation) view() (operationView, error) {
	v := operationView{ID: o.id, Title: o.Title, Text: o.Text, Method: o.Method, Call: o.Call()}
	for _, p := range o.Parameters {
		if p.Name != requestID.Name {
			v.Parameters = append(v.Parameters, p)
		}
	}
	for _, a := range o.Answers {
		if !slices.ContainsFunc(commonAnswers, func(every answer) bool { return every.shared == a.shared }) {
			v.Answers = append(v.Answers, a)
		}
	}
	if o.body == nil {
		return v, nil
	}
	v.Body = o.body.Text
	if o.body.example == nil {
		return v, nil
	}
	text, err := marshal(o.body.example)
	if err != nil {
		return v, err
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, text, "", "  "); err != nil {
		return v, err
	}
	v.Example = indented.String()
	return v, nil
}

// span is a piece of a sentence: words, or a word of the API.
type span struct {
	Text string
	Code bool
}

// spans splits a sentence at its backquotes.
func spans(text string) []span {
	var out []span
	for i, part := range strings.Split(text, "`") {
		if part != "" {
			out = append(out, span{part, i%2 == 1})
		}
	}
	return out
}
