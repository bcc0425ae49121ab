package rest_test

import (
	"strings"
	"testing"
)

// TestRequestBodies: which bodies are accepted as requests to add a unit, and which are not.
func TestRequestBodies(t *testing.T) {
	const unit = `"CoId":$co,"Name":"U $n"`
	deep := strings.Repeat(`[`, 100000) + strings.Repeat(`]`, 100000)
	const added, bad, version = "201 Added", "400 Bad Request", "400 Invalid Fields"
	everywhere(t, func(s *fixture) {
		for title, tt := range map[string]struct{ format, body, want string }{
			"an envelope":                       {"json", `{"RequestType":"Cous","Version":"1.0","Cous":[{"Version":"1.0",` + unit + `}]}`, added},
			"the bare element":                  {"json", `{"Version":"1.0",` + unit + `}`, added},
			"an envelope without a list":        {"json", `{"RequestType":"Cous","Version":"1.0","Cous":{"Version":"1.0",` + unit + `}}`, added},
			"an envelope without words":         {"json", `{"Cous":[{"Version":"1.0",` + unit + `}]}`, added},
			"only the first element":            {"json", `{"Cous":[{"Version":"1.0",` + unit + `},{"Version":"2.0","Name":"<"},7]}`, added},
			"ids and numbers as texts":          {"json", `{"Version":"1.0","CoId":"$co","Name":"U $n"}`, added},
			"the Version as a number":           {"json", `{"Version":1.0,` + unit + `}`, added},
			"unknown fields":                    {"json", `{"Version":"1.0","Zip":[{"a":null}],"name":5,` + unit + `}`, added},
			"another Version":                   {"json", `{"Version":"1.1",` + unit + `}`, version},
			"no Version":                        {"json", `{` + unit + `}`, version},
			"the Version of the envelope alone": {"json", `{"Version":"1.0","Cous":[{` + unit + `}]}`, version},
			"null for a Version":                {"json", `{"Version":null,` + unit + `}`, version},
			"nothing":                           {"json", ``, bad},
			"blanks":                            {"json", " \n", bad},
			"half":                              {"json", `{"Version":"1.0",`, bad},
			"two":                               {"json", `{"Version":"1.0",` + unit + `}{}`, bad},
			"null":                              {"json", `null`, bad},
			"a text":                            {"json", `"Cous"`, bad},
			"a list":                            {"json", `[{"Version":"1.0",` + unit + `}]`, bad},
			"an empty list":                     {"json", `{"RequestType":"Cous","Version":"1.0","Cous":[]}`, version},
			"no list":                           {"json", `{"RequestType":"Cous","Version":"1.0"}`, bad},
			"null for a list":                   {"json", `{"RequestType":"Cous","Version":"1.0","Cous":null}`, bad},
			"a list of something else":          {"json", `{"Cous":[7]}`, bad},
			"another kind":                      {"json", `{"RequestType":"Names","Version":"1.0","Names":[{"Version":"1.0"}]}`, bad},
			"XML as JSON":                       {"json", `<Cou Version="1.0"><CoId>$co</CoId><Name>U $n</Name></Cou>`, bad},
			"bytes that are no text":            {"json", "\x00\xff\xfe", bad},
			"NUL behind the end":                {"json", `{"Version":"1.0",` + unit + "}\x00", bad},
			"deep nesting":                      {"json", `{"Version":"1.0","Zip":` + deep + `,` + unit + `}`, bad},
			"a form":                            {"json", `Name=U&CoId=$co`, bad},

			"XML":                             {"xml", `<?xml version="1.0" encoding="UTF-8"?><Cous Version="1.0"><Cou Version="1.0"><CoId>$co</CoId><Name>U $n</Name></Cou></Cous>`, added},
			"the bare XML element":            {"xml", `<Cou Version="1.0"><CoId>$co</CoId><Name>U $n</Name></Cou>`, added},
			"only the first XML element":      {"xml", `<Cous><Cou Version="1.0"><CoId>$co</CoId><Name>U $n</Name></Cou><Cou Version="3"/></Cous>`, added},
			"the Version as an XML element":   {"xml", `<Cou><Version>1.0</Version><CoId>$co</CoId><Name>U $n</Name></Cou>`, added},
			"references and CDATA":            {"xml", `<Cou Version="1.0"><CoId>$co</CoId><Name><![CDATA[U]]> &#x24;n $n &amp;</Name></Cou>`, added},
			"another Version in XML":          {"xml", `<Cou Version="2.0"><CoId>$co</CoId><Name>U $n</Name></Cou>`, version},
			"no Version in XML":               {"xml", `<Cous Version="1.0"><Cou><CoId>$co</CoId><Name>U $n</Name></Cou></Cous>`, version},
			"no XML":                          {"xml", ``, bad},
			"JSON as XML":                     {"xml", `{"Version":"1.0",` + unit + `}`, bad},
			"an XML list without an element":  {"xml", `<Cous Version="1.0"/>`, version},
			"an XML list of something else":   {"xml", `<Cous Version="1.0"><Name>U</Name></Cous>`, bad},
			"another XML element":             {"xml", `<Name Version="1.0"/>`, bad},
			"a document type":                 {"xml", `<!DOCTYPE Cou><Cou Version="1.0"><CoId>$co</CoId><Name>U $n</Name></Cou>`, bad},
			"an entity of its own":            {"xml", `<!DOCTYPE Cou [<!ENTITY a "aa">]><Cou Version="1.0"><CoId>$co</CoId><Name>&a;$n</Name></Cou>`, bad},
			"an entity of a file":             {"xml", `<!DOCTYPE Cou [<!ENTITY f SYSTEM "file:///etc/passwd">]><Cou Version="1.0"><CoId>$co</CoId><Name>&f;</Name></Cou>`, bad},
			"an entity that there is not":     {"xml", `<Cou Version="1.0"><CoId>$co</CoId><Name>&nbsp;</Name></Cou>`, bad},
			"NUL in XML":                      {"xml", "<Cou Version=\"1.0\"><CoId>$co</CoId><Name>a\x00b</Name></Cou>", bad},
			"a reference to NUL":              {"xml", `<Cou Version="1.0"><CoId>$co</CoId><Name>a&#0;b</Name></Cou>`, bad},
			"deep XML":                        {"xml", `<Cou Version="1.0"><CoId>$co</CoId><Name>U $n</Name>` + strings.Repeat("<a>", 50000) + strings.Repeat("</a>", 50000) + `</Cou>`, bad},
			"deep XML without an end":         {"xml", strings.Repeat("<a>", 50000), bad},
			"XML that says Latin 1":           {"xml", `<?xml version="1.0" encoding="ISO-8859-1"?><Cou Version="1.0"/>`, bad},
			"elements in an XML value":        {"xml", `<Cou Version="1.0"><CoId>$co</CoId><Name>U<b/></Name></Cou>`, version},
			"a tag of a markup in XML's text": {"xml", `<Cou Version="1.0"><CoId>$co</CoId><Name>&lt;b&gt;</Name></Cou>`, version},
		} {
			a := s.call("", "POST", "cous."+tt.format, strings.NewReader(s.fill(tt.body)))
			if a.line() != tt.want {
				s.Errorf("%s is answered %s, want %s: %s", title, a.line(), tt.want, a.body)
			}
			if tt.want == bad && (a.id != "New" || len(a.says) < 10) {
				s.Errorf("%s: the error about %q says %q", title, a.id, a.says)
			}
		}
	})
}

// TestBodyIsAtMostOneMebibyte.
func TestBodyIsAtMostOneMebibyte(t *testing.T) {
	const limit = 1 << 20
	everywhere(t, func(s *fixture) {
		body := s.fill(`{"Version":"1.0","CoId":$co,"Name":"Physics"}`)
		for length, want := range map[int]string{limit: "201 Added", limit + 1: "413 Request Entity Too Large", 3 * limit: "413 Request Entity Too Large"} {
			a := s.call("", "POST", "cous.json", strings.NewReader(body+strings.Repeat(" ", length-len(body))))
			if a.line() != want {
				s.Errorf("a body of %d bytes is answered %s, want %s", length, a.line(), want)
			}
		}
		s.perform(step{call: "GET cous?coid=$co", lists: "Name: Physics"})
	})
}

// TestAnswersAsTheyAreWritten, byte for byte.
func TestAnswersAsTheyAreWritten(t *testing.T) {
	everywhere(t, func(s *fixture) {
		for _, tt := range []struct{ method, path, body, want string }{
			{
				"POST", "cous.json", `{"Version":"1.0","CoId":$co,"Name":"Light & matter"}`,
				`{"ResponseType":"NewObject","Version":"1.0","ObjectType":"Cou","Id":"$id"}`,
			},
			{
				"GET", "cous/$id.json", "",
				`{"ResponseType":"Cous","Version":"1.0","Cous":[{"Version":"1.0","Id":$id,"CoId":$co,"Name":"Light & matter",` +
					`"Created":"$time","Modified":"$time","Revision":0,"Deleted":false,"ActorIdentifier":"co_1.operator"}]}`,
			},
			{
				"GET", "cous/$id.xml", "",
				`<?xml version="1.0" encoding="UTF-8"?><Cous Version="1.0"><Cou Version="1.0" Id="$id"><Id>$id</Id><CoId>$co</CoId>` +
					`<Name>Light &amp; matter</Name><Created>$time</Created><Modified>$time</Modified><Revision>0</Revision>` +
					`<Deleted>0</Deleted><ActorIdentifier>co_1.operator</ActorIdentifier></Cou></Cous>`,
			},
			{"PUT", "cous/$id.json", `{"Version":"1.0","CoId":$co,"Name":"Light & matter"}`, ``},
			{
				"POST", "cous.json", `{"Version":"1.0","CoId":$co,"Name":"Light & matter"}`,
				`{"ResponseType":"ErrorResponse","Version":"1.0","Id":"New","Error":"Name In Use"}`,
			},
			{
				"PUT", "cous/$id.json", `{"Version":"1.0","CoId":$co}`,
				`{"ResponseType":"ErrorResponse","Version":"1.0","Id":"$id","InvalidFields":{"name":["A name must be provided"]}}`,
			},
			{
				"PUT", "cous/$id.xml", `<Cou Version="1.0"><CoId>$co</CoId></Cou>`,
				`<?xml version="1.0" encoding="UTF-8"?><ErrorResponse Version="1.0" Id="$id"><InvalidFields><name>A name must be provided</name></InvalidFields></ErrorResponse>`,
			},
			{
				"DELETE", "cous.xml", "",
				`<?xml version="1.0" encoding="UTF-8"?><ErrorResponse Version="1.0" Id="New"><InvalidFields><id>An id must be provided</id></InvalidFields></ErrorResponse>`,
			},
			{
				"POST", "cous.xml", `<Cou Version="1.0"><CoId>999999999</CoId><Name>x</Name></Cou>`,
				`<?xml version="1.0" encoding="UTF-8"?><ErrorResponse Version="1.0" Id="New"><Error>CO Does Not Exist</Error></ErrorResponse>`,
			},
			{"DELETE", "cous/$id.json", "", ``},
			{"GET", "cous.json?coid=$co", "", `{"ResponseType":"Cous","Version":"1.0","Cous":[]}`},
			{"GET", "cous.xml?coid=$co", "", `<?xml version="1.0" encoding="UTF-8"?><Cous Version="1.0"/>`},
			{
				"POST", "cous.xml", `<Cou Version="1.0"><CoId>$co</CoId><Name>x</Name></Cou>`,
				`<?xml version="1.0" encoding="UTF-8"?><NewObjectResponse Version="1.0"><ObjectType>Cou</ObjectType><Id>$id</Id></NewObjectResponse>`,
			},
		} {
			a := s.call("", tt.method, s.fill(tt.path), strings.NewReader(s.fill(tt.body)))
			if a.created != "" {
				s.ids["id"] = a.created
			}
			if len(a.records) == 1 {
				s.ids["time"] = a.records[0]["Created"]
			}
			if want := s.fill(tt.want); string(a.body) != want {
				s.Errorf("%s %s %s is answered\n\t%s\n\twant\n\t%s", tt.method, tt.path, tt.body, a.body, want)
			}
		}
	})
}
