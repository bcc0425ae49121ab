package openapitest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"comity"
	"comity/internal/httpserver"
	"comity/internal/openapi"
	"comity/internal/openapi/openapitest"
	"comity/internal/outbox"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/registry/view"
	"comity/internal/rest"
	"comity/internal/signin"
	"comity/internal/store"
	"comity/internal/store/db"
	"comity/internal/store/seal"
)

const root = "/registry/"

// api is the real API on a database of its own, every exchange with which is compared with the document.
type api struct {
	t       testing.TB
	handler http.Handler
	url     string
	login   signin.Login
	check   func(*http.Request, *http.Response, []byte) error
}

// connector has nothing to send, so that every delivery succeeds.
type connector struct{ provisioning.Connector }

func (connector) Plan(comity.Destination, comity.Snapshot, comity.SubjectState) comity.Plan {
	return comity.Plan{}
}

func (connector) Apply(context.Context, comity.Destination, comity.Operation, []byte) (comity.Answer, []byte) {
	return comity.Answer{}, nil
}

func serve(t testing.TB) *api {
	t.Helper()
	database := filepath.Join(t.TempDir(), "comity.db")
	if _, err := db.Migrate(t.Context(), database); err != nil {
		t.Fatal(err)
	}
	sealer, _, err := seal.Load(database + ".key")
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), db.Options{Database: database, Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	reg := registry.New(s, func() {})
	username, key, err := reg.Bootstrap(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	queue := outbox.New(s, provisioning.NewSnapshots(s), connector{}, outbox.Options{})
	options := httpserver.Options{Log: slog.New(slog.DiscardHandler)}
	handler := httpserver.Handler(&rest.Server{
		Registry: reg, View: view.New(s), Authenticator: signin.New(s, reg), Provisioning: provisioning.New(s, queue, connector{}),
		Root: root, Log: options.Log,
	}, options)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := httpserver.New(handler, options)
	go func() {
		if err := server.Serve(httpserver.Listen(l, nil)); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { _ = server.Close() })
	return &api{t, handler, "http://" + l.Addr().String(), signin.Login{Username: username, Key: key}, openapitest.ForRoot(t, root)}
}

// call makes a request, of a path below the root, and returns its answer.
func (a *api) call(method, path, body string, headers ...string) (*http.Response, []byte) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.url+root+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	req.SetBasicAuth(a.login.Username, a.login.Key)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := a.check(req, resp, answer); err != nil {
		a.t.Errorf("%v\nsent %s\ngot  %s", err, body, answer)
	}
	return resp, answer
}

// want is call for an answer of that status line.
func (a *api) want(status, method, path, body string, headers ...string) (*http.Response, []byte) {
	a.t.Helper()
	resp, answer := a.call(method, path, body, headers...)
	if resp.Status != status {
		a.t.Errorf("%s %s was answered %s, not %s: %s", method, path, resp.Status, status, answer)
	}
	return resp, answer
}

// add adds a record and returns its Id.
func (a *api) add(path, body string) string {
	a.t.Helper()
	_, answer := a.want("201 Added", http.MethodPost, path+".json", body)
	var added struct{ Id string }
	if err := json.Unmarshal(answer, &added); err != nil {
		a.t.Fatalf("%v: %s", err, answer)
	}
	return added.Id
}

// TestEveryResource makes the calls that every resource has.
func TestEveryResource(t *testing.T) {
	a := serve(t)
	for _, r := range comity.All() {
		for _, format := range []string{"json", "xml"} {
			a.want("200 OK", http.MethodGet, r.Path+"."+format, "")
			a.want("200 OK", http.MethodGet, r.Path+"."+format+"?limit=1&modifiedsince=2026-01-01%2012:00:00", "")
			a.want("400 Bad Request", http.MethodGet, r.Path+"."+format+"?limit=0", "")
			a.want("400 Bad Request", http.MethodPost, r.Path+"."+format, "")
			a.want("404 "+string(r.UnknownOnView), http.MethodGet, r.Path+"/987654."+format, "")
			a.want("400 Bad Request", http.MethodGet, r.Path+"/987654."+format+"?revision=x", "")
		}
		a.want("400 Invalid Fields", http.MethodPost, r.Path+".json", `{}`)
		a.want("400 Invalid Fields", http.MethodPost, r.Path+"/bulk.json", fmt.Sprintf(`{%q:[{}]}`, r.Plural))
		a.want("200 OK", http.MethodPost, r.Path+"/bulk.json?separately=true", fmt.Sprintf(`{%q:[{}]}`, r.Plural))
		if r.AppendOnly {
			a.want("404 Unknown", http.MethodDelete, r.Path+".json", "")
			a.want("404 Unknown", http.MethodPut, r.Path+"/987654.json", "{}")
			continue
		}
		a.want("400 Invalid Fields", http.MethodDelete, r.Path+".json", "")
		a.want("404 "+string(r.UnknownOnEdit), http.MethodPut, r.Path+"/987654.json", "{}")
		a.want("404 "+string(r.UnknownOnDelete), http.MethodDelete, r.Path+"/987654.xml", "")
	}
}

// TestBounds compares the limits in the document with those of the API.
func TestBounds(t *testing.T) {
	a := serve(t)
	a.want("200 OK", http.MethodGet, "cous.json?limit=1000", "")
	a.want("400 Bad Request", http.MethodGet, "cous.json?limit=1001", "")
	elements := func(n int) string { return `{"Cous":[` + strings.TrimSuffix(strings.Repeat("{},", n), ",") + `]}` }
	a.want("400 Invalid Fields", http.MethodPost, "cous/bulk.json", elements(1000))
	a.want("400 Bad Request", http.MethodPost, "cous/bulk.json", elements(1001))
	a.want("413 Request Entity Too Large", http.MethodPost, "cous.json", strings.Repeat(" ", 1<<20)+"{}")
	a.want("413 Request Entity Too Large", http.MethodPost, "cous/bulk.json", strings.Repeat(" ", 8<<20)+"{}")
	a.want("400 Bad Request", http.MethodPost, "cous.json", `{"Version":"1.0","CoId":1,"Name":"A"}`, "Idempotency-Key", strings.Repeat("k", 256))
}

// TestLists requests every list with every parameter in the document.
func TestLists(t *testing.T) {
	a := serve(t)
	var doc struct {
		Paths map[string]struct {
			Get struct{ Parameters []struct{ Name string } }
		}
	}
	text, err := openapi.Document(root, "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths {
		if strings.Contains(path, "{") {
			continue
		}
		for _, p := range item.Get.Parameters {
			if p.Name != "" { // the shared components are tested elsewhere
				a.call(http.MethodGet, path[1:]+"?"+p.Name+"=1", "")
				a.call(http.MethodGet, path[1:]+"?"+p.Name+"=", "")
				a.call(http.MethodGet, path[1:]+"?"+p.Name+"=987654", "")
			}
		}
	}
}

// TestPeople uses a small registry as its users would.
func TestPeople(t *testing.T) {
	a := serve(t)
	co := a.add("cos", `{"RequestType":"Cos","Version":"1.0","Cos":[{"Version":"1.0","Name":"Telescope","Status":"A"}]}`)
	a.want("403 Name In Use", http.MethodPost, "cos.xml", `<Cos Version="1.0"><Co Version="1.0"><Name>Telescope</Name><Status>Active</Status></Co></Cos>`)
	unit := a.add("cous", `{"Version":"1.0","CoId":`+co+`,"Name":"Physics","Description":null}`)
	person := a.add("co_people", `{"Version":1.0,"CoId":"`+co+`","Status":"Active","DateOfBirth":"1906-12-09","Timezone":""}`)
	a.want("201 Added", http.MethodPost, "names.xml",
		`<Names Version="1.0"><Name Version="1.0"><Given>Grace</Given><Type>official</Type><Person><Type>CO</Type><Id>`+person+`</Id></Person></Name></Names>`)
	mail := a.add("email_addresses", `{"Version":"1.0","Mail":"ghopper@example.org","Type":"official","CoPersonId":`+person+`}`)
	role := a.add("co_person_roles", `{"Version":"1.0","Affiliation":"staff","Status":"Active","CouId":`+unit+
		`,"ValidThrough":"2999-01-31T12:00:00Z","Person":{"Type":"CO","Id":"`+person+`"}}`)
	group := a.add("co_groups", `{"Version":"1.0","CoId":`+co+`,"Name":"readers","Status":"Active","Open":"1"}`)
	a.add("co_group_members", `{"Version":"1.0","CoGroupId":`+group+`,"Member":true,"Person":{"Type":"CO","Id":`+person+`}}`)
	a.add("identifiers", `{"Version":"1.0","Identifier":"ghopper","Type":"uid","Status":"Active","CoPersonId":`+person+`}`)
	a.add("identifiers", `{"Version":"1.0","Identifier":"readers","Type":"name","Status":"Active","Person":{"Type":"Group","Id":`+group+`}}`)
	a.want("403 Identifier In Use", http.MethodPost, "identifiers.json",
		`{"Version":"1.0","Identifier":"ghopper","Type":"uid","Status":"Active","CoGroupId":`+group+`}`)
	a.want("403 No Person Specified", http.MethodPost, "identifiers.json", `{"Version":"1.0","Identifier":"x","Type":"uid","Status":"Active"}`)

	for _, path := range []string{
		"co_people.json?coid=" + co + "&given=gra", "co_people.xml?coid=" + co + "&search.identifier=hop",
		"co_people.json?expand=Names,CoPersonRoles,Identifiers&coid=" + co, "co_groups.json?copersonid=" + person,
		"identifiers.json?cogroupid=" + group, "co_person_roles.xml?couid=" + unit, "co_group_members.json?cogroupid=" + group + "&owner=false",
		"co_people/" + person + ".json?revision=0", "co_people/" + person + ".xml",
	} {
		a.want("200 OK", http.MethodGet, path, "")
		a.want("200 OK", http.MethodHead, path, "")
	}
	a.want("204 CO Person Has No Url", http.MethodGet, "urls.json?copersonid="+person, "")
	a.want("404 CO Person Unknown", http.MethodGet, "urls.json?copersonid=987654", "")
	a.want("422 Unprocessable Entity", http.MethodGet, "co_people.json?color=blue", "")
	a.want("404 Unknown", http.MethodPatch, "cous/"+unit+".json", "")

	resp, _ := a.want("200 OK", http.MethodGet, "cous/"+unit+".json", "")
	tag := resp.Header.Get("ETag")
	a.want("304 Not Modified", http.MethodGet, "cous/"+unit+".json", "", "If-None-Match", tag)
	a.want("412 Precondition Failed", http.MethodPut, "cous/"+unit+".json", `{"Version":"1.0","CoId":`+co+`,"Name":"Optics"}`, "If-Match", `"other"`)
	a.want("200 OK", http.MethodPut, "cous/"+unit+".json", `{"Version":"1.0","CoId":`+co+`,"Name":"Optics"}`, "If-Match", tag)
	a.want("403 Parent Would Create Cycle", http.MethodPut, "cous/"+unit+".json", `{"Version":"1.0","CoId":`+co+`,"Name":"Optics","ParentId":`+unit+`}`)
	a.want("403 CoPersonRole Exists", http.MethodDelete, "cous/"+unit+".json", "")
	a.want("403 CoPersonRole Exists", http.MethodDelete, "co_people/"+person+".xml", "")
	a.want("200 Deleted", http.MethodDelete, "co_person_roles/"+role+".json", "")
	a.want("200 OK", http.MethodGet, "co_person_roles.json?copersonid="+person+"&deleted=true&modifiedsince=2026-01-01%2000:00:00", "")

	a.want("200 OK", http.MethodPut, "co_groups/reconcile.json?coid="+co, "")
	a.want("200 OK", http.MethodPost, "co_groups/reconcile/"+group+".xml", "")
	a.want("404 CoGroup Unknown", http.MethodPost, "co_groups/reconcile/987654.json", "")
	a.want("200 OK", http.MethodPost, "email_addresses/verify/"+mail+".json", "")
	a.want("404 EmailAddress Unknown", http.MethodPost, "email_addresses/verify/987654.xml", "")
	a.want("200 OK", http.MethodPost, "identifiers/assign.json", `{"Version":"1.0","Person":{"Type":"CO","Id":`+person+`}}`)
	a.want("403 No Person Specified", http.MethodPost, "identifiers/assign.json", `{"Version":"1.0"}`)
	a.want("201 Added", http.MethodPost, "cos/duplicate/"+co+".json", "")
	a.want("404 CO Unknown", http.MethodPost, "cos/duplicate/987654.xml", "")
	a.want("201 Added", http.MethodPost, "cous.json", `{"Version":"1.0","CoId":`+co+`,"Name":"Once"}`, "Idempotency-Key", "k")
	a.want("422 Unprocessable Entity", http.MethodPost, "cous.json", `{"Version":"1.0","CoId":`+co+`,"Name":"Twice"}`, "Idempotency-Key", "k")
	a.want("200 OK", http.MethodPost, "cous/bulk.json", `{"Cous":[{"Version":"1.0","CoId":`+co+`,"Name":"A"},{"Version":"1.0","CoId":`+co+`,"Name":"B"}]}`)
	a.want("403 Name In Use", http.MethodPost, "cous/bulk.json", `{"Cous":[{"Version":"1.0","CoId":`+co+`,"Name":"C"},{"Version":"1.0","CoId":`+co+`,"Name":"B"}]}`)
}

// TestProvisioning makes the provision calls and their preconditions.
func TestProvisioning(t *testing.T) {
	a := serve(t)
	co := a.add("cos", `{"Version":"1.0","Name":"Telescope","Status":"Active"}`)
	person := a.add("co_people", `{"Version":"1.0","CoId":`+co+`,"Status":"Active"}`)
	server := a.add("servers", `{"Version":"1.0","CoId":`+co+`,"Description":"The receiver","ServerType":"HT","Status":"Active"}`)
	http1 := `{"Version":"1.0","ServerId":` + server + `,"Serverurl":"http://127.0.0.1:9/people","AuthType":"BA","Username":"u","Password":"<p>"}`
	a.add("http_servers", http1)
	a.want("403 Server Already Configured", http.MethodPost, "http_servers.json", http1)
	a.want("200 OK", http.MethodGet, "http_servers.json?serverid="+server, "")
	target := a.add("co_provisioning_targets", `{"Version":"1.0","CoId":`+co+`,"Plugin":"ApiProvisioner","Status":"A","MaxRetry":""}`)
	call := "co_provisioning_targets/provision/" + target + "/"
	a.want("200 OK", http.MethodPost, call+"copersonid:"+person+".json", "")
	a.want("200 OK", http.MethodPost, call+"copersonid:"+person, `{"RequestType":"CoPersonProvisioning"}`)
	a.want("404 CoPerson Unknown", http.MethodPost, call+"copersonid:987654.xml", "")
	a.want("404 CoEmailList Unknown", http.MethodPost, call+"coemaillistid:987654", "")
	for status, answer := range map[string]string{"Q": "202 Accepted", "X": "403 Forbidden"} {
		a.want("200 OK", http.MethodPut, "co_provisioning_targets/"+target+".json",
			`{"Version":"1.0","CoId":`+co+`,"Plugin":"ApiProvisioner","Status":"`+status+`"}`)
		a.want(answer, http.MethodPost, call+"copersonid:"+person+".json", "")
	}
}

// TestStringIds checks the answers to an API user with StringIds, to a user of a CO and to nobody.
func TestStringIds(t *testing.T) {
	a := serve(t)
	co := a.add("cos", `{"Version":"1.0","Name":"Telescope","Status":"Active"}`)
	_, answer := a.want("201 Added", http.MethodPost, "api_users.json",
		`{"Version":"1.0","CoId":`+co+`,"Username":"sync","Status":"Active","Privileged":true,"StringIds":true}`)
	var added struct{ ApiKey string }
	if err := json.Unmarshal(answer, &added); err != nil || added.ApiKey == "" {
		t.Fatalf("%v: %s", err, answer)
	}
	a.login = signin.Login{Username: "co_" + co + ".sync", Key: added.ApiKey}
	a.add("co_people", `{"Version":"1.0","CoId":`+co+`,"Status":"Active"}`)
	a.want("200 OK", http.MethodGet, "co_people.json?coid="+co, "")
	a.want("200 OK", http.MethodGet, "co_group_members.json?coid="+co, "")
	a.want("401 Unauthorized", http.MethodGet, "co_people.json?coid=1", "")
	a.want("401 Unauthorized", http.MethodPost, "cous/bulk.json", `{"Cous":[{"Version":"1.0","CoId":1,"Name":"A"}]}`)
	a.login.Key = "wrong"
	a.want("401 Unauthorized", http.MethodGet, "co_people.xml?coid="+co, "")
	a.want("401 Unauthorized", http.MethodGet, "nothing", "")
}
