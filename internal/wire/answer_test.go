package wire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/wire"
)

const declaration = `<?xml version="1.0" encoding="UTF-8"?>`

func TestFormat(t *testing.T) {
	for ext, want := range map[string]string{
		"json": "application/json; charset=UTF-8", "xml": "application/xml; charset=UTF-8", "JSON": "", "": "", ".json": "", "html": "",
	} {
		f, ok := wire.ParseFormat(ext)
		if ok != (want != "") || ok && f.ContentType() != want {
			t.Errorf("ParseFormat(%q) = %v, %v with type %q", ext, f, ok, f.ContentType())
		}
	}
}

func TestNewObject(t *testing.T) {
	for _, tt := range []struct {
		name      string
		res       *comity.Resource
		generated string
		json, xml string
	}{
		{
			name: "its id is a string", res: cou,
			json: `{"ResponseType":"NewObject","Version":"1.0","ObjectType":"Cou","Id":"5"}`,
			xml:  `<NewObjectResponse Version="1.0"><ObjectType>Cou</ObjectType><Id>5</Id></NewObjectResponse>`,
		},
		{
			name: "with the key that was made for it", res: comity.ApiUser.Resource, generated: `a"&b`,
			json: `{"ResponseType":"NewObject","Version":"1.0","ObjectType":"ApiUser","Id":"5","ApiKey":"a\"&b"}`,
			xml:  `<NewObjectResponse Version="1.0"><ObjectType>ApiUser</ObjectType><Id>5</Id><ApiKey>a&quot;&amp;b</ApiKey></NewObjectResponse>`,
		},
		{
			name: "without a key", res: comity.ApiUser.Resource,
			json: `{"ResponseType":"NewObject","Version":"1.0","ObjectType":"ApiUser","Id":"5"}`,
			xml:  `<NewObjectResponse Version="1.0"><ObjectType>ApiUser</ObjectType><Id>5</Id></NewObjectResponse>`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for f, want := range map[wire.Format]string{wire.JSON: tt.json, wire.XML: declaration + tt.xml} {
				got := wire.AppendNewObject([]byte{}, f, tt.res, 5, tt.generated)
				if diff := cmp.Diff(want, string(got)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				checkForm(t, f, got)
			}
		})
	}
}

func TestError(t *testing.T) {
	for _, tt := range []struct {
		name      string
		id        string
		err       *comity.Error
		json, xml string
	}{
		{
			name: "the phrase", id: "New", err: comity.Refuse(comity.PhraseNameInUse),
			json: `"Id":"New","Error":"Name In Use"}`, xml: ` Id="New"><Error>Name In Use</Error>`,
		},
		{
			name: "the detail instead", id: "5", err: comity.RefuseBecause("Identifier In Use", "The uid <%s> is in use", `a"b`),
			json: `"Id":"5","Error":"The uid <a\"b> is in use"}`, xml: ` Id="5"><Error>The uid &lt;a&quot;b&gt; is in use</Error>`,
		},
		{
			name: "one field error", id: "New", err: comity.InvalidFields(comity.FieldError{Field: "name", Sentence: "A name must be provided"}),
			json: `"Id":"New","InvalidFields":{"name":["A name must be provided"]}}`,
			xml:  ` Id="New"><InvalidFields><name>A name must be provided</name></InvalidFields>`,
		},
		{
			name: "the errors of a field together", id: "5",
			err: comity.InvalidFields(
				comity.FieldError{Field: "Version", Sentence: "1"}, comity.FieldError{Field: "name", Sentence: "2"}, comity.FieldError{Field: "o", Sentence: "3"},
				comity.FieldError{Field: "name", Sentence: "\"4\"\n"}, comity.FieldError{Field: "Version", Sentence: "5"}, comity.FieldError{Field: "name", Sentence: "2"},
			),
			json: `"Id":"5","InvalidFields":{"Version":["1","5"],"name":["2","\"4\"\n","2"],"o":["3"]}}`,
			xml: ` Id="5"><InvalidFields><Version>1</Version><Version>5</Version><name>2</name><name>&quot;4&quot;` + "\n" +
				`</name><name>2</name><o>3</o></InvalidFields>`,
		},
		{
			name: "an id as a client wrote it", id: "\"<&\x00", err: comity.Missing("Cou Unknown"),
			json: `"Id":"\"<&\u0000","Error":"Cou Unknown"}`, xml: " Id=\"&quot;&lt;&amp;\uFFFD\"><Error>Cou Unknown</Error>",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for f, want := range map[wire.Format]string{
				wire.JSON: `{"ResponseType":"ErrorResponse","Version":"1.0",` + tt.json,
				wire.XML:  declaration + `<ErrorResponse Version="1.0"` + tt.xml + `</ErrorResponse>`,
			} {
				got := wire.AppendError([]byte{}, f, tt.id, tt.err)
				if diff := cmp.Diff(want, string(got)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				checkForm(t, f, got)
			}
		})
	}
}
