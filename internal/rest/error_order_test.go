package rest_test

import (
	"strings"
	"testing"
)

// TestFirstErrorAnswers: of several errors the first in this order is answered: 401, 404 of the path, 413,
// 404 of the id, 400 Bad Request, 403 about the CO or the owner that the request names, 400 for all errors of
// its fields, the other 403s.
func TestFirstErrorAnswers(t *testing.T) {
	large := `{"Version":"1.0","Name":"` + strings.Repeat("x", 1<<20) + `"}`
	const garbage = `{"Version":`
	everywhere(t, func(s *fixture) {
		s.perform(unit("physics", "Physics"), person("ada"), name("name", "ada", "Ada"))
		for _, tt := range []struct{ as, method, path, body, want string }{
			{"nobody", "GET", "nowhere.json", "", "401 Unauthorized"},
			{"nobody", "GET", "cous", "", "401 Unauthorized"},
			{"nobody", "DELETE", "cous.json", "", "401 Unauthorized"},
			{"nobody", "POST", "cous.json", large, "401 Unauthorized"},
			{"nobody", "PUT", "cous/999999999.json", garbage, "401 Unauthorized"},
			{"user", "GET", "nowhere.json", "", "401 Unauthorized"},
			{"user", "POST", "cous.json", large, "401 Unauthorized"},
			{"user", "GET", "cous/999999999.json", "", "401 Unauthorized"},
			{"admin", "PUT", "cous/999999999.json", `{"Version":"1.0","CoId":1,"Name":"x"}`, "401 Unauthorized"},
			{"admin", "POST", "cous.json", `{"CoId":1}`, "401 Unauthorized"},
			{"admin", "POST", "cos.json", large, "401 Unauthorized"},
			{"admin", "POST", "cos.json", garbage, "401 Unauthorized"},

			{"", "POST", "nowhere.json", large, "404 Unknown"},
			{"", "PUT", "cous.json", large, "404 Unknown"},
			{"", "POST", "cous/$physics.json", garbage, "404 Unknown"},

			{"", "POST", "cous.json", large, "413 Request Entity Too Large"},
			{"", "PUT", "cous/$physics.json", large, "413 Request Entity Too Large"},
			{"", "PUT", "cous/999999999.json", large, "413 Request Entity Too Large"},

			{"", "PUT", "cous/999999999.json", garbage, "404 Identifier Unknown"},
			{"", "PUT", "cous/999999999.json", `{}`, "404 Identifier Unknown"},
			{"stranger", "PUT", "cous/$physics.json", garbage, "404 Identifier Unknown"},
			{"stranger", "PUT", "cous/$physics.json", `{"Name":"<"}`, "404 Identifier Unknown"},

			{"", "PUT", "cous/$physics.json", garbage, "400 Bad Request"},
			{"", "POST", "cous.json", garbage, "400 Bad Request"},

			{"", "POST", "cous.json", `{"CoId":999999999,"Name":"<"}`, "403 CO Does Not Exist"},
			{"", "POST", "cous.json", `{"Version":"1.0","CoId":"seven","Name":"<"}`, "403 CO Does Not Exist"},
			{"", "PUT", "cous/$physics.json", `{"CoId":999999999,"Name":"<"}`, "403 CO Does Not Exist"},
			{"", "POST", "names.json", `{"Version":"1.0","CoPersonId":999999999,"Type":"bogus"}`, "403 Person Does Not Exist"},
			{"", "POST", "names.json", `{"Person":{"Type":"CO","Id":"seven"}}`, "403 Person Does Not Exist"},
			{"", "PUT", "names/$name.json", `{"CoPersonId":999999999,"Type":"bogus"}`, "403 Person Does Not Exist"},
			{"", "POST", "co_group_members.json", `{"CoPersonId":999999999}`, "403 Person Does Not Exist"},
			{"", "POST", "identifiers/assign.json", `{"CoPersonId":999999999}`, "403 Person Does Not Exist"},

			// If the request names none, or an unreadable one, the other errors are answered first.
			{"", "POST", "cous.json", `{"Version":"1.0","Name":"x"}`, "400 Invalid Fields"},
			{"", "POST", "cous.json", `{"Version":"1.0","CoId":{},"Name":"x"}`, "400 Invalid Fields"},
			{"", "POST", "cous.json", `{"Version":"1.0","CoId":2.5,"Name":"x"}`, "400 Invalid Fields"},
			{"admin", "POST", "cous.json", `{"Version":"1.0","CoId":true,"Name":"x"}`, "400 Invalid Fields"},
			{"", "POST", "names.json", `{"Version":"1.0","Type":"official"}`, "400 Invalid Fields"},
			{"", "POST", "names.json", `{"Given":"Ada","Type":"official"}`, "400 Invalid Fields"},
			{"", "POST", "names.json", `{"Version":"1.0","Given":"x","Type":"official","Person":{"Type":"Bogus","Id":1}}`, "400 Invalid Fields"},
			{"", "PUT", "names/$name.json", `{"Version":"1.0","Given":"<","Type":"official"}`, "400 Invalid Fields"},
			{"", "PUT", "names/$name.json", `{"Version":"1.0","Given":"x","Type":"bogus"}`, "400 Invalid Fields"},
			{"", "PUT", "names/$name.json", `{"Version":"1.0","Given":"x","Type":"official"}`, "403 No Person Specified"},
			{"", "PUT", "names/$name.json", `{"Version":"1.0","Given":"x","Type":"official","Person":null}`, "403 No Person Specified"},
			{"", "POST", "identifiers/assign.json", `{"Type":5}`, "400 Invalid Fields"},
			{"", "POST", "identifiers/assign.json", `{"Version":"1.0"}`, "403 No Person Specified"},
			{"", "POST", "identifiers/assign.json", `{"CoPersonId":$ada}`, "400 Invalid Fields"},

			{"", "POST", "org_identities.json", `{"Version":"1.0","CoId":999999999,"Affiliation":"bogus"}`, "403 CO Does Not Exist"},
			{"", "POST", "cous.json", `{"Version":"1.0","CoId":999999999,"Name":"Physics","ParentId":5}`, "403 CO Does Not Exist"},
			{"", "PUT", "cous/$physics.json", `{"Version":"1.0","CoId":999999999,"Name":"x","ParentId":$physics}`, "403 CO Does Not Exist"},
			{"", "POST", "names.json", `{"Version":"1.0","CoPersonId":999999999,"Given":"x","Type":"bogus"}`, "403 Person Does Not Exist"},
			{"", "POST", "names.json", `{"Version":"1.0","Given":"x","Type":"bogus"}`, "403 No Person Specified"},
			{
				"", "POST", "co_group_members.json", `{"Version":"1.0","CoPersonId":999999999,"CoGroupId":999999999,"Member":true}`,
				"403 Person Does Not Exist",
			},

			{"", "PUT", "cous/$physics.json", `{"Version":"1.0","CoId":1,"Name":"x","ParentId":$physics}`, "400 Invalid Fields"},
			{"", "POST", "cous.json", `{"Version":"1.0","CoId":$co,"Name":"Physics","ParentId":999999999}`, "403 Name In Use"},
		} {
			a := s.call(tt.as, tt.method, s.fill(tt.path), strings.NewReader(s.fill(tt.body)))
			if a.line() != tt.want {
				s.Errorf("%s: %s %s %.80s is answered %s, want %s", tt.as, tt.method, tt.path, tt.body, a.line(), tt.want)
			}
		}
	})
}

// TestFaultsTogether: all field errors are answered together, those that the request alone shows and those
// that depend on the CO.
func TestFaultsTogether(t *testing.T) {
	perform(t, []step{
		person("ada"), role("job", "ada", "Active"), name("name", "ada", "Ada"), unit("physics", "Physics"), target("target", "X"),
		{
			call: "POST co_person_roles", answer: "400 Invalid Fields",
			faulty: "Version affiliation co_person_id o ordr status title valid_from",
			send:   `{"Version":"2.0","Title":"<b>","O":"` + strings.Repeat("x", 129) + `","Ordr":"first","ValidFrom":"soon","Status":"Busy"}`,
		},
		{
			call: "PUT co_person_roles/$job", answer: "400 Invalid Fields",
			faulty: "Version affiliation co_person_id status valid_from valid_through",
			send:   `{"Version":"","ValidFrom":"2021-01-01 00:00:00","ValidThrough":"2020-01-01 00:00:00"}`,
		},
		{
			call: "POST co_person_roles", answer: "400 Invalid Fields", faulty: "Version affiliation cou_id manager_co_person_id status title",
			send: `{"Version":"7","CoPersonId":$ada,"Affiliation":"bogus","CouId":999999999,"ManagerCoPersonId":"nobody","Status":"Busy","Title":"<b>"}`,
		},
		{
			call: "PUT co_person_roles/$job", answer: "400 Invalid Fields", faulty: "affiliation cou_id status title",
			send: `{"CoPersonId":$ada,"Affiliation":"bogus","CouId":999999999,"Status":"","Title":"<b>"}`,
		},
		// Without a CO its types are unknown, but references to missing records are reported.
		{
			call: "POST co_person_roles", answer: "400 Invalid Fields", faulty: "co_person_id cou_id status",
			send: `{"Affiliation":"bogus","CouId":999999999}`,
		},
		{call: "POST co_departments", answer: "400 Invalid Fields", faulty: "cou_id name type", send: `{"CoId":$co,"CouId":999999999,"Type":"bogus"}`},
		{call: "PUT cous/$physics", answer: "400 Invalid Fields", faulty: "co_id name", send: `{"CoId":1,"Name":"<"}`},
		{
			call: "POST co_org_identity_links", answer: "400 Invalid Fields", faulty: "Version co_person_id org_identity_id",
			send: `{"Version":"2","CoPersonId":999999999,"OrgIdentityId":999999999}`,
		},
		{
			call: "POST http_servers", answer: "400 Invalid Fields", faulty: "auth_type server_id serverurl",
			send: `{"ServerId":999999999,"Serverurl":"x","AuthType":"Digest"}`,
		},
		{
			call: "POST api_provisioner/co_api_provisioner_targets", answer: "400 Invalid Fields", faulty: "identifier_type mode server_id",
			send: `{"CoProvisioningTargetId":$target,"ServerId":999999999,"Mode":"PATCH","IdentifierType":"bogus"}`,
		},
		{
			call: "POST api_users", answer: "400 Invalid Fields", faulty: "co_person_id remote_ip status username",
			send: `{"CoId":$co,"CoPersonId":999999999,"Username":"a b","RemoteIp":"(","Status":"On"}`,
		},
		{call: "POST history_records", answer: "400 Invalid Fields", faulty: "action co_person_id comment", send: `{}`},
		{
			call: "PUT names/$name", answer: "400 Invalid Fields", faulty: "given language primary_name type",
			send: `{"CoPersonId":$ada,"Given":"","Type":"bogus","PrimaryName":false,"Language":"english"}`,
		},
		group("readers", "readers"),
		{
			call: "POST co_group_members", answer: "400 Invalid Fields", faulty: "Version co_group_id member valid_from valid_through",
			send: `{"Version":"0","CoGroupId":999999999,"CoPersonId":$ada,
				"ValidFrom":"2021-01-01 00:00:00","ValidThrough":"2020-01-01 00:00:00"}`,
		},
	})
}

// TestFieldErrorsOfBulkRequests: in a bulk request, each element is answered with all its field errors.
func TestFieldErrorsOfBulkRequests(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(person("ada"))
		const good = `{"Version":"1.0","CoPersonId":$ada,"Given":"Ada","Type":"official"}`
		for _, query := range []string{"", "?separately=true"} {
			elements := `{"CoPersonId":$ada,"Given":"<","Type":"bogus"},` + good + `,{"Version":"1.0","CoPersonId":999999999,"Type":"bogus"},{"Version":"1.0","CoPersonId":$ada,"Given":"A","Type":"bogus"}`
			a := s.call("admin", "POST", "names/bulk.json"+query, strings.NewReader(s.fill(`{"Names":[`+elements+`]}`)))
			reported := func(field string) bool {
				return strings.Count(string(a.body), `"`+field+`":["`) == map[string]int{"Version": 1, "given": 1, "type": 2}[field]
			}
			if !reported("Version") || !reported("given") || !reported("type") || !strings.Contains(string(a.body), `"Person Does Not Exist"`) {
				s.Errorf("%s: many are answered %s", query, a.body)
			}
			if want := map[string]string{"": "400 Invalid Fields", "?separately=true": "200 OK"}[query]; a.line() != want {
				s.Errorf("%s: many are answered %s, want %s", query, a.line(), want)
			}
		}
		s.perform(step{call: "GET names?copersonid=$ada", lists: "Given: Ada"})
	})
}

// TestAValueThatIsNotTakenIsNotMissing: a field has one field error only.
func TestAValueThatIsNotTakenIsNotMissing(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(server("server"))
		for _, sent := range []string{`"Username":"a\u0085b"`, `"Username":true`, `"Username":"a:b"`, `"Username":""`} {
			body := s.fill(`{"Version":"1.0","ServerId":$server,"Serverurl":"https://example.org/","AuthType":"BA","Password":"p",` + sent + `}`)
			a := s.call("", "POST", "http_servers.json", strings.NewReader(body))
			if a.faulty() != "username" || len(a.fieldErrors["username"]) != 1 {
				s.Errorf("%s is answered %s %v", sent, a.line(), a.fieldErrors)
			}
		}
	})
}
