package wire

import (
	"cmp"
	"slices"
	"strconv"

	"comity"
)

// AppendNewObject appends the answer to an add: the new record's id and, if the server generated a secret for
// it, that secret, which is shown this once under the name of the resource's Generated field.
func AppendNewObject(dst []byte, f Format, res *comity.Resource, id int64, generated string) []byte {
	if f == XML {
		dst = append(dst, declarationXML+`<NewObjectResponse Version="`+version+`">`...)
		dst = appendElementXML(dst, "ObjectType", res.Singular)
		dst = appendIntXML(dst, "Id", id)
		for _, field := range res.Fields {
			if field.Generated && generated != "" {
				dst = appendElementXML(dst, field.Name, generated)
			}
		}
		return append(dst, `</NewObjectResponse>`...)
	}
	dst = append(dst, `{"ResponseType":"NewObject","Version":"`+version+`","ObjectType":"`...)
	dst = append(dst, res.Singular...)
	dst = append(dst, `","Id":"`...)
	dst = strconv.AppendInt(dst, id, 10)
	dst = append(dst, '"')
	return append(appendGeneratedJSON(dst, res, generated), '}')
}

func appendGeneratedJSON(dst []byte, res *comity.Resource, generated string) []byte {
	for _, field := range res.Fields {
		if field.Generated && generated != "" {
			dst = appendStringJSON(appendKeyJSON(dst, field.Name), generated)
		}
	}
	return dst
}

// AppendError appends the body of an error: its field errors or, if there are none, its Detail, or else its
// Phrase. The id is that of the record concerned, "New" if there is none.
func AppendError(dst []byte, f Format, id string, e *comity.Error) []byte {
	if f == XML {
		dst = append(dst, declarationXML+`<ErrorResponse Version="`+version+`" Id="`...)
		dst = append(appendTextXML(dst, id), `">`...)
		if len(e.Fields) > 0 {
			dst = appendFieldErrorsXML(dst, e.Fields)
		} else {
			dst = appendElementXML(dst, "Error", cmp.Or(e.Detail, string(e.Phrase)))
		}
		return append(dst, `</ErrorResponse>`...)
	}
	dst = append(dst, `{"ResponseType":"ErrorResponse","Version":"`+version+`","Id":`...)
	return append(appendProblemJSON(appendStringJSON(dst, id), e), '}')
}

func appendProblemJSON(dst []byte, e *comity.Error) []byte {
	if len(e.Fields) > 0 {
		return appendFieldErrorsJSON(dst, e.Fields)
	}
	return appendStringJSON(appendKeyJSON(dst, "Error"), cmp.Or(e.Detail, string(e.Phrase)))
}

func appendFieldErrorsXML(dst []byte, fieldErrors []comity.FieldError) []byte {
	dst = appendStartXML(dst, "InvalidFields")
	for _, fieldError := range byField(fieldErrors) {
		dst = appendElementXML(dst, fieldError.Field, fieldError.Sentence)
	}
	return appendEndXML(dst, "InvalidFields")
}

func appendFieldErrorsJSON(dst []byte, fieldErrors []comity.FieldError) []byte {
	dst = append(dst, `,"InvalidFields":{`...)
	field := ""
	for i, fieldError := range byField(fieldErrors) {
		switch {
		case i == 0:
			dst = append(appendStringJSON(dst, fieldError.Field), `:[`...)
		case fieldError.Field == field:
			dst = append(dst, ',')
		default:
			dst = append(dst, `],`...)
			dst = append(appendStringJSON(dst, fieldError.Field), `:[`...)
		}
		dst = appendStringJSON(dst, fieldError.Sentence)
		field = fieldError.Field
	}
	return append(dst, `]}`...)
}

// byField groups the field errors by field, in the order in which the fields first occur.
func byField(fieldErrors []comity.FieldError) []comity.FieldError {
	place := func(f comity.FieldError) int {
		return slices.IndexFunc(fieldErrors, func(g comity.FieldError) bool { return g.Field == f.Field })
	}
	sorted := slices.Clone(fieldErrors)
	slices.SortStableFunc(sorted, func(a, b comity.FieldError) int { return place(a) - place(b) })
	return sorted
}
