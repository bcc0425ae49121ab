package rest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
)

// duplicated are the resources that are copied with a CO, each after those that it refers to.
var duplicated = []*comity.Resource{
	comity.CoExtendedType.Resource, comity.Cou.Resource, comity.CoGroup.Resource, comity.CoGroupNesting.Resource,
	comity.CoEmailList.Resource, comity.CoService.Resource, comity.CoNavigationLink.Resource,
	comity.CoTermsAndConditions.Resource, comity.CoIdentifierAssignment.Resource, comity.Server.Resource,
	comity.HttpServer.Resource, comity.KafkaServer.Resource, comity.CoProvisioningTarget.Resource, comity.CoApiProvisionerTarget.Resource,
}

// TestWhateverIsDuplicatedIsAlike: the copy of a CO lists what the CO lists, record by record, except that
// targets are disabled, that passwords are missing, and that references are to records in the copy. The
// database is random, too.
func TestWhateverIsDuplicatedIsAlike(t *testing.T) {
	t.Parallel()
	scenes := make([]*fixture, len(apis))
	for i, a := range apis {
		scenes[i] = a.fixture(t, "json")
	}
	rapidtest.Check(t, func(rt *rapid.T) {
		s := scenes[rapid.IntRange(0, len(scenes)-1).Draw(rt, "database")]
		s.addCO("co", "coname")
		for range rapid.IntRange(0, 12).Draw(rt, "setup") {
			s.addConfiguration(rt)
		}
		s.perform(step{call: "POST cos/duplicate/$co", keep: "copy"})
		original, copied := s.configuration(rt, "co"), s.configuration(rt, "copy")
		if diff := cmp.Diff(original, copied); diff != "" {
			rt.Fatalf("%s (-original +copy):\n%s", s.name, diff)
		}
		s.perform(step{call: "GET co_people?coid=$copy", lists: "Id: "}, step{call: "GET co_group_members?coid=$copy", lists: "Id: "},
			step{call: "DELETE cos/$co"}, step{call: "DELETE cos/$copy"})
	})
}

// addConfiguration adds to the CO something that is copied, or something that is not.
func (s *fixture) addConfiguration(rt *rapid.T) {
	one := func(path, more string) string {
		records := s.call("", "GET", s.fill(path+".json?coid=$co"+more), nil).column("Id")
		return rapid.SampledFrom(append(records, "null")).Draw(rt, path)
	}
	switch rapid.IntRange(0, 6).Draw(rt, "what") {
	case 0:
		s.perform(step{call: "POST cous", send: `{"CoId":$co,"Name":"Unit $n","ParentId":` + one("cous", "") + `}`})
	case 1:
		s.perform(step{call: "POST co_groups", send: `{"CoId":$co,"Name":"Group $n","Status":"Suspended","Open":true,"CouId":` + one("cous", "") + `}`})
	case 2:
		s.perform(group("a", "A $n"), group("b", "B $n"), nesting("it", "a", "b", `,"Negate":true`))
	case 3:
		s.perform(step{call: "POST co_email_lists", send: `{"CoId":$co,"Name":"List $n","Status":"Active","MembersCoGroupId":` + one("co_groups", "") + `}`})
	case 4:
		s.perform(person("someone"), group("a", "C $n"), member("it", "a", "someone"), name("it", "someone", "Ada"))
	case 5:
		s.perform(server("server"), step{
			call: "POST http_servers",
			send: `{"ServerId":$server,"Serverurl":"https://example.org/$n","AuthType":"BA","Username":"u","Password":"p"}`,
		}, target("target", "A"), step{
			call: "POST api_provisioner/co_api_provisioner_targets",
			send: `{"CoProvisioningTargetId":$target,"ServerId":$server,"Mode":"PO","IdentifierType":"uid"}`,
		})
	case 6:
		s.perform(step{
			call: "POST co_extended_types",
			send: `{"CoId":$co,"Attribute":"Url.type","Name":"type $n","DisplayName":"Type","Status":"Suspended"}`,
		})
	}
}

// configuration returns the configuration of a CO, line by line; references are written as the position of the record
// among those of its resource.
func (s *fixture) configuration(rt *rapid.T, co string) (lines []string) {
	places := map[string]string{}
	coName := s.call("", "GET", s.fill("cos/$"+co+".json"), nil).column("Name")[0]
	var all []fields
	for _, r := range duplicated {
		for i, rec := range s.call("", "GET", s.fill(r.Path+".json?coid=$"+co), nil).records {
			places[r.Singular+" "+rec["Id"]] = fmt.Sprintf("%s no. %d", r.Singular, i)
			rec["resource"] = r.Singular
			all = append(all, rec)
		}
	}
	for _, rec := range all {
		line := []string{rec["resource"]}
		for _, f := range comity.ByName(rec["resource"]).Fields {
			value := rec[f.Name]
			switch {
			case f == f.Resource().CoId():
				continue
			case f == comity.CoProvisioningTarget.Status:
				value = "X"
			case f == comity.CoGroup.Description:
				value = strings.TrimPrefix(value, coName)
			case f.Kind == comity.Reference && value != "":
				place, there := places[f.Target+" "+value]
				if !there {
					rt.Fatalf("%s names the %s %s, which is not in the CO", rec["resource"], f.Target, value)
				}
				value = place
			}
			line = append(line, f.Name+"="+value)
		}
		lines = append(lines, strings.Join(line, " "))
	}
	if co == "copy" {
		modes := s.call("", "GET", s.fill("co_provisioning_targets.json?coid=$copy"), nil).column("Status")
		if slices.ContainsFunc(modes, func(mode string) bool { return mode != "X" }) {
			rt.Fatalf("the copy's targets are in the modes %q", modes)
		}
	}
	return lines
}
