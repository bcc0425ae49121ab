package rest_test

import (
	"strings"
	"testing"
)

func TestAddOrgIdentity(t *testing.T) {
	perform(t, []step{
		{call: "POST org_identities", keep: "home", send: `{
			"CoId":$co,"Status":"SY","DateOfBirth":"1815-12-10","Affiliation":"member","Title":"Dr","O":"Univ","Ou":"Physics",
			"ValidFrom":"2020-01-01 00:00:00","ValidThrough":"2021-01-01 00:00:00","ManagerIdentifier":"m1","SponsorIdentifier":"s1"}`},
		{call: "GET org_identities/$home", has: `{
			"Id":"$home","CoId":"$co","Status":"SY","DateOfBirth":"1815-12-10","Affiliation":"member","Title":"Dr","O":"Univ","Ou":"Physics",
			"ValidFrom":"2020-01-01 00:00:00","ValidThrough":"2021-01-01 00:00:00","ManagerIdentifier":"m1","SponsorIdentifier":"s1",
			"Revision":0,"Deleted":false}`},
		{call: "POST org_identities", send: `{"CoId":$co}`},
		{call: "POST org_identities", answer: "400 Bad Request"},
		{call: "POST org_identities", send: `{"O":"Univ"}`, answer: "400 Invalid Fields", faulty: "co_id"},
		{call: "POST org_identities", send: `{"CoId":$co,"Status":"Active"}`, answer: "400 Invalid Fields", faulty: "status"},
		{call: "POST org_identities", send: `{"CoId":$co,"Affiliation":"boss"}`, answer: "400 Invalid Fields", faulty: "affiliation"},
		{call: "POST org_identities", send: `{"CoId":999999999}`, answer: "403 CO Does Not Exist"},
	})
}

func TestEditOrgIdentity(t *testing.T) {
	perform(t, []step{
		add("org_identities", "home", `"CoId":$co,"Affiliation":"member","Title":"Dr","O":"Univ"`), anotherCO("other"),
		{call: "PUT org_identities/$home", send: `{"CoId":$co,"Affiliation":"staff","O":"Lab"}`},
		{call: "GET org_identities/$home", has: `{"Affiliation":"staff","Title":"Dr","O":"Lab","Revision":1}`},
		{call: "PUT org_identities/$home", answer: "400 Bad Request"},
		{call: "PUT org_identities/$home", send: `{"O":"Lab"}`, answer: "400 Invalid Fields", faulty: "co_id"},
		{call: "PUT org_identities/$home", send: `{"CoId":$other}`, answer: "400 Invalid Fields", faulty: "co_id"},
		{call: "PUT org_identities/$home", send: `{"CoId":999999999}`, answer: "403 CO Does Not Exist"},
		{call: "PUT org_identities/999999999", send: `{"CoId":$co}`, answer: "404 OrgIdentity Unknown"},
	})
}

// TestDeleteOrgIdentity deletes its dependents, and is refused while somebody is linked to it.
func TestDeleteOrgIdentity(t *testing.T) {
	owner := `"Person":{"Type":"Org","Id":$home}`
	dependents := map[string]string{
		"ad_hoc_attributes": `"Tag":"badge",`, "addresses": `"Locality":"London",`, "telephone_numbers": `"Number":"1",`,
		"email_addresses": `"Mail":"ada@example.org","Type":"official",`, "names": `"Given":"Ada","Type":"official",`,
		"identifiers": `"Identifier":"ada","Type":"uid","Status":"Active",`, "urls": `"Url":"https://example.org/","Type":"official",`,
	}
	steps := []step{person("ada"), orgIdentity("home"), add("co_org_identity_links", "link", `"CoPersonId":$ada,"OrgIdentityId":$home`)}
	row := func(path string) string { return strings.ReplaceAll(path, "_", "") }
	for path, send := range dependents {
		steps = append(steps, add(path, row(path), send+owner))
	}
	steps = append(steps, []step{
		{call: "DELETE org_identities", answer: "400 Invalid Fields", faulty: "id"},
		{call: "DELETE org_identities/999999999", answer: "404 OrgIdentity Unknown"},
		{call: "DELETE org_identities/$home", answer: "403 CoPerson Exists"},
		{call: "DELETE co_org_identity_links/$link"},
		{call: "DELETE org_identities/$home"},
		{call: "GET org_identities/$home", answer: "404 OrgIdentity Unknown"},
		{call: "GET org_identities?coid=$co", lists: "Id: "},
	}...)
	for path := range dependents {
		steps = append(steps,
			step{call: "GET " + path + "/$" + row(path), answer: "404 " + resourceAt(path).Singular + " Unknown"},
			step{call: "GET " + path + "?coid=$co", lists: "Id: "})
	}
	perform(t, steps)
}

func TestCoOrgIdentityLinks(t *testing.T) {
	perform(t, []step{
		person("ada"), person("bob"), orgIdentity("home"), orgIdentity("away"), anotherCO("other"),
		add("co_people", "stranger", `"CoId":$other,"Status":"Active"`),
		add("org_identities", "theirs", `"CoId":$other`),
		{call: "GET co_org_identity_links?copersonid=$ada", answer: "204 CO Person Has No CoOrgIdentityLink"},
		{call: "GET co_org_identity_links?orgidentityid=$home", answer: "204 Org Identity Has No CoOrgIdentityLink"},
		{call: "POST co_org_identity_links", send: `{"CoPersonId":$ada,"OrgIdentityId":$home}`, keep: "link"},
		// Both stay flat.
		{call: "GET co_org_identity_links/$link", has: `{
			"Id":"$link","CoPersonId":"$ada","OrgIdentityId":"$home","Person":null,"Revision":0,"Deleted":false}`},
		{call: "GET co_org_identity_links?copersonid=$ada", lists: "Id: $link"},
		{call: "GET co_org_identity_links?orgidentityid=$home", lists: "Id: $link"},
		{call: "GET co_org_identity_links?coid=$co", lists: "Id: $link"},
		{call: "POST co_org_identity_links", answer: "400 Bad Request"},
		{call: "POST co_org_identity_links", send: `{"Id":5}`, answer: "400 Invalid Fields", faulty: "co_person_id org_identity_id"},
		{call: "POST co_org_identity_links", send: `{"CoPersonId":$ada,"OrgIdentityId":$home}`, answer: "403 OrgIdentity Already Linked"},
		{call: "POST co_org_identity_links", send: `{"CoPersonId":$bob,"OrgIdentityId":$home}`, answer: "403 OrgIdentity Already Linked"},
		{
			call: "POST co_org_identity_links", send: `{"CoPersonId":999999999,"OrgIdentityId":$away}`,
			answer: "400 Invalid Fields", faulty: "co_person_id",
		},
		{
			call: "POST co_org_identity_links", send: `{"CoPersonId":$ada,"OrgIdentityId":999999999}`,
			answer: "400 Invalid Fields", faulty: "org_identity_id",
		},
		{
			call: "POST co_org_identity_links", send: `{"CoPersonId":999999999,"OrgIdentityId":999999999}`,
			answer: "400 Invalid Fields", faulty: "co_person_id org_identity_id",
		},
		// Both must be in the same CO.
		{
			call: "POST co_org_identity_links", send: `{"CoPersonId":$ada,"OrgIdentityId":$theirs}`,
			answer: "400 Invalid Fields", faulty: "org_identity_id",
		},
		{
			call: "POST co_org_identity_links", send: `{"CoPersonId":$stranger,"OrgIdentityId":$away}`,
			answer: "400 Invalid Fields", faulty: "org_identity_id",
		},
		// Both are immutable.
		{call: "PUT co_org_identity_links/$link", send: `{"CoPersonId":$ada,"OrgIdentityId":$home}`},
		{
			call: "PUT co_org_identity_links/$link", send: `{"CoPersonId":$bob,"OrgIdentityId":$away}`,
			answer: "400 Invalid Fields", faulty: "co_person_id org_identity_id",
		},
		{
			call: "PUT co_org_identity_links/$link", send: `{"CoPersonId":999999999,"OrgIdentityId":$home}`,
			answer: "400 Invalid Fields", faulty: "co_person_id",
		},
		{call: "GET co_org_identity_links/$link", has: `{"CoPersonId":"$ada","OrgIdentityId":"$home","Revision":1}`},
		// A person may have several, and an unlinked one may be linked to another person.
		add("co_org_identity_links", "second", `"CoPersonId":$ada,"OrgIdentityId":$away`),
		{call: "DELETE co_org_identity_links/$link"},
		add("co_org_identity_links", "third", `"CoPersonId":$bob,"OrgIdentityId":$home`),
	})
}
