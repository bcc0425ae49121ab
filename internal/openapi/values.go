package openapi

import "comity"

// The schemas of single values. Input accepts more forms than output has: numbers and booleans as texts, a
// word's code, and null or "" for a field that may have no value.

const (
	timePattern      = `[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}`
	timeTakenPattern = `[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?`
	datePattern      = `[0-9]{4}-[0-9]{2}-[0-9]{2}`
	integerPattern   = `[+-]?[0-9]+(\.0+)?`
	idPattern        = `[0-9]+`
	idTakenPattern   = `[0-9]+(\.0+)?`
	plainPattern     = `^[^<>]*$`
)

// outputSchema returns the schema of a field's value in an answer; nil if the field is never shown.
func outputSchema(f *comity.Field) *schema {
	s := &schema{}
	switch f.Kind {
	case comity.Text:
		s = &schema{Type: types{"string"}, MaxLength: f.Max, Format: f.Format}
	case comity.Integer:
		s = count("")
		s.Minimum, s.Maximum = minimum(f), maximum(f)
	case comity.Boolean:
		s = &schema{Type: types{"boolean"}}
	case comity.Time:
		s = schemaRef("Time")
	case comity.Date:
		s = &schema{Type: types{"string"}, Format: "date"}
	case comity.Code:
		s = &schema{Type: types{"string"}, Enum: anyValues(words(f))}
	case comity.Reference:
		s = schemaRef("Id")
	case comity.Owner:
		s = outputOwner(f)
	case comity.Secret:
		return nil
	}
	s.Description = sentences(notes(f))
	s.ReadOnly = f.ReadOnly
	return s
}

// inputSchema returns the schema of a field's value in a request; nil if requests do not set the field.
func inputSchema(f *comity.Field) *schema {
	if f.ReadOnly {
		return nil
	}
	s := &schema{}
	switch f.Kind {
	case comity.Text, comity.Secret:
		s = inputText(f)
	case comity.Integer:
		s = &schema{Type: types{"integer", "string"}, Minimum: minimum(f), Maximum: maximum(f), Pattern: anchored(f, integerPattern)}
	case comity.Boolean:
		s = &schema{Type: types{"boolean", "integer", "string"}, Enum: []any{true, false, 1, 0, "true", "false", "1", "0"}}
	case comity.Time:
		s = &schema{Type: types{"string"}, Pattern: anchored(f, timeTakenPattern)}
	case comity.Date:
		s = &schema{Type: types{"string"}, Pattern: anchored(f, datePattern)}
	case comity.Code:
		s = &schema{Type: types{"string"}, Enum: anyValues(append(words(f), codes(f)...))}
	case comity.Reference:
		s = &schema{Type: types{"integer", "string"}, Pattern: anchored(f, idTakenPattern)}
	case comity.Owner:
		s = inputOwner(f, f.Owners)
	}
	s.Description = sentences(notes(f))
	s.Default = defaultOf(f)
	s.WriteOnly = f.Kind == comity.Secret
	if !f.Required {
		s.orNothing()
	}
	return s
}

// count returns the schema of a number in an answer: in JSON, for an API user with StringIds, a string.
func count(about string) *schema {
	return &schema{Type: types{"integer", "string"}, Format: "int64", Pattern: "^-?[0-9]+$", Description: about}
}

// orNothing allows null too, and "" if the values are enumerated.
func (s *schema) orNothing() {
	if len(s.Enum) > 0 {
		s.Enum = append(s.Enum, "", nil)
	}
	if len(s.Type) > 0 {
		s.Type = append(s.Type, "null")
	}
}

func inputText(f *comity.Field) *schema {
	s := &schema{
		Type: types{"string"}, MaxLength: f.Max,
		Format: f.Format, Pattern: f.Pattern,
	}
	if f.Required {
		s.MinLength = 1
	}
	if s.Pattern == "" && s.Format == "" {
		s.Type = append(s.Type, "number") // its digits may also be the text
	}
	if s.Pattern == "" && !f.Markup {
		s.Pattern = plainPattern
	}
	return s
}

// anchored anchors a pattern to the whole text, which may be empty if the field may be.
func anchored(f *comity.Field, pattern string) string {
	if f.Required {
		return "^" + pattern + "$"
	}
	return "^(" + pattern + ")?$"
}

// minimum returns the least value of a number, nil for none.
func minimum(f *comity.Field) *int64 {
	if !f.HasMin {
		return nil
	}
	return &f.Min
}

// maximum returns the greatest value of a number, nil for none.
func maximum(f *comity.Field) *int64 {
	if f.Most == 0 {
		return nil
	}
	return &f.Most
}

func words(f *comity.Field) []string {
	out := make([]string, len(f.Words))
	for i, w := range f.Words {
		out[i] = w.Word
	}
	return out
}

// codes returns the short forms of a field's words that are not the words themselves.
func codes(f *comity.Field) []string {
	var out []string
	for _, w := range f.Words {
		if w.Code != w.Word {
			out = append(out, w.Code)
		}
	}
	return out
}

func anyValues(texts []string) []any {
	var out []any
	for _, t := range texts {
		out = append(out, t)
	}
	return out
}
