package openapitest_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"comity"
	"comity/internal/openapi/openapitest"
)

// furnished is the API with one record of most kinds, with the id 1, and a CO with the id 2.
func furnished(f *testing.F) *api {
	f.Helper()
	a := serve(f)
	a.add("cos", `{"Version":"1.0","Name":"Telescope","Status":"Active"}`)
	a.add("cous", `{"Version":"1.0","CoId":2,"Name":"Physics"}`)
	a.add("co_people", `{"Version":"1.0","CoId":2,"Status":"Active"}`)
	a.add("co_person_roles", `{"Version":"1.0","Affiliation":"staff","Status":"Active","CouId":1,"CoPersonId":1}`)
	a.add("names", `{"Version":"1.0","Given":"Grace","Family":"Hopper","Type":"official","CoPersonId":1}`)
	a.add("identifiers", `{"Version":"1.0","Identifier":"ghopper","Type":"uid","Status":"Active","CoPersonId":1}`)
	a.add("email_addresses", `{"Version":"1.0","Mail":"ghopper@example.org","Type":"official","CoPersonId":1}`)
	a.add("org_identities", `{"Version":"1.0","CoId":2}`)
	a.add("co_groups", `{"Version":"1.0","CoId":2,"Name":"readers","Status":"Active"}`)
	a.add("co_provisioning_targets", `{"Version":"1.0","CoId":2,"Plugin":"ApiProvisioner","Status":"Q"}`)
	return a
}

// try makes a request that need not make sense. Its answer must be in the document, and must not be a failure
// of the server.
func (a *api) try(t *testing.T, method, path, query, body string) {
	t.Helper()
	req := &http.Request{
		Method: method, URL: &url.URL{Path: root + path, RawQuery: query}, Host: "registry.example.org", RemoteAddr: "192.0.2.1:4711",
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)),
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil },
	}
	req.SetBasicAuth(a.login.Username, a.login.Key)
	recorder := httptest.NewRecorder()
	a.handler.ServeHTTP(recorder, req.WithContext(t.Context()))
	resp := recorder.Result()
	if resp.StatusCode >= http.StatusInternalServerError {
		t.Errorf("%s %q?%q is answered %s: %s", method, path, query, resp.Status, recorder.Body)
	}
	// A mutated request need not be one that the document permits.
	err := a.check(req, resp, bytes.Clone(recorder.Body.Bytes()))
	if err != nil && !errors.Is(err, openapitest.ErrRequest) {
		t.Errorf("%v\nsent %q", err, body)
	}
}

func FuzzQuery(f *testing.F) {
	for _, query := range []string{
		"coid=2&copersonid=1", "coid=&coid=%00", "given=gra&family=hop&mail=a@b.org&coid=2", "search.identifier=OPP&coid=2",
		"search_identifier=%25_%5C", "search.mail=ghopper%40example.org", "identifier=ghopper&identifiertype=uid", "owner=true&cogroupid=1",
		"limit=1&after=0&modifiedsince=2026-01-01+12:00:00", "deleted=true&modifiedsince=2026-01-01T12:00:00.123456Z&coid=2",
		"expand=Names,Identifiers&coid=2", "at=2026-11-21+12:00:00&cogroupid=1", "revision=0", "a=%zz;b", "orgidentityid=99999999999999999999",
	} {
		for resource := range comity.All() {
			f.Add(uint8(resource), query)
		}
	}
	a := furnished(f)
	f.Fuzz(func(t *testing.T, resource uint8, query string) {
		r := comity.All()[int(resource)%len(comity.All())]
		a.try(t, http.MethodGet, r.Path+".json", query, "")
		a.try(t, http.MethodGet, r.Path+"/1.xml", query, "")
	})
}

func FuzzPath(f *testing.F) {
	for _, path := range []string{
		"cous/1.json", "cos/2.xml", "co_people/-1.json", "names/99999999999999999999.json", "co_groups/reconcile/1.json", "co_groups/reconcile.json",
		"co_provisioning_targets/provision/1/copersonid:1", "co_provisioning_targets/provision/1/cogroupid:1.xml", "identifiers/assign.json",
		"email_addresses/verify/1.json", "cos/duplicate/2.json", "cous/bulk.json", "//.json", "cous.json/..", "co_people/1.jsön", "\xff/\x00.xml",
	} {
		for method := range methods {
			f.Add(uint8(method), path)
		}
	}
	a := furnished(f)
	f.Fuzz(func(t *testing.T, method uint8, path string) {
		a.try(t, methods[int(method)%len(methods)], path, "", "")
	})
}

var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch}

func FuzzBody(f *testing.F) {
	for _, body := range []string{
		`{"Version":"1.0","CoId":2,"Name":"Optics","Status":"Active","Type":"official","Person":{"Type":"CO","Id":1}}`,
		`{"Version":"1.0","CoPersonId":"1","Given":"A\u0000","Type":"official","PrimaryName":null}`,
		`{"Version":"1.0","CoGroupId":1,"TargetCoGroupId":2,"Member":"1","Owner":0,"CoPersonId":1,"ValidFrom":"0001-01-01 00:00:00"}`,
		`{"Version":"1.0","Affiliation":"staff","Status":"A","CoPersonId":1,"ValidThrough":"9999-12-31T23:59:59+14:00","Ordr":9223372036854775807}`,
		`{"Version":"1.0","Identifier":"𝔤","Type":"uid","Status":"S","CoGroupId":1,"Language":"x"}`,
		`{"Version":"1.0","CoId":2,"Username":"u","Status":"Active","RemoteIp":"("}`, `{"Cous":[{},{}]}`,
		`{"Version":"1.0","CoId":2,"Status":"Active","IdentifierType":"uid","Algorithm":"S","Format":"(G:0)[1:(#:99)]","Minimum":-1}`,
		`<A Version="1.0"><B Version="1.0"><CoId>2</CoId><Name>x</Name><Person><Type>CO</Type><Id>1</Id></Person></B></A>`,
	} {
		for resource := range comity.All() {
			f.Add(uint8(resource), body)
		}
	}
	a := furnished(f)
	f.Fuzz(func(t *testing.T, resource uint8, body string) {
		r := comity.All()[int(resource)%len(comity.All())]
		extension := ".json"
		if strings.HasPrefix(strings.TrimSpace(body), "<") {
			extension = ".xml"
		}
		a.try(t, http.MethodPost, r.Path+extension, "", body)
		a.try(t, http.MethodPut, r.Path+"/1"+extension, "", body)
		a.try(t, http.MethodPost, r.Path+"/bulk.json", "separately=true", body)
	})
}
