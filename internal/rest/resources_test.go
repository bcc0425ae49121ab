package rest_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"comity"
)

// unknownBut are the resources that do not answer "<Singular> Unknown" to every operation on a missing id,
// with their answers to a view, an edit and a delete.
var unknownBut = map[string][3]string{
	"co_provisioning_targets": {"CoProvisioningTarget Unknown", "CoProvisioningTarget Unknown", "CoProvisioningTarget Not Found"},
	"cous":                    {"Cou Unknown", "Identifier Unknown", "Identifier Unknown"},
	"co_groups":               {"CoGroup Unknown", "Identifier Unknown", "Identifier Unknown"},
}

// TestEveryResourceHasTheSameOperations tests them for all resources but the COs: each in a CO that has one
// of those before it. What was deleted is added again, for those after it.
func TestEveryResourceHasTheSameOperations(t *testing.T) {
	var all []step
	for _, sp := range specimens {
		all = append(all, operationsOn(sp)...)
		if !resourceAt(sp.path).AppendOnly {
			all = append(all, makeAll([]specimen{sp})...)
		}
	}
	perform(t, all)
}

// operationsOn returns the steps that add a specimen and carry out every operation on it.
func operationsOn(sp specimen) []step {
	unknown, odd := unknownBut[sp.path]
	if !odd {
		unknown = [3]string{sp.singular + " Unknown", sp.singular + " Unknown", sp.singular + " Unknown"}
	}
	one, version := sp.path+"/$"+sp.keep, []string{"0", "1"}
	if !resourceAt(sp.path).Versioned {
		version = []string{"null", "null"}
	}
	invalid := requiredOf(sp.path)
	if sp.path == "co_group_members" {
		// A row must be a member or an owner; an edit is checked only if it names them.
		invalid += " member"
	}
	if sp.path == "history_records" {
		// It must be about a person, a group or an org identity.
		invalid = strings.Replace(invalid, "comment", "co_person_id comment", 1)
	}
	steps := append(makeAll([]specimen{sp}), []step{
		{call: "GET " + one, has: sp.part},
		{call: "GET " + one, has: `{"Id":"$` + sp.keep + `","Version":"1.0","Revision":` + version[0] + `}`},
		{call: "GET " + sp.path + "?coid=$co"},
		{call: "GET " + sp.path + "?coid=999999999", answer: "404 CO Unknown"},
		{call: "GET " + sp.path + "/999999999", answer: "404 " + unknown[0]},
		{call: "POST " + sp.path, answer: "400 Bad Request"},
		{call: "POST " + sp.path, send: `{"Version":"2.0"}`, answer: "400 Invalid Fields", faulty: invalid},
	}...)
	if resourceAt(sp.path).AppendOnly {
		return append(steps, []step{
			{call: "PUT " + one, send: sp.edit, answer: "404 Unknown"},
			{call: "PUT " + one, answer: "404 Unknown"},
			{call: "DELETE " + sp.path, answer: "404 Unknown"},
			{call: "DELETE " + one, answer: "404 Unknown"},
			{call: "GET " + one, has: sp.part},
		}...)
	}
	steps = append(steps, []step{
		{call: "PUT " + one, send: sp.edit},
		{call: "GET " + one, has: `{"Id":"$` + sp.keep + `","Revision":` + version[1] + `}`},
		{call: "PUT " + one, answer: "400 Bad Request"},
		{call: "PUT " + one, send: `{"Version":"2.0"}`, answer: "400 Invalid Fields", faulty: requiredOf(sp.path)},
		{call: "PUT " + sp.path + "/999999999", send: sp.edit, answer: "404 " + unknown[1]},
		{call: "DELETE " + sp.path, answer: "400 Invalid Fields", faulty: "id"},
		{call: "DELETE " + sp.path + "/999999999", answer: "404 " + unknown[2]},
	}...)
	if sp.path == "names" {
		// The primary name cannot be deleted.
		steps = append(steps, add("names", "primary", `"Given":"Ada","Type":"official","PrimaryName":true,"Person":{"Type":"CO","Id":$person}`))
	}
	return append(steps, []step{
		{call: "DELETE " + one},
		{call: "GET " + one, answer: "404 " + unknown[0]},
		{call: "PUT " + one, send: sp.edit, answer: "404 " + unknown[1]},
		{call: "DELETE " + one, answer: "404 " + unknown[2]},
	}...)
}

// TestSpecimensAreOfEveryResource: no resource is missing in the tests.
func TestSpecimensAreOfEveryResource(t *testing.T) {
	for _, r := range comity.All() {
		if r != comity.Co.Resource && !slices.ContainsFunc(specimens, func(sp specimen) bool { return sp.path == r.Path }) {
			t.Errorf("there is no specimen of %s", r.Path)
		}
	}
}

// TestViewAll: an administrator of the platform lists a resource in all COs, beginning with a record of the
// test, as other tests add to the same lists.
func TestViewAll(t *testing.T) {
	everywhere(t, func(s *fixture) {
		s.perform(oneOfEach()...)
		for _, sp := range append(slices.Clone(specimens), specimen{path: "cos", keep: "co"}) {
			id, err := strconv.ParseInt(s.ids[sp.keep], 10, 64)
			if err != nil {
				s.Fatal(err)
			}
			all := s.call("", "GET", fmt.Sprintf("%s.json?limit=1&after=%d", sp.path, id-1), nil)
			if all.phrase != "OK" || !slices.Contains(all.column("Id"), s.ids[sp.keep]) {
				s.Errorf("%d %s lists %d %s, of which none is %s", all.status, all.phrase, len(all.records), sp.path, s.ids[sp.keep])
			}
		}
	})
}

// requiredOf returns the field errors of an element with nothing in it but an unknown Version, in order.
func requiredOf(path string) string {
	fieldErrors := []string{"Version"}
	for _, f := range resourceAt(path).Fields {
		switch {
		case f.Kind == comity.Owner && f.MissingOwner:
			fieldErrors = append(fieldErrors, "co_person_id")
		case f.Required && f.Kind != comity.Owner:
			fieldErrors = append(fieldErrors, f.Column)
		}
	}
	slices.Sort(fieldErrors)
	return strings.Join(fieldErrors, " ")
}
