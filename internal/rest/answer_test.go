package rest_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// answer is the answer to a call, read the same from JSON and XML.
type answer struct {
	status int
	phrase string
	header http.Header
	body   []byte

	// records are the records of a list.
	records []fields
	// created is the id of a new object, secret its generated key if it has one.
	created, secret string
	// id and says are an error's Id and Error, fieldErrors are the sentences of its InvalidFields by field.
	id, says    string
	fieldErrors map[string][]string
}

// fields are a record's values as text: booleans are "true" in both formats; an owner is "CO 7".
type fields map[string]string

// faulty returns the invalid fields, in order.
func (a answer) faulty() string { return strings.Join(slices.Sorted(maps.Keys(a.fieldErrors)), " ") }

// line returns the status and the reason phrase.
func (a answer) line() string { return fmt.Sprintf("%d %s", a.status, a.phrase) }

// column returns a field's values in the listed records.
func (a answer) column(field string) []string {
	values := make([]string, len(a.records))
	for i, record := range a.records {
		values[i] = record[field]
	}
	return values
}

// readAnswer reads an answer, and fails the test if it does not have the common form of all answers.
func readAnswer(t testing.TB, response *http.Response) answer {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, phrase, _ := strings.Cut(response.Status, " ")
	a := answer{status: response.StatusCode, phrase: phrase, header: response.Header, body: body}
	if challenge := a.header.Get("WWW-Authenticate"); (a.status == http.StatusUnauthorized) != strings.HasPrefix(challenge, "Basic ") {
		t.Errorf("%s with WWW-Authenticate %q", response.Status, challenge)
	}
	if len(body) == 0 {
		if a.status >= http.StatusBadRequest && response.Request.Method != http.MethodHead {
			t.Errorf("%s without a body", response.Status)
		}
		return a
	}
	top, root := a.parse(t)
	switch {
	case root == "ErrorResponse":
		a.readError(t, top)
	case root == "NewObject":
		a.created, a.secret = text(top["Id"]), text(top["ApiKey"])
	case root == "BulkResponse":
		return a // it contains the failed step
	case a.status != http.StatusOK && a.status != http.StatusAccepted:
		t.Errorf("%s with a %s", response.Status, root)
	default:
		list, _ := top[root].([]any)
		for _, record := range list {
			a.records = append(a.records, flat(record))
		}
	}
	if (a.status >= http.StatusBadRequest) != (root == "ErrorResponse") {
		t.Errorf("%s with a %s", response.Status, root)
	}
	return a
}

// parse reads the body by its Content-Type and returns its root: ErrorResponse, NewObject or the plural name
// of the listed resource.
func (a answer) parse(t testing.TB) (top map[string]any, root string) {
	t.Helper()
	switch a.header.Get("Content-Type") {
	case "application/json; charset=UTF-8":
		d := json.NewDecoder(bytes.NewReader(a.body))
		d.UseNumber()
		if err := d.Decode(&top); err != nil {
			t.Fatalf("%v in %s", err, a.body)
		}
		root = text(top["ResponseType"])
	case "application/xml; charset=UTF-8":
		var e element
		if err := xml.Unmarshal(a.body, &e); err != nil {
			t.Fatalf("%v in %s", err, a.body)
		}
		top, root = e.object(), strings.TrimSuffix(e.XMLName.Local, "Response")
		if root == "Error" {
			root = "ErrorResponse"
		}
		if _, is := top["ErrorResponse"]; !is && root != "ErrorResponse" && root != "NewObject" {
			list := make([]any, len(e.Children))
			for i, child := range e.Children {
				list[i] = child.object()
			}
			top[root] = list
		}
	default:
		t.Fatalf("Content-Type %q of %s", a.header.Get("Content-Type"), a.body)
	}
	if text(top["Version"]) != "1.0" {
		t.Errorf("Version %v in %s", top["Version"], a.body)
	}
	return top, root
}

func (a *answer) readError(t testing.TB, top map[string]any) {
	t.Helper()
	a.id, a.says = text(top["Id"]), text(top["Error"])
	if invalid, ok := top["InvalidFields"].(map[string]any); ok {
		a.fieldErrors = map[string][]string{}
		for field, sentences := range invalid {
			list, many := sentences.([]any)
			if !many {
				list = []any{sentences}
			}
			for _, sentence := range list {
				a.fieldErrors[field] = append(a.fieldErrors[field], text(sentence))
			}
		}
	}
	switch {
	case a.id == "":
		t.Errorf("no Id in %s", a.body)
	case (a.says == "") == (a.fieldErrors == nil):
		t.Errorf("neither or both of Error and InvalidFields in %s", a.body)
	case (a.phrase == "Invalid Fields") != (a.fieldErrors != nil):
		t.Errorf("%s with %s", a.phrase, a.body)
	}
	for field, sentences := range a.fieldErrors {
		if slices.Contains(sentences, "") {
			t.Errorf("no sentence about %s in %s", field, a.body)
		}
	}
}

// element is any XML element.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []element  `xml:",any"`
	Text     string     `xml:",chardata"`
}

// object returns an element as JSON would have it.
func (e element) object() map[string]any {
	o := map[string]any{}
	for _, a := range e.Attrs {
		o[a.Name.Local] = a.Value
	}
	for _, child := range e.Children {
		name := child.XMLName.Local
		var v any = child.Text
		if len(child.Children) > 0 {
			v = child.object()
		}
		switch before := o[name].(type) {
		case nil:
			o[name] = v
		case []any:
			o[name] = append(before, v)
		default:
			if child.XMLName.Local != "Id" { // it is an attribute too
				v = []any{before, v}
			}
			o[name] = v
		}
	}
	return o
}

// flat returns a record's values in a comparable form.
func flat(record any) fields {
	out := fields{}
	object, _ := record.(map[string]any)
	for name, value := range object {
		if owner, ok := value.(map[string]any); ok {
			out[name] = text(owner["Type"]) + " " + text(owner["Id"])
			continue
		}
		out[name] = text(value)
		if booleans[name] {
			out[name] = map[string]string{"1": "true", "0": "false", "true": "true", "false": "false"}[out[name]]
		}
	}
	return out
}

// booleans are the names of all boolean fields.
var booleans = map[string]bool{
	"AgreeToUpdates": true, "Auto": true, "Deleted": true, "IncludeAttributes": true, "Login": true, "Member": true, "Negate": true, "NestingModeAll": true,
	"Open": true, "Owner": true, "PrimaryName": true, "Privileged": true, "SslVerifyHost": true, "SslVerifyPeer": true,
	"StringIds": true, "Verified": true,
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
