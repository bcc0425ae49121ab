package rest_test

import (
	"slices"
	"strings"
	"testing"

	"comity"
)

// TestListsOfEveryKind by each of their parameters: the CO, and every parent. The CO is filled once, as
// lists change nothing.
func TestListsOfEveryKind(t *testing.T) {
	steps := append(oneOfEach(), anotherCO("empty"))
	for _, sp := range specimens {
		one := "Id: $" + sp.keep
		for key, parent := range parentsOf(sp.path) {
			list := "GET " + sp.path + "?" + key + "="
			none := step{call: list + "$lonely", answer: "204 " + parent.noun + " Has No " + sp.singular}
			switch sp.path {
			case "co_group_members":
				none = step{call: list + "$lonely", lists: "Id: "}
			case "history_records":
				// The history has more records than the specimen, one add for every parent.
				one = ""
				none.call += "&modifiedsince=2999-01-01T00:00:00Z"
			}
			steps = append(steps,
				step{call: list + "$" + parent.keep, lists: one},
				step{as: "admin", call: list + "$" + parent.keep, lists: one},
				step{as: "admin", call: list + "$" + parent.keep + "&coid=$co", lists: one},
				step{as: "admin", call: list + "$" + parent.keep + "&coid=$empty", answer: "401 Unauthorized"},
				step{as: "stranger", call: list + "$" + parent.keep, answer: "404 " + parent.noun + " Unknown"},
				step{as: "user", call: list + "$" + parent.keep, answer: "401 Unauthorized"},
				step{call: list + "$" + parent.keep + "&shoe=42&" + key + "x=7", lists: one},
				step{call: list + "$" + parent.keep + "&" + key + "=$" + parent.keep, lists: one},
				step{call: list + "999999999", answer: "404 " + parent.noun + " Unknown"},
				step{as: "admin", call: list + "999999999", answer: "404 " + parent.noun + " Unknown"},
				step{call: list + "seven", answer: "404 " + parent.noun + " Unknown"},
				step{call: list + "99999999999999999999", answer: "404 " + parent.noun + " Unknown"},
				step{call: list + "$" + parent.keep + "&coid=999999999", answer: "404 CO Unknown"},
				step{call: list, answer: "400 Bad Request"},
				step{call: "GET " + sp.path + "?" + key, answer: "400 Bad Request"},
				step{as: "admin", call: list, answer: "400 Bad Request"},
				withoutDependents(parent.path), none,
			)
		}
		if sp.path != "co_people" {
			steps = append(steps, step{call: "GET " + sp.path + "?coid=$empty&shoe=42", answer: "200 OK"})
		}
		steps = append(steps, []step{
			{call: "GET " + sp.path + "?coid=", answer: "400 Bad Request"},
			{call: "GET " + sp.path + "?coid=999999999", answer: "404 CO Unknown"},
			{call: "GET " + sp.path + "?coid=seven", answer: "404 CO Unknown"},
			{call: "GET " + sp.path + "?coid=$co&coid=$empty", lists: "Id: "},
			{as: "admin", call: "GET " + sp.path, answer: "401 Unauthorized"},
			{as: "admin", call: "GET " + sp.path + "?coid=$empty", answer: "401 Unauthorized"},
			{as: "admin", call: "GET " + sp.path + "?coid=999999999", answer: "401 Unauthorized"},
			{as: "admin", call: "GET " + sp.path + "?coid=$co&coid=$empty", answer: "401 Unauthorized"},
			{as: "user", call: "GET " + sp.path + "?coid=$co", answer: "401 Unauthorized"},
		}...)
	}
	perform(t, steps)
}

// parentOf is the parent that a list's parameter names: its path and kept id, and its name in an answer.
type parentOf struct{ path, keep, noun string }

var parents = map[string]parentOf{
	"copersonid":             {"co_people", "person", "CO Person"},
	"copersonroleid":         {"co_person_roles", "role", "CO Person Role"},
	"orgidentityid":          {"org_identities", "org", "Org Identity"},
	"cogroupid":              {"co_groups", "group", "CO Group"},
	"couid":                  {"cous", "unit", "COU"},
	"targetcogroupid":        {"co_groups", "ring", "CO Group"},
	"serverid":               {"servers", "server", "Server"},
	"coprovisioningtargetid": {"co_provisioning_targets", "target", "CO Provisioning Target"},
}

// listedBy are the parameters of the lists, as documented for each resource. Specimens with several possible
// owners belong to one of them.
var listedBy = map[string][]string{
	"co_person_roles": {"couid", "copersonid"}, "co_org_identity_links": {"copersonid", "orgidentityid"},
	"names": {"copersonid"}, "email_addresses": {"copersonid"}, "identifiers": {"copersonid"}, "urls": {"copersonid"},
	"addresses": {"copersonroleid"}, "telephone_numbers": {"copersonroleid"}, "ad_hoc_attributes": {"copersonroleid"},
	"co_group_members": {"cogroupid"}, "co_group_nestings": {"cogroupid", "targetcogroupid"},
	"http_servers": {"serverid"}, "kafka_servers": {"serverid"}, "co_services": {"couid"},
	"co_t_and_c_agreements": {"copersonid"}, "identity_documents": {"copersonid"}, "ssh_key_authenticator/ssh_keys": {"copersonid"},
	"history_records": {"copersonid", "orgidentityid", "cogroupid"},
	"api_provisioner/co_api_provisioner_targets": {"coprovisioningtargetid"},
}

func parentsOf(path string) map[string]parentOf {
	of := map[string]parentOf{}
	for _, key := range listedBy[path] {
		of[key] = parents[key]
	}
	if path == "kafka_servers" {
		of["serverid"] = parentOf{"servers", "bus", "Server"}
	}
	return of
}

// withoutDependents returns the step that adds a parent without dependents.
func withoutDependents(path string) step {
	i := slices.IndexFunc(specimens, func(sp specimen) bool { return sp.path == path })
	return step{call: "POST " + path, send: specimens[i].send, keep: "lonely"}
}

// TestQueriesThatCannotBe: no parameter makes the server fail.
func TestQueriesThatCannotBe(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(people()...)
		for _, tt := range []struct{ query, want string }{
			{"coid=$co&search.identifier=%00", "200 OK"},
			{"coid=$co&search.identifier=a%00b", "200 OK"},
			{"coid=$co&search.identifier=%FF%FE", "200 OK"},
			{"coid=$co&search.identifier=%C3", "200 OK"},
			{"coid=$co&search.identifier=%ED%A0%80", "200 OK"},
			{"coid=$co&search.identifier=" + strings.Repeat("%25", 20000), "200 OK"},
			{"coid=$co&search.identifier=" + strings.Repeat("x", 60000), "200 OK"},
			{"coid=$co&given=abc%00", "200 OK"},
			{"coid=$co&family=%FFabc", "200 OK"},
			{"coid=$co&given=" + strings.Repeat("x", 60000), "200 OK"},
			{"coid=$co&mail=a%00b@example.org", "200 OK"},
			{"coid=$co&mail=%22%00%22@example.org", "200 OK"},
			{"coid=$co&search.mail=%00", "200 OK"},
			{"coid=$co&search.mail=%FF@example.org", "200 OK"},
			{"coid=$co&given=gra&search.identifier=%00", "200 OK"},
			{"coid=%00", "404 CO Unknown"},
			{"coid=%FF", "404 CO Unknown"},
			{"coid=$co&given=%zz", "400 Bad Request"},
			{"coid=$co;given=gra", "400 Bad Request"},
			{"coid=$co&%00=1", "422 Unprocessable Entity"},
			{"coid=$co&=1", "422 Unprocessable Entity"},
			{"coid=$co&&", "200 OK"},
			{strings.Repeat("coid=$co&", 2000), "400 Bad Request"},
			{"coid=$co" + strings.Repeat("&given=gra", 2000), "400 Bad Request"},
			{"coid=$co" + strings.Repeat("&given=gra", 19), "200 OK"},
			{"coid=$co" + strings.Repeat("&given=gra", 20), "400 Bad Request"},
		} {
			a := s.call("", "GET", "co_people.json?"+s.fill(tt.query), nil)
			if a.line() != tt.want {
				s.Errorf("GET co_people.json?%.60s is answered %s, want %s: %.200s", tt.query, a.line(), tt.want, a.body)
			}
			if strings.Contains(tt.query, "%00") && len(a.records) > 0 {
				s.Errorf("GET co_people.json?%.60s finds %d people", tt.query, len(a.records))
			}
		}
		for _, tt := range []struct{ call, want string }{
			{"co_groups.json?coid=$co&search.identifier=%00", "200 OK"},
			{"co_group_members.json?coid=$co&owner=%00", "400 Bad Request"},
			{"co_group_members.json?coid=$co&owner=", "400 Bad Request"},
			{"names.json?copersonid=%00", "404 CO Person Unknown"},
			{"names.json?" + strings.Repeat("copersonid=$grace&", 2000), "400 Bad Request"},
			{"names.json?copersonid=$grace&" + strings.Repeat("shoe=42&", 50), "200 OK"},
		} {
			if a := s.call("", "GET", s.fill(tt.call), nil); a.line() != tt.want {
				s.Errorf("GET %.60s is answered %s, want %s: %.200s", tt.call, a.line(), tt.want, a.body)
			}
		}
		// A caller without rights gets that answer first.
		if a := s.call("admin", "GET", "names.json?"+strings.Repeat("coid=1&", 500), nil); a.line() != "401 Unauthorized" {
			s.Errorf("an administrator asking for another CO is answered %s", a.line())
		}
	})
}

// TestLongLists are complete and in order, over several pages.
func TestLongLists(t *testing.T) {
	const count = 2001 // two pages of a thousand, and one
	everywhere(t, func(s *fixture) {
		ids := s.addMany(comity.OrgIdentity.Resource, count, func(rec *comity.Record, i int) {
			rec.SetText(comity.OrgIdentity.Title, strings.Repeat("x", i%128))
		})
		for _, format := range []string{"json", "xml"} {
			a := s.call("admin", "GET", s.fill("org_identities."+format+"?coid=$co"), nil)
			if a.line() != "200 OK" || !slices.Equal(a.column("Id"), ids) {
				s.Errorf("the list in %s is answered %s with %d records, want %d in order", format, a.line(), len(a.records), count)
			}
			head := s.call("admin", "HEAD", s.fill("org_identities."+format+"?coid=$co"), nil)
			if head.line() != "200 OK" || len(head.body) > 0 {
				s.Errorf("HEAD is answered %s with %d bytes", head.line(), len(head.body))
			}
		}
	})
}
