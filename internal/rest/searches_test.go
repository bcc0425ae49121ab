package rest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"comity"
)

// TestSearchOrgIdentities: a login is resolved by an identifier or an address, and a request for a few never
// returns all.
func TestSearchOrgIdentities(t *testing.T) {
	has := func(org, value string) step {
		return add("identifiers", "i", `"Identifier":"`+value+`","Type":"eppn","Status":"Active","Person":{"Type":"Org","Id":$`+org+`}`)
	}
	search := func(query, found string) step {
		return step{call: "GET org_identities?coid=$co&" + query, lists: strings.TrimSpace("Id: " + found)}
	}
	perform(t, []step{
		person("ada"), orgIdentity("stranger"), orgIdentity("home"), orgIdentity("away"), orgIdentity("bare"),
		has("stranger", "xada@example.org"), has("stranger", "ADA@example.org"), has("home", "ada@example.org"), has("away", "ada@example.org.example"),
		add("email_addresses", "m", `"Mail":"ada@example.org","Type":"official","Person":{"Type":"Org","Id":$away}`),
		add("email_addresses", "m", `"Mail":"xada@example.org","Type":"official","Person":{"Type":"Org","Id":$home}`),
		// Those of a person, of a group and of another CO are not found.
		identifier("uid", "ada", "ada@example.org"),
		add("email_addresses", "m", `"Mail":"ada@example.org","Type":"official","CoPersonId":$ada`),
		// Without a limit, exact matches come first.
		search("search.identifier=ada@example.org", "$home, $stranger, $away"),
		search("search_identifier=ada@example.org", "$home, $stranger, $away"),
		search("search.identifier=%20ada@example.org%20", "$home, $stranger, $away"),
		search("search.identifier=ada@example.org&after=0", "$home, $stranger, $away"),
		search("search.identifier=ada@example.org&limit=2", "$stranger, $home"),
		search("search.identifier=ada@example.org&limit=2&after=$home", "$away"),
		search("search.identifier=Ada@Example", "$stranger, $home, $away"),
		search("search.identifier=xada", "$stranger"),
		search("search.identifier=nobody", ""),
		search("search.identifier=", ""),
		search("search.identifier=%25", ""),
		search("search.mail=ada@example.org", "$away"),
		search("search_mail=ada@example.org", "$away"),
		search("search.mail=ADA@example.org", ""),
		search("search.mail=example.org", ""),
		search("search.mail=", ""),
		search("search.identifier=ada@example.org&search.mail=ada@example.org", "$away"),
		search("search.identifier=ada@example.org&search.identifier=.example", "$away"),
		search("search.identifier=ada@example.org&search.mail=nobody@example.org", ""),
		{call: "GET org_identities?coid=999999999&search.identifier=ada", answer: "404 CO Unknown"},
		{as: "stranger", call: "GET org_identities?coid=$otherco&search.identifier=ada", lists: "Id:"},
		{as: "admin", call: "GET org_identities?search.identifier=ada", answer: "401 Unauthorized"},
		{as: "admin", call: "GET org_identities?coid=$co&search.identifier=ada@example.org", lists: "Id: $home, $stranger, $away"},
	})
}

// TestSearchWithoutACO finds what is in any.
func TestSearchWithoutACO(t *testing.T) {
	everywhere(t, func(s *fixture) {
		other := s.fixture(s, "json")
		s.ids["mark"] = s.fill("mark$n@example.org")
		var homes []string
		for _, in := range []*fixture{s, other} {
			in.perform(orgIdentity("home"), person("ada"), group("readers", "readers"))
			homes = append(homes, in.ids["home"])
			for _, o := range []string{"Org/home", "CO/ada", "Group/readers"} {
				word, id, _ := strings.Cut(o, "/")
				owner := fmt.Sprintf(`"Person":{"Type":"%s","Id":%s}`, word, in.ids[id])
				in.perform(add("identifiers", "i", `"Identifier":"`+s.ids["mark"]+`","Type":"`+map[string]string{"Org": "eppn", "CO": "uid", "Group": "mail"}[word]+`","Status":"Active",`+owner))
				if word != "Group" {
					in.perform(add("email_addresses", "m", `"Mail":"`+s.ids["mark"]+`","Type":"official",`+owner))
				}
			}
		}
		for _, query := range []string{"search.identifier=$mark", "search_mail=$mark", "search.identifier=$mark&search.mail=$mark"} {
			s.perform(step{call: "GET org_identities?" + query, lists: "Id: " + strings.Join(homes, ", ")})
			s.perform(step{call: "GET co_people?" + query, lists: "Id: " + s.ids["ada"] + ", " + other.ids["ada"]})
		}
		s.perform(step{call: "GET co_groups?search.identifier=$mark", lists: "Id: " + s.ids["readers"] + ", " + other.ids["readers"]})
	})
}

// TestExactIdentifiersStandFirst in every search.
func TestExactIdentifiersStandFirst(t *testing.T) {
	for path, tt := range map[string]struct{ word, send string }{
		"co_people":      {"CO", `"CoId":$co,"Status":"Active"`},
		"org_identities": {"Org", `"CoId":$co`},
		"co_groups":      {"Group", `"CoId":$co,"Status":"Active","Name":"g $n"`},
	} {
		t.Run(path, func(t *testing.T) {
			steps := []step{}
			for i, value := range []string{"xuid7x", "UID7", "uid7", "uid77"} {
				keep := fmt.Sprintf("r%d", i)
				steps = append(steps, add(path, keep, tt.send),
					add("identifiers", "i", `"Identifier":"`+value+`","Type":"uid","Status":"Suspended","Person":{"Type":"`+tt.word+`","Id":$`+keep+`}`))
			}
			steps = append(steps,
				step{call: "GET " + path + "?coid=$co&search.identifier=uid7", lists: "Id: $r2, $r0, $r1, $r3"},
				step{call: "GET " + path + "?coid=$co&search.identifier=uid7&after=$r0", lists: "Id: $r2, $r1, $r3"},
				step{call: "GET " + path + "?coid=$co&search.identifier=uid7&limit=1000", lists: "Id: $r0, $r1, $r2, $r3"},
			)
			perform(t, steps)
		})
	}
}

// TestLongSearches list each record once, exact matches first, over several pages.
func TestLongSearches(t *testing.T) {
	const count = 2001
	everywhere(t, func(s *fixture) {
		ids := s.addMany(comity.OrgIdentity.Resource, count, func(*comity.Record, int) {})
		f := comity.Identifier
		s.addMany(f.Resource, count, func(rec *comity.Record, i int) {
			rec.SetText(f.Identifier, map[bool]string{true: "anonymous", false: "anonymous too"}[i%2 == 1])
			rec.SetText(f.Type, "eppn")
			rec.SetText(f.Status, comity.Active)
			rec.SetBool(f.Login, false)
			rec.SetOwner(f.Person, comity.OwnerOrg, comity.ParseId(ids[i]))
		})
		var want []string
		for _, first := range []int{1, 0} {
			for i := first; i < count; i += 2 {
				want = append(want, ids[i])
			}
		}
		a := s.call("admin", "GET", s.fill("org_identities.json?coid=$co&search.identifier=anonymous"), nil)
		if a.line() != "200 OK" || !slices.Equal(a.column("Id"), want) {
			s.Errorf("the search is answered %s with %d records, want %d, each once, those first that are exactly so", a.line(), len(a.records), count)
		}
	})
}

// TestOrgIdentitiesOfAPerson.
func TestOrgIdentitiesOfAPerson(t *testing.T) {
	link := func(person, org string) step {
		return add("co_org_identity_links", "l", `"CoPersonId":$`+person+`,"OrgIdentityId":$`+org)
	}
	list := "GET org_identities?copersonid="
	perform(t, []step{
		person("ada"), person("bob"), person("eve"), orgIdentity("first"), orgIdentity("second"), orgIdentity("third"), orgIdentity("nobodys"),
		link("ada", "third"), link("bob", "second"), link("ada", "first"),
		{call: list + "$ada", lists: "Id: $first, $third"},
		{as: "admin", call: list + "$ada", lists: "Id: $first, $third"},
		{call: list + "$ada&coid=$co&limit=1", lists: "Id: $first"},
		{call: list + "$ada&copersonid=$bob", answer: "204 CO Person Has No OrgIdentity"},
		{call: list + "$eve", answer: "204 CO Person Has No OrgIdentity"},
		{call: list + "999999999", answer: "404 CO Person Unknown"},
		{as: "stranger", call: list + "$ada", answer: "404 CO Person Unknown"},
		{call: list, answer: "400 Bad Request", says: "copersonid"},
		{call: list + "$ada&modifiedsince=2000-01-01T00:00:00Z", lists: "Id: $first, $third"},
		{call: list + "$ada&modifiedsince=2000-01-01T00:00:00Z&deleted=true", answer: "400 Bad Request", says: "copersonid"},
		{call: "GET co_groups?copersonid=$ada&modifiedsince=2000-01-01T00:00:00Z&deleted=true", answer: "400 Bad Request", says: "copersonid"},
	})
}

// TestParametersOfOtherLists: one that narrows other lists is refused; one that has no meaning anywhere is
// ignored.
func TestParametersOfOtherLists(t *testing.T) {
	keys := []string{"at", "search.shoe"}
	for _, r := range comity.All() {
		for _, key := range r.ListKeys() {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	everywhere(t, func(s *fixture) {
		for _, r := range comity.All() {
			for _, key := range keys {
				if slices.Contains(r.ListKeys(), key) || r == comity.CoGroupMember.Resource && key == "at" {
					continue
				}
				for _, key := range []string{key, strings.Replace(key, "search.", "search_", 1), strings.ToUpper(key)} {
					query := "?coid=$co&" + key + "=1"
					if r == comity.Co.Resource {
						query = "?" + key + "=1"
					}
					want := "400 Bad Request"
					if r.StrictQuery && (strings.HasSuffix(key, "shoe") || key == strings.ToUpper(key)) {
						want = "422 Unprocessable Entity"
					}
					a := s.call("", "GET", s.fill(r.Path+".json"+query), nil)
					if a.line() != want || !strings.Contains(a.says, key) {
						s.Errorf("%s by %s is answered %s %q, want %s", r.Path, key, a.line(), a.says, want)
					}
				}
			}
			want := "200 OK"
			if r.StrictQuery {
				want = "422 Unprocessable Entity"
			}
			if a := s.call("", "GET", r.Path+".json?modifiedsince=2999-01-01T00:00:00Z&shoe=42", nil); a.line() != want {
				s.Errorf("%s by what is no parameter is answered %s, want %s", r.Path, a.line(), want)
			}
		}
		s.perform(
			step{as: "admin", call: "GET cous?copersonid=5", answer: "401 Unauthorized"},
			step{call: "GET org_identities?CoId=$co", answer: "400 Bad Request", says: "CoId"},
			step{call: "GET org_identities?coid=$co&Search.Identifier=ada", answer: "400 Bad Request", says: "Search.Identifier"},
			step{call: "GET co_people?coid=$co&identifiertype=uid", answer: "400 Bad Request", says: "identifiertype"},
		)
	})
}
