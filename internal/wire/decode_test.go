package wire_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/wire"
)

// decodeTest is a body and the expected record.
type decodeTest struct {
	name        string
	res         *comity.Resource
	body        string
	cells       map[string]string
	fieldErrors map[string]string // a part of each field's sentence
}

func (tt decodeTest) run(t *testing.T, f wire.Format) {
	t.Helper()
	t.Run(tt.name, func(t *testing.T) {
		in, err := wire.Decode(f, tt.res, []byte(tt.body))
		if err != nil {
			t.Fatalf("Decode: %v", err)
		}
		if in.Record.Resource != tt.res {
			t.Errorf("a record of %v", in.Record.Resource)
		}
		want := tt.cells
		if want == nil {
			want = map[string]string{}
		}
		if diff := cmp.Diff(want, cells(in.Record)); diff != "" {
			t.Errorf("cells (-want +got):\n%s", diff)
		}
		if len(in.FieldErrors) != len(tt.fieldErrors) {
			t.Errorf("field errors %v, want those of %v", in.FieldErrors, tt.fieldErrors)
		}
		for _, fieldError := range in.FieldErrors {
			if part, ok := tt.fieldErrors[fieldError.Field]; !ok || !strings.Contains(fieldError.Sentence, part) {
				t.Errorf("field error %q: %q, want %q in it", fieldError.Field, fieldError.Sentence, part)
			}
		}
	})
}

var (
	cou        = comity.Cou.Resource
	name       = comity.Name.Resource
	role       = comity.CoPersonRole.Resource
	identifier = comity.Identifier.Resource
	httpServer = comity.HttpServer.Resource
	group      = comity.CoGroup.Resource
	member     = comity.CoGroupMember.Resource
	link       = comity.CoOrgIdentityLink.Resource
)

// A resource may have the same name in the singular and the plural, as CoTermsAndConditions has.
func TestDecodeWhereTheSingularIsThePlural(t *testing.T) {
	terms := &comity.Resource{Singular: "Terms", Plural: "Terms"}
	for title, tt := range map[string]struct {
		format wire.Format
		body   string
		ok     bool
	}{
		"XML in its envelope":          {wire.XML, `<Terms Version="2"><Terms Version="1.0"><a/></Terms></Terms>`, true},
		"XML in its envelope, at odds": {wire.XML, `<Terms Version="1.0"><Terms Version="2"/></Terms>`, false},
		"XML bare":                     {wire.XML, `<Terms Version="1.0"><Other/></Terms>`, true},
		"XML bare, Version within":     {wire.XML, `<Terms><Version>1.0</Version></Terms>`, true},
		"JSON in its envelope":         {wire.JSON, `{"Terms":[{"Version":"1.0"}]}`, true},
		"JSON bare":                    {wire.JSON, `{"Version":"1.0"}`, true},
	} {
		t.Run(title, func(t *testing.T) {
			in, err := wire.Decode(tt.format, terms, []byte(tt.body))
			if err != nil || (len(in.FieldErrors) == 0) != tt.ok {
				t.Errorf("Decode: %v, %v, want good %v", in.FieldErrors, err, tt.ok)
			}
		})
	}
}
