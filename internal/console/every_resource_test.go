package console_test

import (
	"encoding/base64"
	"fmt"
	"path"
	"regexp"
	"strings"
	"testing"

	"comity"
)

// example is one of each resource: what its form is filled in with, and what it is edited to. $name
// stands for the id that one before was kept under, $n for a number that was not used before.
type example struct {
	resource   *comity.Resource
	keep       string
	send, edit map[string]string
}

type values = map[string]string

var sshKey = base64.StdEncoding.EncodeToString([]byte("\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + strings.Repeat("\x01", 32)))

// settingsExamples returns examples of the settings of targets with other plugins than the API provisioner,
// made from their tables.
func settingsExamples() (all []example) {
	for _, r := range comity.TargetSettings() {
		if r.Plugin == comity.PluginAPI {
			continue
		}
		send := values{r.TargetId().Name: "$bare" + r.Plugin}
		for _, f := range r.Fields {
			switch {
			case !f.Required || f == r.TargetId():
			case f == r.ServerId():
				send[f.Name] = "$server"
			case f.Kind == comity.Code:
				send[f.Name] = f.Words[0].Word
			default:
				send[f.Name] = f.Example
			}
		}
		all = append(all, example{r, r.Plugin, send, values{}})
	}
	return all
}

// examples are one of each resource, each after what it refers to.
var examples = append([]example{
	{comity.Cou.Resource, "unit", values{"Name": "Unit $n"}, values{"Description": "light"}},
	{comity.CoPerson.Resource, "person", values{"Status": "Active"}, values{"Timezone": "Europe/Paris"}},
	{comity.CoPersonRole.Resource, "role", values{"Affiliation": "staff", "Status": "Active", "Person": "CO:$person", "CouId": "$unit"}, values{"Title": "Dean"}},
	{comity.OrgIdentity.Resource, "org", values{"O": "Univ"}, values{"Title": "Dr"}},
	{comity.CoOrgIdentityLink.Resource, "link", values{"CoPersonId": "$person", "OrgIdentityId": "$org"}, values{}},
	{comity.CoGroup.Resource, "group", values{"Name": "Group $n", "Status": "Active"}, values{"Open": "true"}},
	{comity.CoGroup.Resource, "ring", values{"Name": "Ring $n", "Status": "Active"}, values{"Introduction": "Hello <all>"}},
	{comity.CoGroupNesting.Resource, "nesting", values{"CoGroupId": "$group", "TargetCoGroupId": "$ring"}, values{"Negate": "true"}},
	{comity.CoGroupMember.Resource, "member", values{"CoGroupId": "$group", "Person": "CO:$person", "Member": "true"}, values{"Owner": "true"}},
	{comity.CoEmailList.Resource, "list", values{"Name": "news-$n", "Status": "Active"}, values{"MembersCoGroupId": "$group"}},
	{comity.CoDepartment.Resource, "department", values{"Name": "Library"}, values{"Type": "department"}},
	{comity.Organization.Resource, "organization", values{"Name": "Univ"}, values{"Type": "edu"}},
	{comity.CoService.Resource, "service", values{"Name": "Wiki", "Visibility": "CoMember", "Status": "Active"}, values{"ContactEmail": "wiki@example.org"}},
	{comity.Server.Resource, "server", values{"Description": "Directory", "Status": "Active", "Serverurl": "https://example.org/x", "AuthType": "X"}, values{"Description": "Directories"}},
	{comity.HttpServer.Resource, "http", values{"ServerId": "$bareHTTP", "Serverurl": "https://example.org/x", "AuthType": "BA", "Username": "me", "Password": "secret"}, values{"Serverurl": "https://example.org/y", "Password": "secret"}},
	{comity.KafkaServer.Resource, "kafka", values{"ServerId": "$bareKafka", "Brokers": "kafka.example.org:9092", "SecurityProtocol": "ssl"}, values{"Topic": "people"}},
	{comity.CoProvisioningTarget.Resource, "target", values{"Plugin": "ApiProvisioner", "Status": "X", "ServerId": "$server", "Mode": "PO", "IdentifierType": "uid"}, values{"Description": "Mail"}},
	{comity.CoApiProvisionerTarget.Resource, "settings", values{"CoProvisioningTargetId": "$bareTarget", "ServerId": "$server", "Mode": "PO", "IdentifierType": "uid"}, values{"Mode": "PU"}},
	{comity.Name.Resource, "name", values{"Given": "Ada", "Type": "official", "Person": "CO", "Person.Id": "$person"}, values{"Family": "Lovelace"}},
	{comity.EmailAddress.Resource, "mail", values{"Mail": "ada@example.org", "Type": "official", "Person": "CO", "Person.Id": "$person"}, values{"Mail": "augusta@example.org"}},
	{comity.Identifier.Resource, "identifier", values{"Identifier": "ada-$n", "Type": "uid", "Status": "Active", "Person": "CO", "Person.Id": "$person"}, values{"Login": "true"}},
	{comity.Url.Resource, "url", values{"Url": "https://example.org/~ada", "Type": "official", "Person": "CO", "Person.Id": "$person"}, values{"Description": "home"}},
	{comity.Address.Resource, "address", values{"Locality": "London", "Person": "CoRole", "Person.Id": "$role"}, values{"Locality": "Paris"}},
	{comity.TelephoneNumber.Resource, "phone", values{"Number": "1234567", "Person": "CoRole", "Person.Id": "$role"}, values{"Number": "7654321"}},
	{comity.AdHocAttribute.Resource, "adhoc", values{"Tag": "badge", "Person": "CoRole", "Person.Id": "$role"}, values{"Tag": "pass"}},
	{comity.CoExtendedType.Resource, "type", values{"Attribute": "CoPersonRole.affiliation", "Name": "visitor-$n", "DisplayName": "Visitor", "Status": "Active"}, values{"DisplayName": "Visitors"}},
	{comity.CoTermsAndConditions.Resource, "terms", values{"Description": "Fair use", "Status": "Active"}, values{"Status": "Suspended"}},
	{comity.CoTAndCAgreement.Resource, "agreement", values{"CoTermsAndConditionsId": "$terms", "AgreementTime": "2024-02-29T12:00", "Identifier": "ada", "Person": "CO:$person"}, nil},
	{comity.IdentityDocument.Resource, "document", values{"DocumentType": "P", "Person": "CO:$person"}, values{"Subject": "Ada"}},
	{comity.CoNavigationLink.Resource, "navigation", values{"Title": "Wiki", "Location": "topbar"}, values{"Url": "https://example.org/wiki"}},
	{comity.CoIdentifierAssignment.Resource, "assignment", values{"Status": "Suspended", "IdentifierType": "uid", "Algorithm": "S"}, values{"Format": "a(#)"}},
	{comity.ApiUser.Resource, "apiuser", values{"Username": "program-$n", "Status": "Active"}, values{"Status": "Suspended"}},
	{comity.HistoryRecord.Resource, "line", values{"CoPersonId": "$person", "Action": "CNTE", "Comment": "Called"}, nil},
	{comity.SshKey.Resource, "sshkey", values{"Type": "ssh-ed25519", "Skey": sshKey, "Person": "CO:$person"}, values{"Comment": "desk"}},
}, settingsExamples()...)

var variable = regexp.MustCompile(`\$[a-zA-Z0-9]+`)

func fill(t *testing.T, ids map[string]string, all values) values {
	t.Helper()
	filled := values{}
	for name, value := range all {
		filled[name] = variable.ReplaceAllStringFunc(value, func(of string) string {
			if of == "$n" {
				return fmt.Sprint(serial.Add(1))
			}
			if ids[of[1:]] == "" {
				t.Fatalf("nothing is kept under %s", of)
			}
			return ids[of[1:]]
		})
	}
	return filled
}

// bare are servers and a target without settings. Their forms ask for these, too, so those that have
// none yet come otherwise.
func (fx *fixture) bare(t *testing.T, co int64) map[string]string {
	ids := map[string]string{
		"bareHTTP":   fmt.Sprint(fx.addServer(t, co, comity.ServerHTTP)),
		"bareKafka":  fmt.Sprint(fx.addServer(t, co, comity.ServerKafka)),
		"bareTarget": fmt.Sprint(fx.addTarget(t, co)),
	}
	for _, r := range comity.TargetSettings() {
		ids["bare"+r.Plugin] = fmt.Sprint(fx.addTargetOf(t, co, r.Plugin))
	}
	return ids
}

// TestEveryResource lists, adds, shows, edits and deletes one of each resource by the pages that are
// made from its table.
func TestEveryResource(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		co := fx.addCO(t)
		paths := map[string]string{}
		ids := fx.bare(t, co)
		walked := map[*comity.Resource]bool{comity.Co.Resource: true}
		for _, sp := range examples {
			walked[sp.resource] = true
			list := fmt.Sprintf("/console/co/%d/%s/", co, path.Base(sp.resource.Path))
			b.get(list, 200)
			b.get(list+"new", 200)
			b.submit(fill(t, ids, sp.send), 200)
			if to := b.link("I have it"); to != "" {
				b.get(to, 200)
			}
			ids[sp.keep], paths[sp.keep] = path.Base(b.at()), b.at()
			if !strings.HasPrefix(b.at(), list) {
				t.Fatalf("after adding a %s the browser is at %s", sp.resource.Singular, b.at())
			}
			b.get(list, 200)
			if sp.edit == nil {
				continue
			}
			b.get(paths[sp.keep]+"edit", 200)
			b.submit(fill(t, ids, sp.edit), 200)
			if b.at() != paths[sp.keep] {
				t.Fatalf("after editing a %s the browser is at %s", sp.resource.Singular, b.at())
			}
			b.says("saved.")
		}
		for _, res := range comity.All() {
			if !walked[res] {
				t.Errorf("there is no example of a %s", res.Singular)
			}
		}
		for i := len(examples) - 1; i >= 0; i-- {
			sp := examples[i]
			if sp.edit == nil || sp.keep == "name" {
				continue // it is never deleted, or not alone: a person keeps the primary name
			}
			b.get(paths[sp.keep]+"delete", 200)
			b.submit(nil, 200)
			b.says("deleted.")
			b.get(paths[sp.keep], 404)
		}
	})
}
