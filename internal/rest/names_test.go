package rest_test

import (
	"slices"
	"testing"
)

func TestAddName(t *testing.T) {
	perform(t, []step{
		person("ada"), orgIdentity("home"), role("job", "ada", "Active"),
		{call: "POST names", keep: "full", send: `{
			"Honorific":"Dr","Given":"Ada","Middle":"K","Family":"Lovelace","Suffix":"","Type":"official","Language":"en",
			"PrimaryName":true,"Person":{"Type":"CO","Id":$ada}}`},
		{call: "GET names/$full", has: `{
			"Id":"$full","Honorific":"Dr","Given":"Ada","Middle":"K","Family":"Lovelace","Suffix":"","Type":"official","Language":"en",
			"PrimaryName":true,"Person":"CO $ada","CoPersonId":null,"Revision":0,"Deleted":false}`},
		{call: "POST names", send: `{"Given":"Ada","Type":"fka","OrgIdentityId":$home}`, keep: "flat"},
		{call: "GET names/$flat", has: `{"Person":"Org $home","OrgIdentityId":null}`},
		{call: "POST names", answer: "400 Bad Request"},
		{call: "POST names", send: `{"Family":"King","CoPersonId":$ada}`, answer: "400 Invalid Fields", faulty: "given type"},
		{call: "POST names", send: `{"Given":"","Type":"official","CoPersonId":$ada}`, answer: "400 Invalid Fields", faulty: "given"},
		{call: "POST names", send: `{"Given":"x","Type":"bogus","CoPersonId":$ada}`, answer: "400 Invalid Fields", faulty: "type"},
		{
			call: "POST names", send: `{"Given":"x","Type":"official","Language":"not a tag","CoPersonId":$ada}`,
			answer: "400 Invalid Fields", faulty: "language",
		},
		{call: "POST names", send: `{"Given":"x","Type":"official"}`, answer: "403 No Person Specified"},
		{call: "POST names", send: `{"Given":"x","Type":"official","Person":{"Type":"CO","Id":999999999}}`, answer: "403 Person Does Not Exist"},
		{call: "POST names", send: `{"Given":"x","Type":"official","Person":{"Type":"Org","Id":999999999}}`, answer: "403 Person Does Not Exist"},
		{
			call: "POST names", send: `{"Given":"x","Type":"official","Person":{"Type":"CoRole","Id":$job}}`,
			answer: "400 Invalid Fields", faulty: "person",
		},
	})
}

func TestViewNames(t *testing.T) {
	perform(t, []step{
		person("ada"), orgIdentity("home"),
		{call: "GET names?coid=$co", lists: "Id: "},
		{call: "GET names?copersonid=$ada", answer: "204 CO Person Has No Name"},
		{call: "GET names?orgidentityid=$home", answer: "204 Org Identity Has No Name"},
		name("a", "ada", "Ada"), name("b", "ada", "Augusta"), add("names", "c", `"Given":"A","Type":"official","OrgIdentityId":$home`),
		{call: "GET names?copersonid=$ada", lists: "Given: Ada, Augusta"},
		{call: "GET names?orgidentityid=$home", lists: "Given: A"},
		{call: "GET names?coid=$co", lists: "Given: Ada, Augusta, A"},
		{call: "GET names?copersonid=999999999", answer: "404 CO Person Unknown"},
		{call: "GET names?orgidentityid=999999999", answer: "404 Org Identity Unknown"},
		{call: "GET names?copersonid=", answer: "400 Bad Request"},
		{call: "GET names?orgidentityid=", answer: "400 Bad Request"},
	})
}

// primaries returns steps that check which of the names of a person or org identity is primary.
func primaries(list, names, flags string) []step {
	return []step{{call: "GET names?" + list, lists: "Given: " + names}, {call: "GET names?" + list, lists: "PrimaryName: " + flags}}
}

// TestFirstNameIsPrimary until another is added or edited to be so.
func TestFirstNameIsPrimary(t *testing.T) {
	for owner, made := range map[string]step{"copersonid": person("ada"), "orgidentityid": orgIdentity("ada")} {
		flat := map[string]string{"copersonid": "CoPersonId", "orgidentityid": "OrgIdentityId"}[owner]
		named := func(keep, given, more string) step {
			return add("names", keep, `"Given":"`+given+`","Type":"official","`+flat+`":$ada`+more)
		}
		edited := func(keep, given, more, answer string) step {
			st := named("", given, more)
			return step{call: "PUT names/$" + keep, send: st.send, answer: answer}
		}
		t.Run(owner, func(t *testing.T) {
			perform(t, []step{
				made,
				named("a", "Ada", `,"PrimaryName":false`),
				named("b", "Bea", ``),
				named("c", "Cleo", `,"PrimaryName":true`),
			}, primaries(owner+"=$ada", "Ada, Bea, Cleo", "false, false, true"), []step{
				{call: "GET names/$a", has: `{"Revision":1}`},
				edited("b", "Bea", `,"PrimaryName":true`, ""),
			}, primaries(owner+"=$ada", "Ada, Bea, Cleo", "false, true, false"), []step{
				{call: "GET names/$c", has: `{"Revision":1}`},
				// Fields that an edit does not name stay as they are.
				edited("b", "Beatrix", ``, ""), edited("a", "Augusta", ``, ""),
			}, primaries(owner+"=$ada", "Augusta, Beatrix, Cleo", "false, true, false"), []step{
				{
					call: "PUT names/$b", send: `{"Given":"Beatrix","Type":"official","` + flat + `":$ada,"PrimaryName":false}`,
					answer: "400 Invalid Fields", faulty: "primary_name",
				},
				edited("a", "Augusta", `,"PrimaryName":false`, ""),
				{call: "DELETE names/$b", answer: "403 Primary Name Cannot Be Deleted"},
				{call: "DELETE names/$a"},
			}, primaries(owner+"=$ada", "Beatrix, Cleo", "true, false"), []step{
				edited("c", "Cleo", `,"PrimaryName":true`, ""),
				{call: "DELETE names/$b"},
				{call: "DELETE names/$c", answer: "403 Primary Name Cannot Be Deleted"},
			}, primaries(owner+"=$ada", "Cleo", "true"))
		})
	}
}

// TestNameGivenToAnotherOwner leaves both with exactly one primary name.
func TestNameGivenToAnotherOwner(t *testing.T) {
	give := func(name, person, more string) step {
		return step{call: "PUT names/$" + name, send: `{"Given":"` + name + `","Type":"official","Person":` + person + more + `}`}
	}
	refused := func(name, person, more string) step {
		st := give(name, person, more)
		st.answer = "403 Primary Name Cannot Be Deleted"
		return st
	}
	const ada, bob, home = `{"Type":"CO","Id":$ada}`, `{"Type":"CO","Id":$bob}`, `{"Type":"Org","Id":$home}`
	three := []step{person("ada"), person("bob"), orgIdentity("home"), name("x", "ada", "x"), name("y", "ada", "y"), name("z", "ada", "z")}
	for title, steps := range map[string][]step{
		"the primary one, to who has none": slices.Concat(
			[]step{give("x", bob, "")},
			primaries("copersonid=$ada", "y, z", "true, false"), primaries("copersonid=$bob", "x", "true")),
		"one that is not, to who has none": slices.Concat(
			[]step{give("y", bob, "")},
			primaries("copersonid=$ada", "x, z", "true, false"), primaries("copersonid=$bob", "y", "true")),
		"one that is not, to who has one": slices.Concat(
			[]step{name("b", "bob", "b"), give("y", bob, "")},
			primaries("copersonid=$ada", "x, z", "true, false"), primaries("copersonid=$bob", "y, b", "false, true")),
		// It stays primary, until another one is made so.
		"the primary one, to who has one": slices.Concat(
			[]step{name("b", "bob", "b"), give("x", bob, "")},
			primaries("copersonid=$ada", "y, z", "true, false"), primaries("copersonid=$bob", "x, b", "true, false")),
		"as the primary one": slices.Concat(
			[]step{name("b", "bob", "b"), give("y", bob, `,"PrimaryName":true`)},
			primaries("copersonid=$ada", "x, z", "true, false"), primaries("copersonid=$bob", "y, b", "true, false")),
		"the primary one, as one that is not": slices.Concat(
			[]step{name("b", "bob", "b"), give("x", bob, `,"PrimaryName":false`)},
			primaries("copersonid=$ada", "y, z", "true, false"), primaries("copersonid=$bob", "x, b", "false, true")),
		"to an org identity and back": slices.Concat(
			[]step{give("x", home, "")},
			primaries("copersonid=$ada", "y, z", "true, false"), primaries("orgidentityid=$home", "x", "true"),
			[]step{
				refused("x", ada, `,"PrimaryName":false`),
				add("names", "h", `"Given":"h","Type":"official","OrgIdentityId":$home`), give("x", ada, `,"PrimaryName":false`),
			},
			primaries("copersonid=$ada", "x, y, z", "false, true, false"), primaries("orgidentityid=$home", "h", "true")),
		// Moving it is like deleting it for its previous owner, and the last one cannot be deleted.
		"the only one": slices.Concat(
			[]step{give("x", bob, ""), give("y", bob, ""), refused("z", bob, ""), refused("z", home, ""), refused("z", bob, `,"PrimaryName":false`)},
			primaries("copersonid=$bob", "x, y", "false, true"), primaries("copersonid=$ada", "z", "true")),
	} {
		t.Run(title, func(t *testing.T) { perform(t, three, steps) })
	}
}
