package rest_test

import (
	"encoding/base64"
	"fmt"
	"strings"

	"comity"
	"comity/internal/store"
	"comity/internal/store/db"
)

// add returns the step that adds a record, and keeps its id.
func add(path, keep, send string) step {
	return step{call: "POST " + path, send: "{" + send + "}", keep: keep}
}

func anotherCO(keep string) step {
	return add("cos", keep, `"Name":"$coname and another $n","Status":"Active"`)
}

func person(keep string) step { return add("co_people", keep, `"CoId":$co,"Status":"Active"`) }

func unit(keep, name string) step { return add("cous", keep, `"CoId":$co,"Name":"`+name+`"`) }

func group(keep, name string) step {
	return add("co_groups", keep, `"CoId":$co,"Name":"`+name+`","Status":"Active"`)
}

func member(keep, group, person string) step {
	return add("co_group_members", keep, `"CoGroupId":$`+group+`,"Person":{"Type":"CO","Id":$`+person+`},"Member":true`)
}

func role(keep, person, status string) step {
	return add("co_person_roles", keep, `"Person":{"Type":"CO","Id":$`+person+`},"Affiliation":"staff","Status":"`+status+`"`)
}

func roleIn(keep, person, unit, status string) step {
	return add("co_person_roles", keep,
		`"Person":{"Type":"CO","Id":$`+person+`},"CouId":$`+unit+`,"Affiliation":"staff","Status":"`+status+`"`)
}

func orgIdentity(keep string) step { return add("org_identities", keep, `"CoId":$co`) }

func name(keep, person, given string) step {
	return add("names", keep, `"Given":"`+given+`","Type":"official","Person":{"Type":"CO","Id":$`+person+`}`)
}

func identifier(keep, person, value string) step {
	return add("identifiers", keep,
		`"Identifier":"`+value+`","Type":"uid","Status":"Active","Person":{"Type":"CO","Id":$`+person+`}`)
}

func department(keep string) step { return add("co_departments", keep, `"CoId":$co,"Name":"Library"`) }

func organization(keep string) step { return add("organizations", keep, `"CoId":$co,"Name":"Univ"`) }

func nesting(keep, group, target, more string) step {
	return add("co_group_nestings", keep, `"CoGroupId":$`+group+`,"TargetCoGroupId":$`+target+more)
}

func server(keep string) step {
	return add("servers", keep, `"CoId":$co,"Description":"Directory","ServerType":"HT","Status":"Active"`)
}

func target(keep, mode string) step {
	return add("co_provisioning_targets", keep, `"CoId":$co,"Plugin":"ApiProvisioner","Status":"`+mode+`"`)
}

// specimen is an example of a resource: an element that can be added, and one with which its record can be
// edited. $n is another number each time.
type specimen struct {
	path, singular, keep, send, edit string
	// part is the part of the record that a view must show.
	part string
	// needs are the steps that add what it needs in addition to the specimens before it.
	needs []step
}

// settingsSpecimens returns specimens of the settings of targets with other plugins than the API provisioner,
// made from their tables.
func settingsSpecimens() (all []specimen) {
	for _, r := range comity.TargetSettings() {
		if r.Plugin == comity.PluginAPI {
			continue
		}
		keep := strings.ToLower(r.Plugin)
		values := fmt.Sprintf(`"%s":$%starget`, r.TargetId().Name, keep)
		for _, f := range r.Fields {
			switch {
			case !f.Required || f == r.TargetId():
			case f == r.ServerId():
				values += fmt.Sprintf(`,"%s":$server`, f.Name)
			case f.Kind == comity.Code:
				values += fmt.Sprintf(`,"%s":"%s"`, f.Name, f.Words[0].Code)
			default:
				values += fmt.Sprintf(`,"%s":"%s"`, f.Name, f.Example)
			}
		}
		all = append(all, specimen{
			path: r.Path, singular: r.Singular, keep: keep, send: "{" + values + "}", edit: "{" + values + "}",
			part:  fmt.Sprintf(`{"%s":"$%starget"}`, r.TargetId().Name, keep),
			needs: []step{add("co_provisioning_targets", keep+"target", `"CoId":$co,"Plugin":"`+r.Plugin+`","Status":"X"`)},
		})
	}
	return all
}

// specimens are one of each resource, each after those that it refers to.
var specimens = append([]specimen{
	{
		path: "cous", singular: "Cou", keep: "unit", part: `{"Description":"light"}`,
		send: `{"CoId":$co,"Name":"Unit $n","Description":"light"}`, edit: `{"CoId":$co,"Name":"Unit $n"}`,
	},
	{
		path: "co_people", singular: "CoPerson", keep: "person", part: `{"Timezone":"Europe/Paris"}`,
		send: `{"CoId":$co,"Status":"Active","Timezone":"Europe/Paris"}`, edit: `{"CoId":$co,"Status":"Suspended"}`,
	},
	{
		path: "co_person_roles", singular: "CoPersonRole", keep: "role", part: `{"Title":"Dean","Person":"CO $person"}`,
		send: `{"Person":{"Type":"CO","Id":$person},"CouId":$unit,"SponsorCoPersonId":$person,"ManagerCoPersonId":$boss,
			"Affiliation":"staff","Title":"Dean","Status":"Active"}`,
		edit:  `{"Person":{"Type":"CO","Id":$person},"Affiliation":"faculty","Status":"Active"}`,
		needs: []step{person("boss")},
	},
	{
		path: "org_identities", singular: "OrgIdentity", keep: "org", part: `{"O":"Univ"}`,
		send: `{"CoId":$co,"O":"Univ"}`, edit: `{"CoId":$co,"Title":"Dr"}`,
	},
	{
		path: "co_org_identity_links", singular: "CoOrgIdentityLink", keep: "link", part: `{"CoPersonId":"$person","OrgIdentityId":"$org"}`,
		send: `{"CoPersonId":$person,"OrgIdentityId":$org}`, edit: `{"CoPersonId":$person,"OrgIdentityId":$org}`,
	},
	{
		path: "co_groups", singular: "CoGroup", keep: "group", part: `{"Description":"They read"}`,
		send: `{"CoId":$co,"CouId":$unit,"Name":"Group $n","Description":"They read","Status":"Active"}`,
		edit: `{"CoId":$co,"Name":"Group $n","Status":"Active"}`,
	},
	{
		path: "co_group_nestings", singular: "CoGroupNesting", keep: "nesting", part: `{"CoGroupId":"$group","TargetCoGroupId":"$ring"}`,
		send: `{"CoGroupId":$group,"TargetCoGroupId":$ring}`, edit: `{"CoGroupId":$group,"TargetCoGroupId":$ring,"Negate":true}`,
		needs: []step{group("ring", "Ring $n")},
	},
	{
		path: "co_group_members", singular: "CoGroupMember", keep: "member", part: `{"Member":"true","CoGroupId":"$group"}`,
		send: `{"CoGroupId":$group,"Person":{"Type":"CO","Id":$person},"Member":true}`,
		edit: `{"CoGroupId":$group,"Person":{"Type":"CO","Id":$person},"Owner":true}`,
	},
	{
		path: "co_email_lists", singular: "CoEmailList", keep: "list", part: `{"MembersCoGroupId":"$group"}`,
		send: `{"CoId":$co,"Name":"news-$n","AdminsCoGroupId":$group,"MembersCoGroupId":$group,"ModeratorsCoGroupId":$group,"Status":"Active"}`,
		edit: `{"CoId":$co,"Name":"news-$n","Status":"Suspended"}`,
	},
	{
		path: "co_departments", singular: "CoDepartment", keep: "department", part: `{"SamlScope":"example.org"}`,
		send: `{"CoId":$co,"CouId":$unit,"Name":"Library","SamlScope":"example.org","LeadershipCoGroupId":$group,
			"AdministrativeCoGroupId":$group,"SupportCoGroupId":$group}`,
		edit: `{"CoId":$co,"Name":"Libraries"}`,
	},
	{
		path: "organizations", singular: "Organization", keep: "organization", part: `{"Name":"Univ","Type":"edu"}`,
		send: `{"CoId":$co,"Name":"Univ","Type":"edu"}`, edit: `{"CoId":$co,"Name":"University"}`,
	},
	{
		path: "co_services", singular: "CoService", keep: "service", part: `{"Visibility":"CoMember"}`,
		send: `{"CoId":$co,"CouId":$unit,"CoGroupId":$group,"Name":"Wiki","Visibility":"CoMember","Status":"Active"}`,
		edit: `{"CoId":$co,"Name":"Wikis","Visibility":"CoAdmin","Status":"Active"}`,
	},
	{
		path: "servers", singular: "Server", keep: "server", part: `{"Description":"Directory"}`,
		send: `{"CoId":$co,"Description":"Directory","ServerType":"HT","Status":"Active"}`,
		edit: `{"CoId":$co,"Description":"Directories","ServerType":"HT","Status":"Active"}`,
	},
	{
		path: "http_servers", singular: "HttpServer", keep: "http", part: `{"Serverurl":"https://example.org/x"}`,
		send: `{"ServerId":$server,"Serverurl":"https://example.org/x","AuthType":"X"}`,
		edit: `{"ServerId":$server,"Serverurl":"https://example.org/y","AuthType":"X"}`,
	},
	{
		path: "kafka_servers", singular: "KafkaServer", keep: "kafka", part: `{"ServerId":"$bus","Brokers":"kafka.example.org:9092"}`,
		send:  `{"ServerId":$bus,"Brokers":"kafka.example.org:9092","SecurityProtocol":"ssl"}`,
		edit:  `{"ServerId":$bus,"Brokers":"kafka.example.org:9093","SecurityProtocol":"ssl"}`,
		needs: []step{add("servers", "bus", `"CoId":$co,"Description":"Bus","ServerType":"KA","Status":"Active"`)},
	},
	{
		path: "co_provisioning_targets", singular: "CoProvisioningTarget", keep: "target", part: `{"Description":"Mail"}`,
		send: `{"CoId":$co,"Description":"Mail","Plugin":"ApiProvisioner","ProvisionCoGroupId":$group,"Status":"X"}`,
		edit: `{"CoId":$co,"Plugin":"ApiProvisioner","Status":"X"}`,
	},
	{
		path: "api_provisioner/co_api_provisioner_targets", singular: "CoApiProvisionerTarget", keep: "settings",
		part: `{"IdentifierType":"uid","ServerId":"$server"}`,
		send: `{"CoProvisioningTargetId":$target,"ServerId":$server,"Mode":"PO","IdentifierType":"uid"}`,
		edit: `{"CoProvisioningTargetId":$target,"ServerId":$server,"Mode":"PU","IdentifierType":"uid"}`,
	},
	{
		path: "names", singular: "Name", keep: "name", part: `{"Given":"Ada","Person":"CO $person"}`,
		send: `{"Given":"Ada","Type":"official","Person":{"Type":"CO","Id":$person}}`,
		edit: `{"Given":"Augusta","Type":"official","Person":{"Type":"CO","Id":$person}}`,
	},
	{
		path: "email_addresses", singular: "EmailAddress", keep: "mail", part: `{"Mail":"ada@example.org"}`,
		send: `{"Mail":"ada@example.org","Type":"official","Person":{"Type":"CO","Id":$person}}`,
		edit: `{"Mail":"augusta@example.org","Type":"official","Person":{"Type":"CO","Id":$person}}`,
	},
	{
		path: "identifiers", singular: "Identifier", keep: "identifier", part: `{"Type":"uid","CoProvisioningTargetId":"$target"}`,
		send: `{"Identifier":"ada-$n","Type":"uid","Status":"Active","CoProvisioningTargetId":$target,"Person":{"Type":"CO","Id":$person}}`,
		edit: `{"Identifier":"ada-$n","Type":"uid","Status":"Suspended","Person":{"Type":"CO","Id":$person}}`,
	},
	{
		path: "urls", singular: "Url", keep: "url", part: `{"Url":"https://example.org/~ada"}`,
		send: `{"Url":"https://example.org/~ada","Type":"official","Person":{"Type":"CO","Id":$person}}`,
		edit: `{"Url":"https://example.org/~augusta","Type":"official","Person":{"Type":"CO","Id":$person}}`,
	},
	{
		path: "addresses", singular: "Address", keep: "address", part: `{"Locality":"London","Person":"CoRole $role"}`,
		send: `{"Locality":"London","Person":{"Type":"CoRole","Id":$role}}`,
		edit: `{"Locality":"Paris","Person":{"Type":"CoRole","Id":$role}}`,
	},
	{
		path: "telephone_numbers", singular: "TelephoneNumber", keep: "phone", part: `{"Number":"1234567"}`,
		send: `{"Number":"1234567","Person":{"Type":"CoRole","Id":$role}}`,
		edit: `{"Number":"7654321","Person":{"Type":"CoRole","Id":$role}}`,
	},
	{
		path: "ad_hoc_attributes", singular: "AdHocAttribute", keep: "adhoc", part: `{"Tag":"badge"}`,
		send: `{"Tag":"badge","Person":{"Type":"CoRole","Id":$role}}`,
		edit: `{"Tag":"pass","Person":{"Type":"CoRole","Id":$role}}`,
	},
	{
		path: "co_extended_types", singular: "CoExtendedType", keep: "type", part: `{"DisplayName":"Visitor"}`,
		send: `{"CoId":$co,"Attribute":"CoPersonRole.affiliation","Name":"visitor-$n","DisplayName":"Visitor","Status":"Active"}`,
		edit: `{"CoId":$co,"Attribute":"CoPersonRole.affiliation","Name":"visitor-$n","DisplayName":"Visitors","Status":"Active"}`,
	},
	{
		path: "co_terms_and_conditions", singular: "CoTermsAndConditions", keep: "terms", part: `{"Description":"Fair use"}`,
		send: `{"CoId":$co,"CouId":$unit,"Description":"Fair use","Status":"Active"}`,
		edit: `{"CoId":$co,"Description":"Fair use","Status":"Suspended"}`,
	},
	{
		path: "co_t_and_c_agreements", singular: "CoTAndCAgreement", keep: "agreement",
		part: `{"CoTermsAndConditionsId":"$terms","AgreementTime":"2024-02-29 12:00:00","Person":"CO $person"}`,
		send: `{"CoTermsAndConditionsId":$terms,"AgreementTime":"2024-02-29 12:00:00","Identifier":"ada","Person":{"Type":"CO","Id":$person}}`,
		edit: `{"CoTermsAndConditionsId":$terms,"AgreementTime":"2024-02-29 13:00:00","Identifier":"ada","Person":{"Type":"CO","Id":$person}}`,
	},
	{
		path: "identity_documents", singular: "IdentityDocument", keep: "document", part: `{"DocumentType":"P","Subject":"Ada"}`,
		send: `{"DocumentType":"P","Subject":"Ada","Person":{"Type":"CO","Id":$person}}`,
		edit: `{"DocumentType":"DL","Person":{"Type":"CO","Id":$person}}`,
	},
	{
		path: "co_navigation_links", singular: "CoNavigationLink", keep: "navigation", part: `{"Title":"Wiki","Location":"topbar"}`,
		send: `{"CoId":$co,"Title":"Wiki","Url":"https://example.org/wiki","Location":"topbar"}`,
		edit: `{"CoId":$co,"Title":"Wikis","Location":"topbar"}`,
	},
	{
		path: "co_identifier_assignments", singular: "CoIdentifierAssignment", keep: "assignment", part: `{"Format":"a(#)","CoGroupId":"$group"}`,
		send: `{"CoId":$co,"CoGroupId":$group,"Status":"Active","IdentifierType":"uid","Algorithm":"S","Format":"a(#)"}`,
		edit: `{"CoId":$co,"Status":"Suspended","IdentifierType":"uid","Algorithm":"R"}`,
	},
	{
		path: "api_users", singular: "ApiUser", keep: "apiuser", part: `{"Status":"Active","CoPersonId":"$person"}`,
		send: `{"CoId":$co,"Username":"program-$n","Status":"Active","CoPersonId":$person}`,
		edit: `{"CoId":$co,"Username":"program-$n","Status":"Suspended"}`,
	},
	{
		path: "history_records", singular: "HistoryRecord", keep: "line", part: `{"Action":"CNTE","CoPersonId":"$person"}`,
		send: `{"CoPersonId":$person,"CoPersonRoleId":$role,"OrgIdentityId":$org,"CoGroupId":$group,"CoEmailListId":$list,
			"CoServiceId":$service,"ActorCoPersonId":$person,"ActorApiUserId":$apiuser,"Action":"CNTE","Comment":"Called"}`,
		edit: `{"CoPersonId":$person,"Action":"CNTE","Comment":"Called back"}`,
	},
	{
		path: "ssh_key_authenticator/ssh_keys", singular: "SshKey", keep: "sshkey", part: `{"Type":"ssh-ed25519","Skey":"` + sshKey + `","SshKeyAuthenticatorId":7}`,
		send: `{"Type":"ssh-ed25519","Skey":"` + sshKey + `","Comment":"laptop","SshKeyAuthenticatorId":"7","Person":{"Type":"CO","Id":$person}}`,
		edit: `{"Type":"ssh-ed25519","Skey":"` + sshKey + `","Comment":"desk","Person":{"Type":"CO","Id":$person}}`,
	},
}, settingsSpecimens()...)

// sshKey is the base64 part of a public key without a known private key.
var sshKey = base64.StdEncoding.EncodeToString([]byte("\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + strings.Repeat("\x01", 32)))

// oneOfEach returns the steps that add one record of each resource to the fixture's CO.
func oneOfEach() []step { return makeAll(specimens) }

func makeAll(specimens []specimen) []step {
	var steps []step
	for _, sp := range specimens {
		steps = append(steps, sp.needs...)
		steps = append(steps, step{call: "POST " + sp.path, send: sp.send, keep: sp.keep})
	}
	return steps
}

// addMany adds records to the fixture's CO in one transaction, and returns their ids.
func (s *fixture) addMany(r *comity.Resource, count int, fill func(rec *comity.Record, i int)) []string {
	s.Helper()
	co := comity.ParseId(s.ids["co"])
	var ids []string
	err := s.store.WriteAlone(s.Context(), func(tx *db.Tx) error {
		ids = nil
		for i := range count {
			rec := comity.NewRecord(r)
			rec.CoId = co
			if f := r.CoId(); f != nil {
				rec.SetInt(f, co)
			}
			fill(rec, i)
			if err := store.Insert(s.Context(), tx, rec, "test", db.Place{CoId: co}); err != nil {
				return err
			}
			ids = append(ids, fmt.Sprint(rec.Id))
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	return ids
}
