package rest_test

import (
	"strings"
	"testing"
)

// TestFirstFaultAnswers: of several faults the one that comes first in the order answers: 401, 404 of
// the path, 413, 404 of the id, 400 Bad Request, 400 for what the request alone shows, 403 about the
// CO or the owner, 400 for what depends on the CO, the other 403s.
func TestFirstFaultAnswers(t *testing.T) {
	large := `{"Version":"1.0","Name":"` + strings.Repeat("x", 1<<20) + `"}`
	const garbage = `{"Version":`
	everywhere(t, func(s *scene) {
		s.play(unit("physics", "Physics"), person("ada"))
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

			{"", "POST", "cous.json", `{"CoId":999999999,"Name":"x"}`, "400 Invalid Fields"},
			{"", "PUT", "cous/$physics.json", `{"CoId":999999999,"Name":"x"}`, "400 Invalid Fields"},
			{"", "POST", "names.json", `{"Version":"1.0","CoPersonId":999999999,"Type":"bogus"}`, "400 Invalid Fields"},
			{"", "POST", "names.json", `{"Version":"1.0","Type":"official"}`, "400 Invalid Fields"},

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

// TestFaultsOfOneClassTogether: all that the request alone shows is told at once, and all that
// depends on the CO.
func TestFaultsOfOneClassTogether(t *testing.T) {
	play(t, []step{
		person("ada"), role("job", "ada", "Active"), name("name", "ada", "Ada"),
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
			call: "POST co_person_roles", answer: "400 Invalid Fields", faulty: "affiliation cou_id manager_co_person_id",
			send: `{"CoPersonId":$ada,"Affiliation":"bogus","CouId":999999999,"ManagerCoPersonId":"nobody","Status":"Active"}`,
		},
		{
			call: "PUT names/$name", answer: "400 Invalid Fields", faulty: "primary_name type",
			send: `{"CoPersonId":$ada,"Given":"Ada","Type":"bogus","PrimaryName":false}`,
		},
		group("readers", "readers"),
		{
			call: "POST co_group_members", answer: "400 Invalid Fields", faulty: "Version member valid_from valid_through",
			send: `{"Version":"0","CoGroupId":999999999,"CoPersonId":999999999,
				"ValidFrom":"2021-01-01 00:00:00","ValidThrough":"2020-01-01 00:00:00"}`,
		},
	})
}
