package openapitest_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"comity/internal/openapi"
	"comity/internal/openapi/openapitest"
)

const (
	fields   = `"Version":"1.0","Id":5,"CoId":2,"Name":"Physics"`
	stamps   = `"Created":"2026-01-31 12:00:00","Modified":"2026-01-31 12:00:00"`
	meta     = `"Revision":0,"Deleted":false,"ActorIdentifier":"co_1.operator"`
	newCou   = `{"ResponseType":"NewObject","Version":"1.0","ObjectType":"Cou","Id":"5"}`
	nameUsed = `{"ResponseType":"ErrorResponse","Version":"1.0","Id":"New","Error":"Name In Use"}`
)

func cous(element string) string {
	return `{"ResponseType":"Cous","Version":"1.0","Cous":[{` + element + `}]}`
}

// TestValidator checks exchanges that are as documented, and some that differ in one thing.
func TestValidator(t *testing.T) {
	document, err := openapi.Document(root, "test")
	if err != nil {
		t.Fatal(err)
	}
	check := openapitest.Validator(t, document)
	good := fields + "," + stamps + "," + meta
	html := http.Header{"Content-Type": {"text/html"}}
	for name, tt := range map[string]struct {
		method, path, sent string
		status, got        string
		header             http.Header
		wrong              string // a part of the error, "" for none
	}{
		"list":                     {path: "cous.json", status: "200 OK", got: cous(good)},
		"ids as strings":           {path: "cous.json", status: "200 OK", got: cous(strings.Replace(good, `"Id":5`, `"Id":"5"`, 1))},
		"HEAD":                     {method: "HEAD", path: "cous.json", status: "200 OK"},
		"add":                      {method: "POST", path: "cous.json", sent: `{"Version":"1.0","CoId":2,"Name":"Physics"}`, status: "201 Added", got: newCou},
		"add in an envelope":       {method: "POST", path: "cous.json", sent: `{"Cous":[{"Version":"1.0","CoId":"2","Name":"Physics"}]}`, status: "201 Added", got: newCou},
		"refused":                  {method: "POST", path: "cous.json", sent: `nonsense`, status: "403 Name In Use", got: nameUsed},
		"no such path":             {path: "cous/5/names.json", status: "404 Unknown", got: nameUsed},
		"a path that is escaped":   {path: "c%6Fus.json", status: "200 OK", got: cous(good)},
		"no such call":             {method: "PATCH", path: "cous.json", status: "404 Unknown", got: nameUsed},
		"XML":                      {path: "cous.xml", status: "200 OK", got: `<Cous Version="1.0"/>`},
		"a phrase of Go's own":     {method: "POST", path: "cous.json", status: "403 Forbidden", got: nameUsed},
		"unknown field":            {path: "cous.json", status: "200 OK", got: cous(good + `,"Color":"blue"`), wrong: "Color"},
		"unknown key":              {path: "cous.json", status: "200 OK", got: strings.Replace(cous(good), "{", `{"Color":"blue",`, 1), wrong: "Color"},
		"missing field":            {path: "cous.json", status: "200 OK", got: cous(fields + "," + stamps), wrong: "Revision"},
		"another ResponseType":     {path: "cous.json", status: "200 OK", got: strings.Replace(cous(good), `"ResponseType":"Cous"`, `"ResponseType":"Cos"`, 1), wrong: "ResponseType"},
		"boolean as text":          {path: "cous.json", status: "200 OK", got: cous(strings.Replace(good, "false", `"false"`, 1)), wrong: "Deleted"},
		"time of another form":     {path: "cous.json", status: "200 OK", got: cous(strings.Replace(good, " 12:00:00", "T12:00:00Z", 1)), wrong: "Created"},
		"undocumented status":      {path: "cous.json", status: "409 Conflict", got: nameUsed, wrong: "status"},
		"undocumented phrase":      {method: "POST", path: "cous.json", status: "403 Name Taken", got: nameUsed, wrong: "Name Taken"},
		"undocumented call":        {method: "PATCH", path: "cous.json", status: "200 OK", wrong: "not in the document"},
		"body where there is none": {method: "DELETE", path: "cous/5.json", status: "200 Deleted", got: nameUsed, wrong: "has a body"},
		"wrong request: no CoId":   {method: "POST", path: "cous.json", sent: `{"Version":"1.0","Name":"Physics"}`, status: "201 Added", got: newCou, wrong: "CoId"},
		"wrong request: parameter": {path: "cous.json?limit=5000", status: "200 OK", got: cous(good), wrong: "limit"},
		"wrong type of answer":     {path: "cous.json", status: "200 OK", got: cous(good), header: html, wrong: "Content-Type"},
		"no name of the request":   {path: "cous.json", status: "200 OK", got: cous(good), header: http.Header{"X-Request-Id": nil}, wrong: "X-Request-Id"},
		"another root":             {path: "cous.xml", status: "200 OK", got: `<Cos Version="1.0"/>`, wrong: "root"},
		"XML cut short":            {path: "cous.xml", status: "200 OK", got: `<Cous Version="1.0">`, wrong: "not XML"},
		"JSON for XML":             {path: "cous.xml", status: "200 OK", got: cous(good), wrong: "not XML"},
		"wrong request: XML":       {method: "POST", path: "cous.xml", sent: `<Cos/>`, status: "201 Added", got: `<NewObjectResponse/>`, wrong: "root"},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tt.method, "http://127.0.0.1"+root+tt.path, strings.NewReader(tt.sent))
			if err != nil {
				t.Fatal(err)
			}
			req.SetBasicAuth("co_1.operator", "key")
			resp := &http.Response{Status: tt.status, Header: http.Header{"X-Request-Id": {"r"}, "Content-Type": {"application/json"}}}
			if strings.Contains(tt.path, ".xml") {
				resp.Header.Set("Content-Type", "application/xml; charset=UTF-8")
			}
			for name, values := range tt.header {
				resp.Header[name] = values
			}
			if resp.StatusCode, err = strconv.Atoi(tt.status[:3]); err != nil {
				t.Fatal(err)
			}
			err = check(req, resp, []byte(tt.got))
			switch {
			case tt.wrong == "" && err != nil:
				t.Error(err)
			case tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)):
				t.Errorf("it says %v, nothing of %q", err, tt.wrong)
			case errors.Is(err, openapitest.ErrRequest) != strings.HasPrefix(name, "wrong request"):
				t.Errorf("it says of the request %v", err)
			}
		})
	}
}
