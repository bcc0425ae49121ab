package e2e_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The placeholders that an expected value may be.
const (
	anyTime = "<ts>"   // a time as the API or a message writes it
	anyText = "<text>" // a text that is not empty
	anyID   = "<id>"   // an id
	nothing = "<none>" // no value at all
)

var shapes = map[string]*regexp.Regexp{
	anyTime: regexp.MustCompile(`^\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d|T\d\d:\d\d:\d\dZ)$`),
	anyText: regexp.MustCompile(`(?s)^.+$`),
	anyID:   regexp.MustCompile(`^[1-9]\d*$`),
}

// saved is the text of a value that an answer gave before. It equals a number and a text alike, for
// an id is given as one or the other.
type saved string

// compare says how a value differs from the expected one. Objects may have more fields than are
// expected, unless the comparison is exact.
func compare(at string, want, got any, exact bool) []string {
	differs := []string{fmt.Sprintf("%s is %s, want %s", at, show(got), show(want))}
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			return differs
		}
		return compareObjects(at, want, got, exact)
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(want) {
			return differs
		}
		var all []string
		for i := range want {
			all = append(all, compare(fmt.Sprintf("%s.%d", at, i), want[i], got[i], exact)...)
		}
		return all
	case saved:
		if fmt.Sprint(got) == string(want) {
			return nil
		}
	case string:
		if shape := shapes[want]; shape != nil && shape.MatchString(fmt.Sprint(got)) {
			return nil
		}
		if got == want {
			return nil
		}
	default:
		if got == want {
			return nil
		}
	}
	return differs
}

func compareObjects(at string, want, got map[string]any, exact bool) []string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(want)) {
		value, there := got[key]
		switch {
		case want[key] == nothing && there:
			all = append(all, fmt.Sprintf("%s.%s is %s, want none", at, key, show(value)))
		case want[key] == nothing:
		case !there:
			all = append(all, fmt.Sprintf("%s.%s is not there, want %s", at, key, show(want[key])))
		default:
			all = append(all, compare(at+"."+key, want[key], value, exact)...)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, expected := want[key]; exact && !expected {
			all = append(all, fmt.Sprintf("%s.%s is %s, want none", at, key, show(got[key])))
		}
	}
	return all
}

func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// readJSON reads a text as JSON, its numbers as they are written.
func readJSON(text string) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("%w in %s", err, text)
	}
	return v, nil
}

// readXML reads a text as XML: an element is an object of its attributes ("@Id") and, by name, the
// lists of its children; one that has neither is its text.
func readXML(text string) (any, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	root := map[string]any{}
	if _, err := readElement(d, root); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w in %s", err, text)
	}
	return root, nil
}

func readElement(d *xml.Decoder, into map[string]any) (text string, err error) {
	for {
		token, err := d.Token()
		if err != nil {
			return text, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			child := map[string]any{}
			for _, a := range token.Attr {
				child["@"+a.Name.Local] = a.Value
			}
			inner, err := readElement(d, child)
			if err != nil {
				return text, err
			}
			var value any = child
			if len(child) == 0 {
				value = inner
			}
			list, _ := into[token.Name.Local].([]any)
			into[token.Name.Local] = append(list, value)
		case xml.EndElement:
			return strings.TrimSpace(text), nil
		case xml.CharData:
			text += string(token)
		}
	}
}
