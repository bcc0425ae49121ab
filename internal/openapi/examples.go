package openapi

import (
	"strings"

	"comity"
)

// example returns a minimal request to add a record.
func example(r *comity.Resource) any {
	element := object[any]{{"Version", version}}
	for _, f := range r.Fields {
		if f.Required && !f.ReadOnly {
			element.put(f.Name, exampleOf(f))
		}
	}
	return enveloped(r, element)
}

func assignExample() any {
	owner := comity.Identifier.Person
	return enveloped(comity.Identifier.Resource, object[any]{{"Version", version}, {owner.Name, exampleOf(owner)}})
}

func enveloped(r *comity.Resource, element any) any {
	return object[any]{{"RequestType", r.Plural}, {"Version", version}, {r.Plural, []any{element}}}
}

// exampleOf returns a valid value for a field.
func exampleOf(f *comity.Field) any {
	if f.Example != "" {
		return f.Example
	}
	switch f.Kind {
	case comity.Text, comity.Secret:
		if len(f.Types) > 0 {
			return f.Types[0]
		}
		return strings.ToUpper(f.Name[:1]) + strings.ToLower(f.Name[1:])
	case comity.Integer:
		return 1
	case comity.Boolean:
		return true
	case comity.Time:
		return "2026-01-31 12:00:00"
	case comity.Date:
		return "1906-12-09"
	case comity.Code:
		return exampleWord(f)
	case comity.Reference:
		return 2
	case comity.Owner:
		return object[any]{{"Type", f.Owners[0].Word}, {"Id", 7}}
	}
	return nil
}

// exampleWord returns Active if the field has it, else its first word.
func exampleWord(f *comity.Field) string {
	for _, w := range f.Words {
		if w.Word == comity.Active {
			return w.Word
		}
	}
	return f.Words[0].Word
}
