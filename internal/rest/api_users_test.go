package rest_test

import (
	"regexp"
	"strings"
	"testing"
)

func TestApiUsers(t *testing.T) {
	perform(t, []step{
		person("ada"), anotherCO("other"), add("co_people", "stranger", `"CoId":$other,"Status":"Active"`),
		{call: "GET api_users?coid=$co", lists: "Id: "},
		{call: "POST api_users", keep: "user", send: `{
			"CoId":$co,"Username":"reader","Privileged":true,"Status":"Active","ValidFrom":"2020-01-01 00:00:00",
			"ValidThrough":"2999-01-01 00:00:00","RemoteIp":"^127\\.0\\.0\\.1$","CoPersonId":$ada,"StringIds":true,"RateLimit":600}`},
		{call: "GET api_users/$user", has: `{
			"Id":"$user","CoId":"$co","Username":"co_$co.reader","Privileged":true,"Status":"Active","ValidFrom":"2020-01-01 00:00:00",
			"ValidThrough":"2999-01-01 00:00:00","RemoteIp":"^127\\.0\\.0\\.1$","CoPersonId":"$ada","StringIds":true,"RateLimit":600,
			"ApiKey":null,"Revision":0,"Deleted":false}`},
		{call: "POST api_users", send: `{"CoId":$co,"Username":"co_$co.writer","Status":"Suspended"}`, keep: "writer"},
		{call: "GET api_users/$writer", has: `{
			"Username":"co_$co.writer","Privileged":false,"StringIds":false,"RateLimit":null,"CoPersonId":null,"RemoteIp":null}`},
		{call: "GET api_users?coid=$co", lists: "Username: co_$co.reader, co_$co.writer"},
		{call: "POST api_users", answer: "400 Bad Request"},
		{call: "POST api_users", send: `{"CoId":$co}`, answer: "400 Invalid Fields", faulty: "status username"},
		{
			call: "POST api_users", answer: "400 Invalid Fields", faulty: "rate_limit remote_ip username valid_from valid_through",
			send: `{"CoId":$co,"Status":"Active","Username":"not a name","RemoteIp":"(","RateLimit":0,
				"ValidFrom":"2021-01-01 00:00:00","ValidThrough":"2020-01-01 00:00:00"}`,
		},
		{
			call: "POST api_users", answer: "400 Invalid Fields", faulty: "co_person_id",
			send: `{"CoId":$co,"Status":"Active","Username":"x","CoPersonId":$stranger}`,
		},
		{call: "POST api_users", send: `{"CoId":999999999,"Status":"Active","Username":"x"}`, answer: "403 CO Does Not Exist"},
		{call: "POST api_users", send: `{"CoId":$co,"Status":"Active","Username":"reader"}`, answer: "403 Name In Use"},
		{call: "POST api_users", send: `{"CoId":$co,"Status":"Active","Username":"co_$co.reader"}`, answer: "403 Name In Use"},
		// The same name in another CO is another one, as is one that begins like another CO's.
		{call: "POST api_users", send: `{"CoId":$other,"Status":"Active","Username":"reader"}`},
		{call: "POST api_users", send: `{"CoId":$co,"Status":"Active","Username":"co_$other.reader"}`, keep: "odd"},
		{call: "GET api_users/$odd", has: `{"Username":"co_$co.co_$other.reader"}`},
		{call: "PUT api_users/$user", send: `{"CoId":$co,"Status":"Suspended","Username":"reader","RemoteIp":""}`},
		{call: "GET api_users/$user", has: `{"Username":"co_$co.reader","Status":"Suspended","RemoteIp":"","RateLimit":600,"Revision":1}`},
		{call: "PUT api_users/$user", send: `{"CoId":$co,"Status":"Active","Username":"writer"}`, answer: "403 Name In Use"},
		{call: "PUT api_users/$user", send: `{"CoId":$co,"Status":"Active"}`, answer: "400 Invalid Fields", faulty: "username"},
		{call: "PUT api_users/$user", send: `{"CoId":$co,"Status":"Active","Username":"renamed"}`},
		{call: "GET api_users/$user", has: `{"Username":"co_$co.renamed"}`},
		{call: "DELETE api_users/$user"},
		{call: "GET api_users/$user", answer: "404 ApiUser Unknown"},
	})
}

// TestApiUsersAreTheirAdministratorsBusiness: an administrator of a CO adds API users of that CO, and of no
// other.
func TestApiUsersAreTheirAdministratorsBusiness(t *testing.T) {
	perform(t, []step{
		{as: "admin", call: "POST api_users", send: `{"CoId":$co,"Status":"Active","Username":"helper"}`, keep: "helper"},
		{as: "admin", call: "GET api_users/$helper", lists: "Username: co_$co.helper"},
		{as: "stranger", call: "GET api_users/$helper", answer: "404 ApiUser Unknown"},
		{as: "admin", call: "POST api_users", send: `{"CoId":1,"Status":"Active","Username":"helper"}`, answer: "401 Unauthorized"},
		{as: "admin", call: "GET api_users", answer: "401 Unauthorized"},
		{as: "admin", call: "GET api_users?coid=1", answer: "401 Unauthorized"},
		{as: "user", call: "GET api_users/$helper", answer: "401 Unauthorized"},
	})
}

// TestNumbersAsStrings: an API user with StringIds gets every number as a string, in every answer.
func TestNumbersAsStrings(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(oneOfEach()...)
		s.perform(add("api_users", "old", `"CoId":$co,"Username":"old","Privileged":true,"Status":"Active","StringIds":true`))
		login, err := s.signin.RotateKey(s.Context(), s.fill("co_$co.old"), "")
		s.must(err)
		s.users["old"] = login
		number := regexp.MustCompile(`":-?[0-9]`)
		callServer := func(method, path, send string) answer {
			a := s.call("old", method, s.fill(path), strings.NewReader(s.fill(send)))
			if found := number.FindIndex(a.body); found != nil || a.status >= 400 {
				s.Errorf("%s %s is answered %s with a number: %s", method, path, a.line(), a.body)
			}
			return a
		}
		for _, sp := range specimens {
			callServer("GET", sp.path+"/$"+sp.keep+".json", "")
			callServer("GET", sp.path+".json?coid=$co", "")
			callServer("GET", sp.path+".json?coid=$co&limit=1", "")
		}
		callServer("GET", "co_people.json?coid=$co&expand=CoPersonRoles,Names", "")
		callServer("GET", "co_provisioning_targets/status/$target.json", "")
		callServer("GET", "co_provisioning_targets/failed/$target.json", "")
		callServer("PUT", "co_groups/reconcile.json?coid=$co", "")
		if a := callServer("POST", "cous/bulk.json", `{"Cous":[{"Version":"1.0","CoId":$co,"Name":"By strings $n"}]}`); !strings.Contains(string(a.body), `"Status":"201"`) {
			s.Errorf("many are answered %s", a.body)
		}
		role := callServer("GET", "co_person_roles/$role.json", "")
		for _, want := range []string{`"Id":"$role"`, `"Ordr":"1"`, `"Revision":"0"`, `"Person":{"Type":"CO","Id":"$person"}`, `"Deleted":false`} {
			if !strings.Contains(string(role.body), s.fill(want)) {
				s.Errorf("a role has no %s: %s", s.fill(want), role.body)
			}
		}
		// A tag depends on the body of the answer.
		tag := role.header.Get("ETag")
		s.expect(s.send("old", "GET", s.fill("co_person_roles/$role.json"), "", map[string]string{"If-None-Match": tag}), "304 Not Modified")
		s.expect(s.send("old", "DELETE", s.fill("co_person_roles/$role.json"), "", map[string]string{"If-Match": tag}), "200 Deleted")
		if a := s.call("old", "GET", s.fill("cous/$unit.xml"), nil); !strings.Contains(string(a.body), "<Revision>0</Revision>") {
			s.Errorf("XML is answered %s", a.body)
		}
	})
}

// TestStringIds: ids are strings for users with StringIds.
func TestStringIds(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(person("ada"), name("name", "ada", "Ada"), group("readers", "readers"),
			add("identifiers", "uid", `"Identifier":"x","Type":"uid","Status":"Active","CoGroupId":$readers`))
		login := s.user("admin")
		users := s.call("", "GET", s.fill("api_users.json?coid=$co"), nil)
		s.ids["admin"] = users.records[0]["Id"]
		for _, tt := range []struct{ set, person, name, identifier string }{
			{"false", `"Id":$ada,"CoId":$co,`, `"Person":{"Type":"CO","Id":$ada}`, `"CoGroupId":$readers,`},
			{"true", `"Id":"$ada","CoId":"$co",`, `"Person":{"Type":"CO","Id":"$ada"}`, `"CoGroupId":"$readers",`},
		} {
			s.perform(step{call: "PUT api_users/$admin", send: `{"CoId":$co,"Username":"` + login.Username + `","Status":"Active","StringIds":` + tt.set + `}`})
			for path, want := range map[string]string{
				"co_people/$ada.json": tt.person, "names/$name.json": tt.name, "identifiers/$uid.json": tt.identifier,
			} {
				s.eventually(func() bool {
					return strings.Contains(string(s.call("admin", "GET", s.fill(path), nil).body), s.fill(want))
				})
			}
		}
	})
}
