package rest_test

import (
	"strings"
	"testing"
)

func TestEmailAddresses(t *testing.T) {
	perform(t, []step{
		person("ada"), orgIdentity("home"),
		{
			call: "POST email_addresses", keep: "mail",
			send: `{"Mail":"ada@example.org","Description":"work","Type":"official","Verified":true,"Person":{"Type":"CO","Id":$ada}}`,
		},
		// Only a verification sets Verified.
		{call: "GET email_addresses/$mail", has: `{
			"Id":"$mail","Mail":"ada@example.org","Description":"work","Type":"official","Verified":false,"Person":"CO $ada","Revision":0}`},
		{
			call: "PUT email_addresses/$mail",
			send: `{"Mail":"Ada.K@example.org","Type":"personal","Verified":true,"Person":{"Type":"CO","Id":$ada}}`,
		},
		{call: "GET email_addresses/$mail", has: `{"Mail":"Ada.K@example.org","Description":"work","Verified":false,"Revision":1}`},
		{call: "POST email_addresses", send: `{"Type":"official","CoPersonId":$ada}`, answer: "400 Invalid Fields", faulty: "mail"},
		{call: "POST email_addresses", send: `{"Mail":"a@example.org","CoPersonId":$ada}`, answer: "400 Invalid Fields", faulty: "type"},
		{
			call: "POST email_addresses", send: `{"Mail":"not-mail","Type":"bogus","CoPersonId":$ada}`,
			answer: "400 Invalid Fields", faulty: "mail type",
		},
		{
			call: "POST email_addresses", send: `{"Mail":"Ada (a@example.org)","Type":"official","CoPersonId":$ada}`,
			answer: "400 Invalid Fields", faulty: "mail",
		},
		{
			call: "POST email_addresses", send: `{"Mail":"a@example.org","Type":"bogus","CoPersonId":$ada}`,
			answer: "400 Invalid Fields", faulty: "type",
		},
		{call: "POST email_addresses", send: `{"Mail":"a@example.org","Type":"official"}`, answer: "403 No Person Specified"},
		{
			call: "POST email_addresses", send: `{"Mail":"a@example.org","Type":"official","OrgIdentityId":999999999}`,
			answer: "403 Person Does Not Exist",
		},
		// Several people may have the same address.
		{call: "POST email_addresses", send: `{"Mail":"Ada.K@example.org","Type":"official","OrgIdentityId":$home}`, keep: "org"},
		{call: "GET email_addresses?orgidentityid=$home", lists: "Id: $org"},
	})
}

func TestUrls(t *testing.T) {
	perform(t, []step{
		person("ada"),
		{
			call: "POST urls", keep: "url",
			send: `{"Url":"https://example.org/~ada","Description":"home","Type":"personal","Language":"en","Person":{"Type":"CO","Id":$ada}}`,
		},
		{call: "GET urls/$url", has: `{
			"Id":"$url","Url":"https://example.org/~ada","Description":"home","Type":"personal","Language":"en","Person":"CO $ada","Revision":0}`},
		{call: "POST urls", send: `{"CoPersonId":$ada}`, answer: "400 Invalid Fields", faulty: "type url"},
		{call: "POST urls", send: `{"Url":"nowhere","Type":"official","CoPersonId":$ada}`, answer: "400 Invalid Fields", faulty: "url"},
		{
			call: "POST urls", send: `{"Url":"https://example.org/","Type":"bogus","CoPersonId":$ada}`,
			answer: "400 Invalid Fields", faulty: "type",
		},
		{call: "POST urls", send: `{"Url":"https://example.org/","Type":"official"}`, answer: "403 No Person Specified"},
	})
}

// TestWhatHangsOnRoles: addresses, telephone numbers and ad hoc attributes of roles.
func TestWhatHangsOnRoles(t *testing.T) {
	perform(t, []step{
		person("ada"), role("job", "ada", "Active"), orgIdentity("home"),
		{call: "POST addresses", keep: "address", send: `{
			"Street":"1 Main St\nBack yard","Room":"2","Locality":"Town","State":"NY","PostalCode":"12345","Country":"US","Description":"d",
			"Type":"office","Language":"en-US","Person":{"Type":"CoRole","Id":$job}}`},
		{call: "GET addresses/$address", has: `{
			"Id":"$address","Street":"1 Main St\nBack yard","Room":"2","Locality":"Town","State":"NY","PostalCode":"12345","Country":"US",
			"Description":"d","Type":"office","Language":"en-US","Person":"CoRole $job","Revision":0}`},
		{call: "POST telephone_numbers", keep: "phone", send: `{
			"CountryCode":"1","AreaCode":"555","Number":"1234567","Extension":"9","Description":"d","Type":"mobile","CoPersonRoleId":$job}`},
		{call: "GET telephone_numbers/$phone", has: `{
			"Id":"$phone","CountryCode":"1","AreaCode":"555","Number":"1234567","Extension":"9","Description":"d","Type":"mobile",
			"Person":"CoRole $job","Revision":0}`},
		{call: "POST ad_hoc_attributes", keep: "badge", send: `{"Tag":"badge","Value":"42","OrgIdentityId":$home}`},
		{call: "GET ad_hoc_attributes/$badge", has: `{"Id":"$badge","Tag":"badge","Value":"42","Person":"Org $home","Revision":0}`},
		// It may be moved to another parent in the CO, and is listed there.
		{call: "PUT ad_hoc_attributes/$badge", send: `{"Tag":"badge","CoPersonRoleId":$job}`},
		{call: "GET ad_hoc_attributes/$badge", has: `{"Value":"42","Person":"CoRole $job","Revision":1}`},
		{call: "GET ad_hoc_attributes?copersonroleid=$job", lists: "Id: $badge"},
		{call: "GET ad_hoc_attributes?orgidentityid=$home", answer: "204 Org Identity Has No AdHocAttribute"},
		{call: "POST telephone_numbers", send: `{"CoPersonRoleId":$job}`, answer: "400 Invalid Fields", faulty: "number"},
		{call: "POST ad_hoc_attributes", send: `{"CoPersonRoleId":$job}`, answer: "400 Invalid Fields", faulty: "tag"},
		{call: "POST addresses", send: `{"Type":"bogus","CoPersonRoleId":$job}`, answer: "400 Invalid Fields", faulty: "type"},
		{call: "POST telephone_numbers", send: `{"Number":"1","Type":"office","Person":{"Type":"CO","Id":$ada}}`, answer: "400 Invalid Fields", faulty: "person"},
	})
}

// TestOwnersOfContactData: every resource is refused without an owner and with an unknown one, and is listed
// by each kind of owner.
func TestOwnersOfContactData(t *testing.T) {
	const gone = "403 Person Does Not Exist"
	for path, send := range map[string]string{
		"names": `"Given":"Ada","Type":"official"`, "email_addresses": `"Mail":"ada@example.org","Type":"official"`,
		"identifiers": `"Identifier":"x-$n","Type":"uid","Status":"Active"`, "urls": `"Url":"https://example.org/","Type":"official"`,
		"addresses": `"Locality":"London"`, "telephone_numbers": `"Number":"1"`, "ad_hoc_attributes": `"Tag":"badge"`,
	} {
		t.Run(path, func(t *testing.T) {
			steps := []step{
				person("ada"), role("job", "ada", "Active"), orgIdentity("home"), group("readers", "readers"), department("library"), organization("univ"),
			}
			singular := resourceAt(path).Singular
			for _, o := range resourceAt(path).Owner().Owners {
				parent := map[string]string{
					"CO": "$ada", "CoRole": "$job", "Org": "$home", "Group": "$readers", "Dept": "$library", "Organization": "$univ",
				}[o.Word]
				noun := map[string]string{
					"CO": "CO Person", "CoRole": "CO Person Role", "Org": "Org Identity", "Group": "CO Group",
					"Dept": "CO Department", "Organization": "Organization",
				}[o.Word]
				list := "GET " + path + "?" + strings.ToLower(o.Name) + "="
				person := func(id string) string { return `{` + send + `,"Person":{"Type":"` + o.Word + `","Id":` + id + `}}` }
				steps = append(steps, []step{
					{call: list + parent, answer: "204 " + noun + " Has No " + singular},
					{call: list + "999999999", answer: "404 " + noun + " Unknown"},
					{call: list, answer: "400 Bad Request"},
					{call: "POST " + path, send: person(parent), keep: "row"},
					{call: "POST " + path, send: `{` + send + `,"` + o.Name + `":"` + parent + `"}`, keep: "flat"},
					{call: list + parent, lists: "Id: $row, $flat"},
					{call: list + parent + "&coid=$co", lists: "Id: $row, $flat"},
					{call: list + parent + "&shoe=42", lists: "Id: $row, $flat"},
					{call: "POST " + path, send: person("999999999"), answer: gone},
					{call: "POST " + path, send: person(`"seven"`), answer: gone},
					{call: "PUT " + path + "/$row", send: person("999999999"), answer: gone},
				}...)
			}
			perform(t, steps, []step{
				{call: "POST " + path, send: `{` + send + `}`, answer: "403 No Person Specified"},
				{call: "POST " + path, send: `{` + send + `,"Person":""}`, answer: "403 No Person Specified"},
				{call: "POST " + path, send: `{` + send + `,"Person":null}`, answer: "403 No Person Specified", only: "json"},
				{call: "PUT " + path + "/$row", send: `{` + send + `}`, answer: "403 No Person Specified"},
				{
					call: "POST " + path, send: `{` + send + `,"Person":{"Type":"Cat","Id":$ada}}`,
					answer: "400 Invalid Fields", faulty: "person",
				},
			})
		})
	}
}

// TestVerifiedAddressGivenAway: it becomes unverified, as it was verified for somebody else.
func TestVerifiedAddressGivenAway(t *testing.T) {
	edit := func(owner, answer string) step {
		return step{call: "PUT email_addresses/$mail", send: `{"Mail":"ada@example.org","Type":"official","Person":` + owner + `}`, answer: answer}
	}
	verified := func(is string) step { return step{call: "GET email_addresses/$mail", has: `{"Verified":` + is + `}`} }
	for title, owner := range map[string]string{"person": `{"Type":"CO","Id":$bob}`, "org identity": `{"Type":"Org","Id":$home}`} {
		t.Run(title, func(t *testing.T) {
			perform(t, []step{
				person("ada"), person("bob"), orgIdentity("home"),
				add("email_addresses", "mail", `"Mail":"ada@example.org","Type":"official","CoPersonId":$ada`),
				{call: "POST email_addresses/verify/$mail", answer: "200 OK"},
				edit(`{"Type":"CO","Id":$ada}`, ""), verified("true"),
				edit(owner, ""), verified("false"),
				edit(`{"Type":"CO","Id":$ada}`, ""), verified("false"),
			})
		})
	}
}
