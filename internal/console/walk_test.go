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

// specimen is one of each resource: what its form is filled in with, and what it is edited to. $name
// stands for the id that one before was kept under, $n for a number that was not used before.
type specimen struct {
	resource   *comity.Resource
	keep       string
	send, edit map[string]string
}

type values = map[string]string

var sshKey = base64.StdEncoding.EncodeToString([]byte("\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + strings.Repeat("\x01", 32)))

// settingsSpecimens returns specimens of the settings of targets with other plugins than the API provisioner,
// made from their tables.
func settingsSpecimens() (all []specimen) {
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
		all = append(all, specimen{r, r.Plugin, send, values{}})
	}
	return all
}

// specimens are one of each resource, each after what it refers to.
var specimens = append([]specimen{
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
}, settingsSpecimens()...)

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
func (w *world) bare(t *testing.T, co int64) map[string]string {
	ids := map[string]string{
		"bareHTTP":   fmt.Sprint(w.addServer(t, co, comity.ServerHTTP)),
		"bareKafka":  fmt.Sprint(w.addServer(t, co, comity.ServerKafka)),
		"bareTarget": fmt.Sprint(w.addTarget(t, co)),
	}
	for _, r := range comity.TargetSettings() {
		ids["bare"+r.Plugin] = fmt.Sprint(w.addTargetOf(t, co, r.Plugin))
	}
	return ids
}

// TestEveryResource lists, adds, shows, edits and deletes one of each resource by the pages that are
// drawn from its table.
func TestEveryResource(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		co := w.addCO(t)
		paths := map[string]string{}
		ids := w.bare(t, co)
		walked := map[*comity.Resource]bool{comity.Co.Resource: true}
		for _, sp := range specimens {
			walked[sp.resource] = true
			list := fmt.Sprintf("/console/co/%d/%s/", co, path.Base(sp.resource.Path))
			r.get(list, 200)
			r.get(list+"new", 200)
			r.submit(fill(t, ids, sp.send), 200)
			if to := r.link("I have it"); to != "" {
				r.get(to, 200)
			}
			ids[sp.keep], paths[sp.keep] = path.Base(r.at()), r.at()
			if !strings.HasPrefix(r.at(), list) {
				t.Fatalf("after adding a %s the reader is at %s", sp.resource.Singular, r.at())
			}
			r.get(list, 200)
			if sp.edit == nil {
				continue
			}
			r.get(paths[sp.keep]+"edit", 200)
			r.submit(fill(t, ids, sp.edit), 200)
			if r.at() != paths[sp.keep] {
				t.Fatalf("after editing a %s the reader is at %s", sp.resource.Singular, r.at())
			}
			r.says("saved.")
		}
		for _, res := range comity.All() {
			if !walked[res] {
				t.Errorf("there is no specimen of a %s", res.Singular)
			}
		}
		for i := len(specimens) - 1; i >= 0; i-- {
			sp := specimens[i]
			if sp.edit == nil || sp.keep == "name" {
				continue // it is never deleted, or not alone: a person keeps the primary name
			}
			r.get(paths[sp.keep]+"delete", 200)
			r.submit(nil, 200)
			r.says("deleted.")
			r.get(paths[sp.keep], 404)
		}
	})
}
