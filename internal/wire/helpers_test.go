package wire_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"comity"
	"comity/internal/wire"
)

// tb are the methods that the checks need of a test, a fuzz target or a property.
type tb interface {
	Helper()
	Fatalf(format string, args ...any)
}

var formats = map[string]wire.Format{"json": wire.JSON, "xml": wire.XML}

// cells returns the cells of a record that are not absent, in a form that a test can write down.
func cells(rec *comity.Record) map[string]string {
	out := map[string]string{}
	for _, f := range rec.Resource.Fields {
		c := rec.Get(f)
		switch {
		case c.IsAbsent():
		case !c.HasValue():
			out[f.Name] = "empty"
		case f.Kind == comity.Owner:
			out[f.Name] = fmt.Sprintf("%s %d", c.Text(), c.Int())
		case f.Kind == comity.Text, f.Kind == comity.Date, f.Kind == comity.Code, f.Kind == comity.Secret:
			out[f.Name] = fmt.Sprintf("%q", c.Text())
		default:
			out[f.Name] = strconv.FormatInt(c.Int(), 10)
		}
	}
	return out
}

// list returns a list of the records, as in an answer.
func list(f wire.Format, res *comity.Resource, records ...*comity.Record) []byte {
	out := wire.AppendListOpen(nil, f, res)
	for i, rec := range records {
		out = wire.AppendRecord(out, f, rec, i == 0)
	}
	return wire.AppendListClose(out, f, res)
}

// checkForm fails the test unless the text is one well-formed document of the format.
func checkForm(t tb, f wire.Format, text []byte) {
	t.Helper()
	if !utf8.Valid(text) {
		t.Fatalf("is not UTF-8: %q", text)
	}
	if f == wire.JSON {
		if !json.Valid(text) {
			t.Fatalf("is not JSON: %s", text)
		}
		return
	}
	d := xml.NewDecoder(strings.NewReader(string(text)))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("is not XML: %v\n%s", err, text)
		}
	}
}

// checkMalformed fails the test unless the error is the one for a body that cannot be read.
func checkMalformed(t tb, in comity.Input, err error) {
	t.Helper()
	var e *comity.Error
	switch {
	case !errors.As(err, &e):
		t.Fatalf("error %v (%T), want a *comity.Error", err, err)
	case e.Code != comity.Malformed || e.Phrase != comity.PhraseBadRequest || e.Detail == "" || len(e.Detail) > 400:
		t.Fatalf("error %+v, want Bad Request with a sentence", e)
	case in.Record != nil || in.FieldErrors != nil:
		t.Fatalf("input %+v beside an error", in)
	}
}
