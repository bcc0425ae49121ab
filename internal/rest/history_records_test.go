package rest_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// others matches ids that a test does not know: those of automatic records.
var others = regexp.MustCompile(`\b(CoGroupMember|CoGroupId) \d+`)

// historyLines returns the sentences of a list of history records, with unknown ids written as "#".
func (s *fixture) historyLines(format, query string) []string {
	s.Helper()
	a := s.call("admin", "GET", s.fill("history_records."+format+"?"+query), nil)
	s.expect(a, "200 OK")
	lines := a.column("Comment")
	for i, line := range lines {
		lines[i] = others.ReplaceAllString(line, "$1 #")
	}
	return lines
}

// TestHistoryOfAPerson: every change of a person and their dependents, by any user, is in the history in
// order.
func TestHistoryOfAPerson(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(
			step{as: "admin", call: "POST co_people", send: `{"CoId":$co,"Status":"Pending"}`, keep: "grace"},
			name("name", "grace", "Grace"),
			step{call: "PUT names/$name", send: `{"Given":"Grace","Family":"Hopper","Type":"official","CoPersonId":$grace}`},
			step{call: "PUT names/$name", send: `{"Given":"Grace","Type":"official","CoPersonId":$grace}`},
			identifier("uid", "grace", "ghopper"),
			step{call: "DELETE identifiers/$uid"},
			role("role", "grace", "Active"),
			add("addresses", "address", `"Room":"2","Person":{"Type":"CoRole","Id":$role}`),
			orgIdentity("org"),
			add("co_org_identity_links", "link", `"CoPersonId":$grace,"OrgIdentityId":$org`),
			add("names", "home", `"Given":"G.","Type":"official","Person":{"Type":"Org","Id":$org}`),
			step{call: "DELETE co_person_roles/$role"},
		)
		want := strings.Split(s.fill(`CoPerson $grace added: Status "Pending"
CoGroupMember # added: CoGroupId #, Member true
Name $name added: Given "Grace", Type "official", PrimaryName true
Name $name edited: Family set to "Hopper"
Name $name edited: nothing changed
Identifier $uid added: Identifier "ghopper", Type "uid", Status "Active"
Identifier $uid deleted: Identifier "ghopper", Type "uid", Status "Active"
CoPersonRole $role added: Affiliation "staff", Ordr 1, Status "Active"
CoPerson $grace edited: Status "Pending" to "Active"
CoGroupMember # added: CoGroupId #, Member true
Address $address added: Room "2", CoPersonRoleId $role
CoOrgIdentityLink $link added: CoPersonId $grace, OrgIdentityId $org
Address $address deleted: Room "2", CoPersonRoleId $role
CoPersonRole $role deleted: Affiliation "staff", Ordr 1, Status "Active"`), "\n")
		for _, format := range []string{"json", "xml"} {
			if diff := cmp.Diff(want, s.historyLines(format, "copersonid=$grace")); diff != "" {
				s.Errorf("in %s (-want +got):\n%s", format, diff)
			}
		}
		ofOrg := strings.Split(s.fill(`OrgIdentity $org added
CoOrgIdentityLink $link added: CoPersonId $grace, OrgIdentityId $org
Name $home added: Given "G.", Type "official", PrimaryName true`), "\n")
		if diff := cmp.Diff(ofOrg, s.historyLines("json", "orgidentityid=$org")); diff != "" {
			s.Errorf("of the org identity (-want +got):\n%s", diff)
		}
		s.performPaged(len(want))
	})
}

// performPaged reads a person's history one line at a time.
func (s *fixture) performPaged(count int) {
	s.Helper()
	all := s.call("admin", "GET", s.fill("history_records.json?copersonid=$grace"), nil).column("Id")
	s.ids["after"] = "0"
	var got []string
	for range count {
		got = append(got, s.call("admin", "GET", s.fill("history_records.json?copersonid=$grace&limit=1&after=$after"), nil).column("Id")...)
		s.ids["after"] = got[len(got)-1]
	}
	if !slices.Equal(got, all) || !slices.IsSorted(numbers(got)) {
		s.Errorf("by pages %v, want %v", got, all)
	}
}

func numbers(texts []string) (all []int) {
	for _, text := range texts {
		n := 0
		_, _ = fmt.Sscan(text, &n)
		all = append(all, n)
	}
	return all
}

// TestHistoryOfEveryKind: each change of each resource is a line in the history of its CO.
func TestHistoryOfEveryKind(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(oneOfEach()...)
		var want []string
		line := func(letter, word string, sp specimen) {
			want = append(want, s.fill(letter+resourceAt(sp.path).Short+" "+sp.singular+" $"+sp.keep+" "+word))
		}
		for _, sp := range specimens {
			if resourceAt(sp.path).InHistory {
				continue
			}
			line("A", "added", sp)
			if resourceAt(sp.path).AppendOnly {
				continue
			}
			s.perform(step{as: "admin", call: "PUT " + sp.path + "/$" + sp.keep, send: sp.edit})
			line("E", "edited", sp)
		}
		a := s.call("admin", "GET", s.fill("history_records.json?coid=$co"), nil)
		s.expect(a, "200 OK")
		said := map[string]bool{}
		for _, rec := range a.records {
			words := strings.SplitN(rec["Comment"], " ", 4)
			said[rec["Action"]+" "+strings.TrimSuffix(strings.Join(words[:min(3, len(words))], " "), ":")] = true
			if strings.Contains(rec["Comment"], "Password \"") {
				s.Errorf("the history contains a secret: %s", rec["Comment"])
			}
		}
		for _, line := range want {
			if !said[line] {
				s.Errorf("the history does not contain %s", line)
			}
		}
	})
}

// TestHistoryRecordsMeta: the user, the time and the record.
func TestHistoryRecordsMeta(t *testing.T) {
	perform(t, []step{
		person("boss"), person("grace"),
		add("api_users", "bot", `"CoId":$co,"Username":"bot","Privileged":true,"Status":"Active","CoPersonId":$boss`),
		role("role", "grace", "Active"),
		add("co_email_lists", "list", `"CoId":$co,"Name":"news","Status":"Active"`),
		add("co_services", "service", `"CoId":$co,"Name":"Wiki","Visibility":"CoMember","Status":"Active"`),
		{call: "GET history_records?coid=$co&limit=1", has: `{"Action":"ACOL","ActorIdentifier":"co_1.operator","Revision":0,"Deleted":false,"CoPersonId":null}`},

		// A note has the text that was sent, and belongs to the record that it was added to.
		add("history_records", "note", `"CoPersonRoleId":$role,"Action":"CMNT","Comment":"Came by"`),
		{call: "GET history_records/$note", has: `{"CoPersonId":"$grace","CoPersonRoleId":"$role","Action":"CMNT","Comment":"Came by"}`},
		{call: "GET history_records/$note?revision=0", has: `{"Comment":"Came by"}`},
		{call: "GET history_records/$note?revision=1", answer: "404 HistoryRecord Unknown"},
		{call: "GET history_records/$note?at=2001-01-01T00:00:00Z", answer: "404 HistoryRecord Unknown"},
		{call: "GET history_records/$note?at=2999-01-01T00:00:00Z", has: `{"Comment":"Came by"}`},
		{as: "stranger", call: "GET history_records/$note", answer: "404 HistoryRecord Unknown"},
		{call: "PUT history_records/$note", send: `{"Action":"CMNT","Comment":"Left"}`, answer: "404 Unknown"},
		{call: "DELETE history_records/$note", answer: "404 Unknown"},
		{call: "GET history_records/999999999", answer: "404 HistoryRecord Unknown"},
		{call: "POST history_records", send: `{"Action":"CMNT","Comment":"x"}`, answer: "400 Invalid Fields", faulty: "co_person_id"},
		{call: "POST history_records", send: `{"CoPersonId":$grace,"CoGroupId":999999999,"Action":"CMNT","Comment":"x"}`, answer: "400 Invalid Fields", faulty: "co_group_id"},

		// It is not deleted with anybody: the person's history stays, as the CO's.
		{call: "DELETE co_person_roles/$role"},
		{call: "DELETE co_people/$grace"},
		{call: "GET history_records?copersonid=$grace", answer: "404 CO Person Unknown"},
		{call: "GET history_records/$note", has: `{"CoPersonId":"$grace","CoPersonRoleId":"$role","Comment":"Came by"}`},
		{call: "GET history_records?copersonid=$boss&modifiedsince=2999-01-01T00:00:00Z", answer: "204 CO Person Has No HistoryRecord"},
		{call: "GET co_people?coid=$co&expand=HistoryRecords,Names", lists: "Id: $boss"},
	})
}

// TestActorsOfTheHistory: an API user is named while it is the one who did it, and the person it acts for
// while that is certain.
func TestActorsOfTheHistory(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(person("boss"))
		s.user("admin")
		users := s.call("", "GET", s.fill("api_users.json?coid=$co"), nil)
		s.ids["bot"] = users.column("Id")[0]
		edit := func(send string) step {
			return step{call: "PUT api_users/$bot", send: `{"CoId":$co,"Username":"admin","Privileged":true,"Status":"Active"` + send + `}`}
		}
		last := func(group string) fields {
			s.Helper()
			s.perform(step{as: "admin", call: "POST co_groups", send: `{"CoId":$co,"Name":"` + group + ` $n","Status":"Active"}`, keep: group})
			a := s.call("", "GET", s.fill("history_records.json?cogroupid=$"+group), nil)
			if len(a.records) != 1 {
				s.Fatalf("%d lines of a new group: %s", len(a.records), a.body)
			}
			return a.records[0]
		}
		expect := func(rec fields, user, person string) {
			s.Helper()
			if rec["ActorApiUserId"] != s.ids[user] || rec["ActorCoPersonId"] != s.ids[person] || rec["ActorIdentifier"] != s.fill("co_$co.admin") {
				s.Errorf("%v, want user %s and person %s", rec, s.ids[user], s.ids[person])
			}
		}
		expect(last("first"), "bot", "")
		s.perform(edit(`,"CoPersonId":$boss`))
		expect(last("second"), "bot", "boss")
		line := s.call("", "GET", s.fill("history_records.json?cogroupid=$second"), nil).column("Id")[0]
		s.perform(edit(`,"CoPersonId":null`))
		expect(s.call("", "GET", "history_records/"+line+".json", nil).records[0], "bot", "")

		// A later user with the same name is another one.
		s.perform(step{call: "DELETE api_users/$bot"},
			step{call: "POST api_users", send: `{"CoId":$co,"Username":"admin","Privileged":true,"Status":"Active"}`, keep: "bot"})
		expect(s.call("", "GET", "history_records/"+line+".json", nil).records[0], "", "")
	})
}
