package wire_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/wire"
)

func FuzzDecodeJSON(f *testing.F) {
	for _, body := range []string{
		`{"RequestType":"Cous","Version":"1.0","Cous":[{"Version":"1.0","CoId":"2","Name":"Physics","ParentId":null}]}`,
		`{"Version":1.0,"Given":"A\u0064a\ud83d\ude00","Type":"official","PrimaryName":true,"Person":{"Type":"CO","Id":7}}`,
		`{"Identifiers":{"Version":"1.0","Identifier":"\ud800","Login":"1","Status":"A","OrgIdentityId":"8","x":[{},[1e9]]}}`,
		`{"Version":"1.0","ValidFrom":"2024-02-29T12:00:00+01:00","ValidThrough":"","Ordr":-3,"CoPersonId":"7"}`,
		"\uFEFF[\"\\u12\xff\"]",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { fuzzDecode(t, wire.JSON, body) })
}

func FuzzDecodeXML(f *testing.F) {
	for _, body := range []string{
		`<?xml version="1.0" encoding="UTF-8"?><Cous Version="1.0"><Cou Version="1.0"><CoId>2</CoId><Name>a &amp; b</Name></Cou></Cous>`,
		`<Name Version="1.0"><Given>A&#100;a<!-- c --><![CDATA[<]]></Given><Person><Type>CO</Type><Id>7</Id></Person></Name>`,
		`<Identifier><Version>1.0</Version><Identifier>x<b/></Identifier><Person/><CoGroupId>7</CoGroupId></Identifier>`,
		`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;&#xD800;</a>`,
		"\uFEFF<?x?>\xff",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { fuzzDecode(t, wire.XML, body) })
}

// fuzzDecode reads a body as a request of each resource. A record that was read can be written, in both
// formats, and is the same when it is read again.
func fuzzDecode(t *testing.T, f wire.Format, body []byte) {
	t.Helper()
	for _, res := range comity.All() {
		in, err := wire.Decode(f, res, body)
		if err != nil {
			checkMalformed(t, in, err)
			continue
		}
		for _, fieldError := range in.FieldErrors {
			if fieldError.Field == "" || fieldError.Sentence == "" {
				t.Errorf("field error %+v", fieldError)
			}
		}
		answer := comity.InvalidFields(in.FieldErrors...)
		for _, f := range formats {
			checkForm(t, f, wire.AppendError(nil, f, "New", answer))
			out := list(f, res, in.Record)
			checkForm(t, f, out)
			again, err := wire.Decode(f, res, out)
			if err != nil || len(again.FieldErrors) > 0 {
				t.Fatalf("%s: %v, %v\n%s", res.Singular, again.FieldErrors, err, out)
			}
			if f == wire.XML && strings.ContainsAny(string(body)+string(list(wire.JSON, res, in.Record)), "\uFFFE\uFFFF") {
				continue // XML cannot contain it
			}
			if diff := cmp.Diff(cells(asRequest(in.Record)), cells(again.Record)); diff != "" {
				t.Fatalf("%s (-first +again):\n%s\n%s", res.Singular, diff, out)
			}
		}
	}
}
