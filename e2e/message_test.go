package e2e_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/client"
)

// addGrace adds a person with everything that a message shows, but without the identifier to be sent
// under.
func addGrace(t *testing.T, c *client.Client, co int64) (person, role int64) {
	t.Helper()
	person = add(t, c, fields{
		comity.CoPerson.CoId: co, comity.CoPerson.Status: comity.Active, comity.CoPerson.DateOfBirth: "1906-12-09",
	})
	of := owner{comity.OwnerCO, person}
	add(t, c, fields{
		comity.Name.Honorific: "Dr", comity.Name.Given: "Grace", comity.Name.Middle: "B", comity.Name.Family: "Hopper",
		comity.Name.Suffix: "III", comity.Name.Language: "en", comity.Name.Type: "official", comity.Name.Person: of,
	})
	add(t, c, fields{comity.EmailAddress.Mail: "grace@example.org", comity.EmailAddress.Type: "official", comity.EmailAddress.Person: of})
	add(t, c, fields{comity.Url.Url: "https://example.org/", comity.Url.Type: "official", comity.Url.Person: of})
	unit := add(t, c, fields{comity.Cou.CoId: co, comity.Cou.Name: "Physics"})
	role = add(t, c, fields{
		comity.CoPersonRole.CouId: unit, comity.CoPersonRole.Affiliation: "staff", comity.CoPersonRole.Title: "Professor",
		comity.CoPersonRole.O: "Univ", comity.CoPersonRole.Ou: "CS", comity.CoPersonRole.Status: comity.Active, comity.CoPersonRole.Person: of,
		comity.CoPersonRole.ValidFrom:    time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		comity.CoPersonRole.ValidThrough: time.Date(2999, 12, 31, 23, 59, 59, 0, time.UTC),
	})
	inRole := owner{comity.OwnerRole, role}
	add(t, c, fields{
		comity.Address.Street: "1 Main St", comity.Address.Room: "2", comity.Address.Locality: "Town", comity.Address.State: "NY",
		comity.Address.PostalCode: "12345", comity.Address.Country: "US", comity.Address.Language: "en", comity.Address.Type: "office",
		comity.Address.Person: inRole,
	})
	add(t, c, fields{
		comity.TelephoneNumber.CountryCode: "1", comity.TelephoneNumber.AreaCode: "555", comity.TelephoneNumber.Number: "1234567",
		comity.TelephoneNumber.Extension: "9", comity.TelephoneNumber.Type: "office", comity.TelephoneNumber.Person: inRole,
	})
	readers := add(t, c, fields{comity.CoGroup.CoId: co, comity.CoGroup.Name: "readers", comity.CoGroup.Status: comity.Active})
	add(t, c, fields{comity.CoGroupMember.CoGroupId: readers, comity.CoGroupMember.Member: true, comity.CoGroupMember.Person: of})
	owned := add(t, c, fields{comity.CoGroup.CoId: co, comity.CoGroup.Name: "owned", comity.CoGroup.Status: comity.Active})
	add(t, c, fields{comity.CoGroupMember.CoGroupId: owned, comity.CoGroupMember.Owner: true, comity.CoGroupMember.Person: of})
	add(t, c, fields{
		comity.Identifier.Identifier: "B-17", comity.Identifier.Type: "badge", comity.Identifier.Status: comity.Suspended, comity.Identifier.Person: of,
	})
	return person, role
}

// grace is the message about that person, and is all of it.
const grace = `{
 "meta": {"version": "1.0.0", "objectType": "person"},
 "person": {
  "meta": {"id": "grace hopper/1", "created": "<ts>", "lastModified": "<ts>"},
  "status": "active",
  "names": [{"meta": {"id": "1", "created": "<ts>", "lastModified": "<ts>"}, "prefix": "Dr", "given": "Grace", "middle": "B", "family": "Hopper",
    "suffix": "III", "language": "en", "formatted": "Grace B Hopper III", "type": "official"}],
  "identifiers": [{"meta": {"id": "2", "created": "<ts>", "lastModified": "<ts>"}, "identifier": "grace hopper/1", "type": "uid"}],
  "emailAddresses": [{"meta": {"id": "1", "created": "<ts>", "lastModified": "<ts>"}, "address": "grace@example.org", "type": "official"}],
  "urls": [{"meta": {"id": "1", "created": "<ts>", "lastModified": "<ts>"}, "url": "https://example.org/", "type": "official"}],
  "roles": [{"meta": {"id": "1", "created": "<ts>", "lastModified": "<ts>"}, "couId": "<id>", "title": "Professor", "organization": "Univ", "department": "CS",
    "validFrom": "2020-01-01T00:00:00Z", "validThrough": "2999-12-31T23:59:59Z", "affiliation": "staff", "rank": 1,
    "addresses": [{"meta": {"id": "1", "created": "<ts>", "lastModified": "<ts>"}, "streetAddress": "1 Main St", "room": "2", "locality": "Town",
      "region": "NY", "postalCode": "12345", "country": "US", "language": "en", "formatted": "1 Main St, Town, NY, 12345, US", "type": "office"}],
    "telephoneNumbers": [{"meta": {"id": "1", "created": "<ts>", "lastModified": "<ts>"}, "number": "+1 555 1234567 x9", "type": "office"}],
    "status": "active"}],
  "dateOfBirth": "1906-12-09",
  "members": ["CO:COU:Physics:members:active", "CO:COU:Physics:members:all", "CO:members:active", "CO:members:all", "readers"]
 }}`

const graceWithoutAttributes = `{
 "meta": {"version": "1.0.0", "objectType": "person"},
 "person": {"meta": {"id": "grace hopper/1", "created": "<ts>", "lastModified": "<ts>"}}}`

// is checks that a message is the one that is wanted, and nothing more.
func (m message) is(t *testing.T, want string) {
	t.Helper()
	wanted, err := readJSON(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := readJSON(m.body)
	if err != nil {
		t.Fatal(err)
	}
	if diffs := compare("the message", wanted, got, true); len(diffs) > 0 {
		t.Errorf("%s\nthe whole message: %s", strings.Join(diffs, "\n"), m.body)
	}
}

func TestMessageShowsThePersonAsDocumented(t *testing.T) {
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("comity:s3cret"))
	const deleted = `{"meta": {"version": "1.0.0", "objectType": "person"}, "person": {"meta": {"id": "grace hopper/1", "deleted": true}}}`
	type request struct{ method, path, body string }
	tests := []struct {
		name          string
		endpoint      endpoint
		authorization string
		sends, ends   request
	}{
		{
			"PUT with Basic",
			endpoint{protocol: comity.ProtocolPUT, auth: comity.AuthBasic, user: "comity", password: "s3cret"},
			basic,
			request{"PUT", "/api/people/grace%20hopper%2F1", grace},
			request{"DELETE", "/api/people/grace%20hopper%2F1", ""},
		},
		{
			"POST with Bearer",
			endpoint{protocol: comity.ProtocolPOST, auth: comity.AuthBearer, password: "t0ken"},
			"Bearer t0ken",
			request{"POST", "/api/people/", grace},
			request{"POST", "/api/people/", deleted},
		},
		{
			"PUT without attributes",
			endpoint{more: fields{comity.CoApiProvisionerTarget.IncludeAttributes: false}},
			"",
			request{"PUT", "/api/people/grace%20hopper%2F1", graceWithoutAttributes},
			request{"DELETE", "/api/people/grace%20hopper%2F1", ""},
		},
	}
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		co := addCO(t, c, "Telescope")
		sinks := make([]*receiver, len(tests))
		for i, tt := range tests {
			sinks[i] = receive(t)
			addTarget(t, c, co, sinks[i].URL+"/api/people/", tt.endpoint)
		}
		check := func(m message, want request, authorization string) {
			t.Helper()
			if m.method != want.method || m.path != want.path {
				t.Errorf("it is sent by %s %s, want %s %s", m.method, m.path, want.method, want.path)
			}
			if got := m.header.Get("Authorization"); got != authorization {
				t.Errorf("Authorization is %q, want %q", got, authorization)
			}
			if want.body == "" {
				if m.body != "" {
					t.Errorf("its body is %q, want none", m.body)
				}
				return
			}
			if got := m.header.Get("Content-Type"); got != "application/json" {
				t.Errorf("Content-Type is %q", got)
			}
			m.is(t, want.body)
		}

		person, role := addGrace(t, c, co)
		addIdentifier(t, c, person, "grace hopper/1")
		for i, tt := range tests {
			check(sinks[i].knowsOf(t, "grace hopper/1"), tt.sends, tt.authorization)
		}

		remove(t, c, comity.CoPersonRole.Resource, role)
		remove(t, c, comity.CoPerson.Resource, person)
		for i, tt := range tests {
			check(sinks[i].forgets(t, "grace hopper/1"), tt.ends, tt.authorization)
		}
	})
}
