package rest_test

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// rounds is how often concurrent requests are repeated.
var rounds = func() int {
	if os.Getenv("COMITY_SOAK") != "" {
		return 300
	}
	return 10
}()

// atOnce makes calls concurrently and returns their answers, in order.
func (s *fixture) atOnce(calls ...step) []string {
	s.Helper()
	answers := make([]string, len(calls))
	start := make(chan struct{})
	var done sync.WaitGroup
	for i, c := range calls {
		method, path, _ := strings.Cut(s.fill(c.call), " ")
		send := ""
		if c.send != "" {
			send = s.envelope(path, s.fill(c.send))
		}
		done.Go(func() {
			<-start
			answers[i] = s.call("", method, path+".json", strings.NewReader(send)).line()
		})
	}
	close(start)
	done.Wait()
	return answers
}

// race repeats rounds: the steps before, then the calls concurrently, and passes the answers to a check.
func race(t *testing.T, before []step, calls []step, check func(s *fixture, answers []string)) {
	t.Helper()
	everywhere(t, func(s *fixture) {
		for range rounds {
			s.ids["r"] = s.fill("$n")
			s.perform(before...)
			check(s, s.atOnce(calls...))
		}
	})
}

// TestOneOfTwoWins: of concurrent requests for the same thing one succeeds, the others are refused because it
// is taken.
func TestOneOfTwoWins(t *testing.T) {
	const settings = "api_provisioner/co_api_provisioner_targets"
	same := func(path, send string) []step { return slices.Repeat([]step{{call: "POST " + path, send: send}}, 4) }
	edits := func(path, send string, keeps ...string) (calls []step) {
		for _, keep := range keeps {
			calls = append(calls, step{call: "PUT " + path + "/$" + keep, send: send})
		}
		return calls
	}
	for title, tt := range map[string]struct {
		before, calls []step
		loses         string
	}{
		"the name of a CO":          {nil, same("cos", `{"Name":"$coname $r","Status":"Active"}`), "403 Name In Use"},
		"the name of a unit":        {nil, same("cous", `{"CoId":$co,"Name":"U $r"}`), "403 Name In Use"},
		"the name of a group":       {nil, same("co_groups", `{"CoId":$co,"Name":"G $r","Status":"Active"}`), "403 Name In Use"},
		"the name of an email list": {nil, same("co_email_lists", `{"CoId":$co,"Name":"L $r","Status":"Active"}`), "403 Name In Use"},
		"the name of a type": {
			nil, same("co_extended_types", `{"CoId":$co,"Attribute":"Name.type","Name":"T $r","DisplayName":"T","Status":"Active"}`), "403 Name In Use",
		},
		"the name of a copy": {[]step{add("cos", "original", `"Name":"$coname $r","Status":"Active"`)}, slices.Repeat([]step{{call: "POST cos/duplicate/$original"}}, 2), "403 Name In Use"},
		"the name of a user": {nil, same("api_users", `{"CoId":$co,"Username":"u$r","Status":"Active"}`), "403 Name In Use"},
		"a new name of two units": {
			[]step{unit("a", "A $r"), unit("b", "B $r")},
			edits("cous", `{"CoId":$co,"Name":"U $r"}`, "a", "b"), "403 Name In Use",
		},
		"a new name of two groups": {
			[]step{group("a", "A $r"), group("b", "B $r")},
			edits("co_groups", `{"CoId":$co,"Name":"G $r","Status":"Active"}`, "a", "b"), "403 Name In Use",
		},
		"an identifier": {
			[]step{person("ada"), person("bob"), group("g", "G $r")},
			[]step{
				{call: "POST identifiers", send: `{"Identifier":"i $r","Type":"uid","Status":"Active","CoPersonId":$ada}`},
				{call: "POST identifiers", send: `{"Identifier":"i $r","Type":"uid","Status":"Active","CoPersonId":$bob}`},
				{call: "POST identifiers", send: `{"Identifier":"i $r","Type":"uid","Status":"Active","CoGroupId":$g}`},
			},
			"403 Identifier In Use",
		},
		"a new identifier of two people": {
			[]step{person("ada"), person("bob"), identifier("a", "ada", "a $r"), identifier("b", "bob", "b $r")},
			[]step{
				{call: "PUT identifiers/$a", send: `{"Identifier":"i $r","Type":"uid","Status":"Active","CoPersonId":$ada}`},
				{call: "PUT identifiers/$b", send: `{"Identifier":"i $r","Type":"uid","Status":"Active","CoPersonId":$bob}`},
			},
			"403 Identifier In Use",
		},
		"a membership": {
			[]step{person("ada"), group("g", "G $r")},
			same("co_group_members", `{"CoGroupId":$g,"CoPersonId":$ada,"Member":true}`), "403 CoPerson Already Member",
		},
		"an org identity": {
			[]step{person("ada"), person("bob"), orgIdentity("home")},
			[]step{
				{call: "POST co_org_identity_links", send: `{"CoPersonId":$ada,"OrgIdentityId":$home}`},
				{call: "POST co_org_identity_links", send: `{"CoPersonId":$bob,"OrgIdentityId":$home}`},
			},
			"403 OrgIdentity Already Linked",
		},
		"a server": {
			[]step{server("server")},
			same("http_servers", `{"ServerId":$server,"Serverurl":"https://example.org/","AuthType":"X"}`), "403 Server Already Configured",
		},
		"a target": {
			[]step{server("server"), target("target", "X")},
			same(settings, `{"CoProvisioningTargetId":$target,"ServerId":$server,"Mode":"PO","IdentifierType":"uid"}`),
			"403 Target Already Configured",
		},
		"each other as a member": {
			[]step{group("a", "A $r"), group("b", "B $r")},
			[]step{
				{call: "POST co_group_nestings", send: `{"CoGroupId":$a,"TargetCoGroupId":$b}`},
				{call: "POST co_group_nestings", send: `{"CoGroupId":$b,"TargetCoGroupId":$a}`},
			},
			"403 Nesting Would Create Cycle",
		},
		"each other as a parent": {
			[]step{unit("a", "A $r"), unit("b", "B $r")},
			[]step{
				{call: "PUT cous/$a", send: `{"CoId":$co,"Name":"A $r","ParentId":$b}`},
				{call: "PUT cous/$b", send: `{"CoId":$co,"Name":"B $r","ParentId":$a}`},
			},
			"403 Parent Would Create Cycle",
		},
	} {
		t.Run(title, func(t *testing.T) {
			race(t, tt.before, tt.calls, func(s *fixture, answers []string) {
				won := 0
				for i, answer := range answers {
					method, _, _ := strings.Cut(tt.calls[i].call, " ")
					if answer == success[method] {
						won++
					} else if answer != tt.loses {
						s.Errorf("a loser is answered %s, want %s", answer, tt.loses)
					}
				}
				if won != 1 {
					s.Errorf("%d of %d win: %q", won, len(answers), answers)
				}
			})
		})
	}
}

// TestAddMeetsDelete: a record added to another one during its delete is refused, or prevents the delete.
func TestAddMeetsDelete(t *testing.T) {
	for title, tt := range map[string]struct {
		before, calls    []step
		refused, blocked string
	}{
		"a role in a unit": {
			[]step{person("ada"), unit("u", "U $r")},
			[]step{
				{call: "POST co_person_roles", send: `{"CoPersonId":$ada,"CouId":$u,"Affiliation":"staff","Status":"Active"}`},
				{call: "DELETE cous/$u"},
			},
			"400 Invalid Fields", "403 CoPersonRole Exists",
		},
		"a role of a person": {
			[]step{person("ada")},
			[]step{
				{call: "POST co_person_roles", send: `{"CoPersonId":$ada,"Affiliation":"staff","Status":"Active"}`},
				{call: "DELETE co_people/$ada"},
			},
			"403 Person Does Not Exist", "403 CoPersonRole Exists",
		},
		"a unit under another": {
			[]step{unit("u", "U $r")},
			[]step{{call: "POST cous", send: `{"CoId":$co,"Name":"V $r","ParentId":$u}`}, {call: "DELETE cous/$u"}},
			"403 Wrong CO", "403 Child COU Exists",
		},
		"a link to an org identity": {
			[]step{person("ada"), orgIdentity("home")},
			[]step{{call: "POST co_org_identity_links", send: `{"CoPersonId":$ada,"OrgIdentityId":$home}`}, {call: "DELETE org_identities/$home"}},
			"400 Invalid Fields", "403 CoPerson Exists",
		},
		"a target's settings and their server": {
			[]step{server("server"), target("target", "X")},
			[]step{
				{
					call: "POST api_provisioner/co_api_provisioner_targets",
					send: `{"CoProvisioningTargetId":$target,"ServerId":$server,"Mode":"PO","IdentifierType":"uid"}`,
				},
				{call: "DELETE servers/$server"},
			},
			"400 Invalid Fields", "403 Server In Use",
		},
		"a target of a group": {
			[]step{group("g", "G $r")},
			[]step{
				{call: "POST co_provisioning_targets", send: `{"CoId":$co,"Plugin":"ApiProvisioner","Status":"X","ProvisionCoGroupId":$g}`},
				{call: "DELETE co_groups/$g"},
			},
			"400 Invalid Fields", "403 Forbidden",
		},
	} {
		t.Run(title, func(t *testing.T) {
			race(t, tt.before, tt.calls, func(s *fixture, answers []string) {
				added := slices.Equal(answers, []string{"201 Added", tt.blocked})
				deleted := slices.Equal(answers, []string{tt.refused, "200 Deleted"})
				if !added && !deleted {
					s.Errorf("the add and the delete are answered %q", answers)
				}
			})
		})
	}
}

// TestAddMeetsDeleteOfItsParent: a dependent is refused, or deleted with its parent.
func TestAddMeetsDeleteOfItsParent(t *testing.T) {
	for title, tt := range map[string]struct {
		before, calls []step
		refused       string
	}{
		"a name of a person": {
			[]step{person("ada")},
			[]step{{call: "POST names", send: `{"Given":"Ada","Type":"official","CoPersonId":$ada}`}, {call: "DELETE co_people/$ada"}},
			"403 Person Does Not Exist",
		},
		"a member of a group": {
			[]step{person("ada"), group("g", "G $r")},
			[]step{{call: "POST co_group_members", send: `{"CoGroupId":$g,"CoPersonId":$ada,"Member":true}`}, {call: "DELETE co_groups/$g"}},
			"400 Invalid Fields",
		},
		"an address of a role": {
			[]step{person("ada"), role("job", "ada", "Active")},
			[]step{{call: "POST addresses", send: `{"Locality":"London","CoPersonRoleId":$job}`}, {call: "DELETE co_person_roles/$job"}},
			"403 Person Does Not Exist",
		},
		"a person of a CO": {
			[]step{anotherCO("doomed")},
			[]step{{call: "POST co_people", send: `{"CoId":$doomed,"Status":"Active"}`}, {call: "DELETE cos/$doomed"}},
			"403 CO Does Not Exist",
		},
		"settings of a server": {
			[]step{server("server")},
			[]step{
				{call: "POST http_servers", send: `{"ServerId":$server,"Serverurl":"https://example.org/","AuthType":"X"}`},
				{call: "DELETE servers/$server"},
			},
			"400 Invalid Fields",
		},
	} {
		t.Run(title, func(t *testing.T) {
			race(t, tt.before, tt.calls, func(s *fixture, answers []string) {
				if answers[0] != "201 Added" && answers[0] != tt.refused || answers[1] != "200 Deleted" {
					s.Errorf("the add and the delete are answered %q", answers)
				}
			})
		})
	}
}
