package rest_test

import (
	"slices"
	"testing"
)

func TestAddCoPerson(t *testing.T) {
	perform(t, []step{
		{
			call: "POST co_people", keep: "ada",
			send: `{"CoId":$co,"Status":"Active","DateOfBirth":"1815-12-10","Timezone":"Europe/London"}`,
		},
		{call: "GET co_people/$ada", has: `{
			"Id":"$ada","CoId":"$co","Status":"Active","DateOfBirth":"1815-12-10","Timezone":"Europe/London","Revision":0,"Deleted":false}`},
		{call: "POST co_people", answer: "400 Bad Request"},
		{call: "POST co_people", send: `{"CoId":$co}`, answer: "400 Invalid Fields", faulty: "status"},
		{call: "POST co_people", send: `{"Status":"Active"}`, answer: "400 Invalid Fields", faulty: "co_id"},
		{call: "POST co_people", send: `{"CoId":$co,"Status":"Bogus"}`, answer: "400 Invalid Fields", faulty: "status"},
		{
			call: "POST co_people", send: `{"CoId":$co,"Status":"Active","DateOfBirth":"10 December","Timezone":"Mars/Olympus"}`,
			answer: "400 Invalid Fields", faulty: "date_of_birth timezone",
		},
		{call: "POST co_people", send: `{"CoId":999999999,"Status":"Active"}`, answer: "403 CO Does Not Exist"},
	})
}

func TestEditCoPerson(t *testing.T) {
	perform(t, []step{
		person("ada"), anotherCO("other"),
		{call: "PUT co_people/$ada", send: `{"CoId":$co,"Status":"Locked","DateOfBirth":"1815-12-10"}`},
		{call: "GET co_people/$ada", has: `{"Status":"Locked","DateOfBirth":"1815-12-10","Revision":1}`},
		{call: "PUT co_people/$ada", answer: "400 Bad Request"},
		{call: "PUT co_people/$ada", send: `{"CoId":$co}`, answer: "400 Invalid Fields", faulty: "status"},
		{call: "PUT co_people/$ada", send: `{"Status":"Active"}`, answer: "400 Invalid Fields", faulty: "co_id"},
		{call: "PUT co_people/$ada", send: `{"CoId":$other,"Status":"Active"}`, answer: "400 Invalid Fields", faulty: "co_id"},
		{call: "PUT co_people/$ada", send: `{"CoId":999999999,"Status":"Active"}`, answer: "403 CO Does Not Exist"},
		{call: "PUT co_people/999999999", send: `{"CoId":$co,"Status":"Active"}`, answer: "404 CoPerson Unknown"},
		{call: "GET co_people/$ada", has: `{"Status":"Locked","Revision":1}`},
	})
}

// TestDeleteCoPerson: names, email addresses, identifiers, memberships, links and urls are deleted with the
// person.
func TestDeleteCoPerson(t *testing.T) {
	perform(t, []step{
		person("ada"), orgIdentity("home"), group("readers", "readers"), role("job", "ada", "Deleted"),
		name("name", "ada", "Ada"), identifier("uid", "ada", "ada"), member("m", "readers", "ada"),
		add("email_addresses", "mail", `"Mail":"ada@example.org","Type":"official","Person":{"Type":"CO","Id":$ada}`),
		add("urls", "url", `"Url":"https://example.org/","Type":"official","Person":{"Type":"CO","Id":$ada}`),
		add("co_org_identity_links", "link", `"CoPersonId":$ada,"OrgIdentityId":$home`),
		{call: "DELETE co_people", answer: "400 Invalid Fields", faulty: "id"},
		{call: "DELETE co_people/999999999", answer: "404 CoPerson Unknown"},
		{call: "DELETE co_people/$ada", answer: "403 CoPersonRole Exists"},
		{call: "GET names/$name", lists: "Given: Ada"},
		{call: "DELETE co_person_roles/$job"},
		{call: "DELETE co_people/$ada"},
		{call: "DELETE co_people/$ada", answer: "404 CoPerson Unknown"},
		{call: "GET co_people/$ada", answer: "404 CoPerson Unknown"},
		{call: "GET names/$name", answer: "404 Name Unknown"},
		{call: "GET email_addresses/$mail", answer: "404 EmailAddress Unknown"},
		{call: "GET identifiers/$uid", answer: "404 Identifier Unknown"},
		{call: "GET co_group_members/$m", answer: "404 CoGroupMember Unknown"},
		{call: "GET co_org_identity_links/$link", answer: "404 CoOrgIdentityLink Unknown"},
		{call: "GET urls/$url", answer: "404 Url Unknown"},
		{call: "GET co_group_members?coid=$co", lists: "Id: "},
		{call: "GET org_identities/$home", lists: "Id: $home"},
		// The identifier can be used again.
		person("bob"), identifier("uid", "bob", "ada"),
	})
}

func TestViewCoPeople(t *testing.T) {
	perform(t, []step{
		{call: "GET co_people?coid=$co", lists: "Id: "},
		person("ada"), person("bob"),
		{call: "GET co_people?coid=$co", lists: "Id: $ada, $bob"},
		{call: "GET co_people?coid=999999999", answer: "404 CO Unknown"},
		{call: "GET co_people/$bob", lists: "Id: $bob"},
		{call: "GET co_people/999999999", answer: "404 CoPerson Unknown"},
	})
}

// people adds three people with similar names, and an org identity that is similar to all of them.
func people() []step {
	full := func(keep, given, family, mail, uid string) []step {
		owner := `"Person":{"Type":"CO","Id":$` + keep + `}`
		return []step{
			person(keep),
			add("names", "n", `"Given":"`+given+`","Family":"`+family+`","Type":"official",`+owner),
			add("email_addresses", "e", `"Mail":"`+mail+`","Type":"official",`+owner),
			identifier("i", keep, uid),
		}
	}
	org := `"Person":{"Type":"Org","Id":$home}`
	return append(slices.Concat(
		full("grace", "Grace", "Hopper", "grace@example.org", "GHopper"),
		full("gracie", "Gracie", "Allen", "gracie@example.org", "gallen"),
		full("emile", "Émile", "Straße", "emile@example.org", `100%_\\e`)),
		add("names", "n", `"Given":"Augusta","Family":"Hopkins","Type":"alternate","Person":{"Type":"CO","Id":$gracie}`),
		orgIdentity("home"),
		add("names", "n", `"Given":"Grace","Family":"Hopper","Type":"official",`+org),
		add("email_addresses", "e", `"Mail":"grace@example.org","Type":"official",`+org),
		add("identifiers", "i", `"Identifier":"ghopper","Type":"uid","Status":"Active",`+org),
	)
}

// TestMatch finds people by the start of the primary name and of an email address.
func TestMatch(t *testing.T) {
	match := func(query, found string) step {
		return step{call: "GET co_people?coid=$co&" + query, lists: "Id: " + found}
	}
	perform(t, people(), []step{
		match("given=Gra", "$grace, $gracie"),
		match("given=grace", "$grace"),
		match("given=GRACI", "$gracie"),
		match("family=hop", "$grace"),
		match("given=gra&family=all", "$gracie"),
		match("given=gra&family=zzz", ""),
		match("given=race", ""),
		// Only the primary name is compared.
		match("given=aug", ""),
		// Case is ignored in any language.
		match("given=%C3%89MI", "$emile"),
		match("family=STRASSE", "$emile"),
		match("mail=grace@example.org", "$grace"),
		match("mail=GRACE@EXAMPLE.ORG", "$grace"),
		match("mail=grace@example.or", "$grace"),
		match("mail=race@example.org", ""),
		match("given=gra&mail=gracie@example.org", "$gracie"),
		// A criterion that is too short, or that is no email address, is ignored.
		match("given=Gr", ""),
		match("given=Gr&family=all", "$gracie"),
		match("mail=grace", ""),
		match("mail=grace&given=grac", "$grace, $gracie"),
		match("given=%20%20G", ""),
		match("given=", ""),
		match("given=%25%25%25", ""),
		match("given=___", ""),
		{call: "GET co_people?coid=$co&shoe=42", answer: "422 Unprocessable Entity", says: "shoe"},
		{call: "GET co_people?coid=$co&given=gra&shoe=42", answer: "422 Unprocessable Entity"},
		{call: "GET co_people?coid=$co&copersonid=$grace", answer: "400 Bad Request", says: "copersonid"},
		{call: "GET co_people?coid=999999999&given=gra", answer: "404 CO Unknown"},
		{call: "GET co_people?coid=999999999&shoe=42", answer: "404 CO Unknown"},
		{as: "admin", call: "GET co_people?coid=$co&given=gra", lists: "Id: $grace, $gracie"},
		{as: "admin", call: "GET co_people?given=gra", answer: "401 Unauthorized"},
		{as: "admin", call: "GET co_people?coid=1&given=gra", answer: "401 Unauthorized"},
		{as: "stranger", call: "GET co_people?coid=$otherco&given=gra", lists: "Id: "},
	})
}

// TestSearch finds people by a part of an identifier, and by exactly an email address.
func TestSearch(t *testing.T) {
	search := func(query, found string) step {
		return step{call: "GET co_people?coid=$co&" + query, lists: "Id: " + found}
	}
	perform(t, people(), []step{
		add("identifiers", "i", `"Identifier":"xghopperx","Type":"eppn","Status":"Suspended","Person":{"Type":"CO","Id":$grace}`),
		// Each is listed once.
		search("search.identifier=hopp", "$grace"),
		search("search.identifier=HOPP", "$grace"),
		search("search_identifier=hopp", "$grace"),
		search("search.identifier=l", "$gracie"),
		search("search.identifier=g", "$grace, $gracie"),
		search("search.identifier=nobody", ""),
		search("search.identifier=", ""),
		// No character in it is a pattern.
		search("search.identifier=%25", "$emile"),
		search("search.identifier=_", "$emile"),
		search("search.identifier=%5C", "$emile"),
		search("search.identifier=%25_%5C", "$emile"),
		search("search.mail=gracie@example.org", "$gracie"),
		search("search_mail=gracie@example.org", "$gracie"),
		search("search.mail=gracie@example.or", ""),
		search("search.mail=GRACIE@example.org", ""),
		search("search.mail=", ""),
		search("search.identifier=gallen&search.mail=gracie@example.org", "$gracie"),
		search("search.identifier=gallen&search.mail=grace@example.org", ""),
		search("search.identifier=gallen&given=grace", ""),
		{call: "GET co_people?coid=999999999&search.identifier=hopp", answer: "404 CO Unknown"},
		{call: "GET co_people?coid=$co&search.shoe=42", answer: "422 Unprocessable Entity"},
		{as: "stranger", call: "GET co_people?coid=$otherco&search.identifier=hopp", lists: "Id: "},
	})
}
