package rest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"comity"
)

// TestPages: a page of a list has a link to the next, and the links lead through the whole list.
func TestPages(t *testing.T) {
	everywhere(t, func(s *fixture) {
		ids := s.addMany(comity.OrgIdentity.Resource, 7, func(*comity.Record, int) {})
		for _, limit := range []int{1, 3, 6, 7, 8, 1000} {
			var got []string
			next, pages := s.fill(fmt.Sprintf("org_identities.xml?limit=%d&coid=$co&shoe=4%%262", limit)), 0
			for ; next != ""; pages++ {
				a := s.call("admin", "GET", next, nil)
				if a.line() != "200 OK" || len(a.records) > limit {
					s.Fatalf("GET %s is answered %s with %d records", next, a.line(), len(a.records))
				}
				got = append(got, a.column("Id")...)
				next = s.next(a)
			}
			if want := (len(ids) + limit - 1) / limit; pages != want || !slices.Equal(got, ids) {
				s.Errorf("limit %d: %d pages of %v, want %d of %v", limit, pages, got, want, ids)
			}
		}
	})
}

// next returns the path of the page that an answer links to, "" for none.
func (s *fixture) next(a answer) string {
	s.Helper()
	link := a.header.Get("Link")
	if link == "" {
		return ""
	}
	path, found := strings.CutSuffix(link, `>; rel="next"`)
	path, below := strings.CutPrefix(path, "</registry/")
	if !found || !below {
		s.Fatalf("the link is %q", link)
	}
	return path
}

func TestPagesThatCannotBe(t *testing.T) {
	const bad = "400 Bad Request"
	perform(t, []step{
		person("ada"), person("bob"), name("one", "ada", "Ada"), name("two", "ada", "Augusta"),
		{call: "GET co_people?coid=$co&limit=0", answer: bad, says: "limit"},
		{call: "GET co_people?coid=$co&limit=-1", answer: bad, says: "limit"},
		{call: "GET co_people?coid=$co&limit=1001", answer: bad, says: "limit"},
		{call: "GET co_people?coid=$co&limit=", answer: bad, says: "limit"},
		{call: "GET co_people?coid=$co&limit=many", answer: bad, says: "limit"},
		{call: "GET co_people?coid=$co&after=last", answer: bad, says: "after"},
		{call: "GET co_people?coid=$co&after=-1", answer: bad, says: "after"},
		{call: "GET co_people?coid=$co&after=$ada", lists: "Id: $bob"},
		{call: "GET co_people?coid=$co&after=$bob", lists: "Id: "},
		{call: "GET co_people?coid=$co&limit=1", lists: "Id: $ada"},
		{call: "GET names?copersonid=$ada&limit=1&after=$one", lists: "Id: $two"},
		// After the last page the list is empty, which is not the answer for a parent without names.
		{call: "GET names?copersonid=$ada&limit=1&after=$two", lists: "Id: "},
		{call: "GET names?copersonid=$bob&limit=1", answer: "204 CO Person Has No Name"},
		{as: "admin", call: "GET co_people?limit=1", answer: "401 Unauthorized"},
	})
}

// TestExactSearches compare a whole value, case included.
func TestExactSearches(t *testing.T) {
	perform(t, []step{
		person("ada"), person("bob"), orgIdentity("home"), group("readers", "Readers"), group("more", "Readers too"), anotherCO("other"),
		add("co_groups", "theirs", `"CoId":$other,"Name":"Readers","Status":"Active"`),
		add("identifiers", "uid", `"Identifier":"Ada","Type":"uid","Status":"Active","CoPersonId":$ada`),
		add("identifiers", "eppn", `"Identifier":"Ada","Type":"eppn","Status":"Active","CoPersonId":$bob`),
		add("identifiers", "orgs", `"Identifier":"Ada","Type":"uid","Status":"Active","OrgIdentityId":$home`),
		add("email_addresses", "mail", `"Mail":"Ada@example.org","Type":"official","CoPersonId":$ada`),
		{call: "GET co_people?coid=$co&identifier=Ada", lists: "Id: $ada, $bob"},
		{call: "GET co_people?coid=$co&identifier=Ada&identifiertype=eppn", lists: "Id: $bob"},
		{call: "GET co_people?coid=$co&identifier=Ada&identifiertype=orcid", lists: "Id: "},
		{call: "GET co_people?coid=$co&identifier=ada", lists: "Id: "},
		{call: "GET co_people?coid=$co&identifier=Ad", lists: "Id: "},
		{call: "GET co_people?coid=$other&identifier=Ada", lists: "Id: "},
		{call: "GET co_groups?coid=$co&name=Readers", lists: "Id: $readers"},
		{call: "GET co_groups?coid=$co&name=readers", lists: "Id: "},
		{call: "GET co_groups?name=Readers&coid=$other", lists: "Id: $theirs"},
		{call: "GET identifiers?coid=$co&identifier=Ada", lists: "Id: $uid, $eppn, $orgs"},
		{call: "GET identifiers?copersonid=$bob&identifier=Ada", lists: "Id: $eppn"},
		{call: "GET identifiers?coid=$co&identifier=%00", lists: "Id: "},
		{call: "GET email_addresses?coid=$co&mail=Ada@example.org", lists: "Id: $mail"},
		{call: "GET email_addresses?coid=$co&mail=ada@example.org", lists: "Id: "},
		{as: "admin", call: "GET identifiers?identifier=Ada", answer: "401 Unauthorized"},
	})
}
