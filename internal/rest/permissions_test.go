package rest_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"comity"
	"comity/internal/authz"
	"comity/internal/signin"
)

// Callers who act for a CO person, by their relation to the specimens of a fixture: the person of these, an
// administrator of their unit, an owner and a member of their group, an administrator of the CO, and somebody
// unrelated.
const (
	chief     = "chief"
	unitAdmin = "unitadmin"
	owner     = "owner"
	subject   = "subject"
	fellow    = "fellow"
	bystander = "bystander"
)

// aboutPerson are the paths of the specimens about the person of a fixture.
var aboutPerson = []string{
	"co_people", "co_person_roles", "names", "email_addresses", "identifiers", "urls", "addresses", "telephone_numbers",
	"ad_hoc_attributes", "identity_documents", "co_t_and_c_agreements", "ssh_key_authenticator/ssh_keys", "co_group_members",
}

// related returns the relations of the specimen at a path to a caller.
func related(as, path string) authz.Relation {
	relation := authz.InCO
	linked := slices.Contains([]string{"org_identities", "co_org_identity_links", "history_records"}, path)
	switch as {
	case unitAdmin:
		if slices.Contains(append(aboutPerson, "cous", "co_groups"), path) {
			relation |= authz.InUnit
		}
		if slices.Contains(aboutPerson, path) || linked {
			relation |= authz.OfUnitPerson
		}
	case subject:
		if slices.Contains(append(aboutPerson, "cous"), path) || linked {
			relation |= authz.Mine
		}
		if path == "co_groups" {
			relation |= authz.Joined
		}
	case fellow:
		if path == "co_groups" {
			relation |= authz.Joined
		}
	case owner:
		if path == "co_groups" || path == "co_group_members" {
			relation |= authz.Owned
		}
		relation |= addable(path)
	}
	if path == "co_services" {
		relation |= authz.Offered
	}
	return relation
}

// addable returns the relation of a specimen to the owner of any group: they see who may be added, by name,
// address and unit.
func addable(path string) authz.Relation {
	if slices.Contains([]string{"cous", "co_people", "co_person_roles", "names", "email_addresses"}, path) {
		return authz.Addable
	}
	return 0
}

// allows says whether the table of permissions allows a caller an operation on a specimen, or on a similar
// record without a relation to them.
func allows(as string, op authz.Operation, sp specimen, near bool) bool {
	res := resourceAt(sp.path)
	switch as {
	case "", "admin", chief:
		return as == "" || res != comity.Co.Resource || op == authz.View
	case "user":
		return false
	}
	relation := authz.InCO
	if sp.path == "co_services" {
		relation |= authz.Offered
	}
	if near {
		relation = related(as, sp.path)
	} else if as == owner {
		relation |= addable(sp.path)
	}
	p := authz.PermissionFor(res)
	return []authz.Relation{p.View, p.Add, p.Edit, p.Delete}[op]&relation != 0
}

// TestEveryCallerEveryResourceEveryOperation compares the answers to everybody with the table of permissions:
// what is allowed succeeds; what is not is answered 404 if the caller may not know of the record, and 401
// otherwise.
func TestEveryCallerEveryResourceEveryOperation(t *testing.T) {
	for _, as := range []string{"", "admin", chief, unitAdmin, owner, subject, fellow, bystander, "user"} {
		t.Run("as "+as, func(t *testing.T) {
			everywhere(t, func(s *fixture) {
				s.perform(oneOfEach()...)
				far := maps.Clone(s.ids)
				s.perform(oneOfEach()...)
				if as == chief || slices.Contains(peopleCallers, as) {
					s.addCallers(as)
				}
				all := append([]specimen{{path: "cos", keep: "co", send: `{"Name":"$coname","Status":"Active"}`}}, specimens...)
				for _, sp := range all {
					s.walkViews(as, sp, s.ids[sp.keep], far[sp.keep])
				}
				for _, sp := range all[1:] {
					s.walkAdd(as, sp)
					s.walkChange(as, authz.Edit, sp, s.ids[sp.keep], true)
					s.walkChange(as, authz.Edit, sp, far[sp.keep], false)
					if as != "" && as != "admin" && as != chief {
						s.walkChange(as, authz.Delete, sp, far[sp.keep], false)
					}
				}
				// A person with a role cannot be deleted; without it they are in no unit.
				s.walkChange(as, authz.Delete, all[2], s.ids["person"], true)
				for _, sp := range slices.Backward(all[3:]) {
					s.walkChange(as, authz.Delete, sp, s.ids[sp.keep], true)
				}
				s.walkChange(as, authz.Delete, all[1], s.ids["unit"], true)
			})
		})
	}
}

// addCallers adds callers who act for a person.
func (s *fixture) addCallers(callers ...string) {
	s.Helper()
	for _, as := range callers {
		if as != subject {
			s.perform(person(as))
		}
		switch as {
		case chief:
			s.ids["chiefs"] = s.adminsOf("")
			s.perform(member("m1", "chiefs", chief))
		case unitAdmin:
			s.ids["unitadmins"] = s.adminsOf("unit")
			s.perform(member("m2", "unitadmins", unitAdmin))
		case fellow:
			s.perform(member("m3", "group", fellow))
		case owner:
			s.perform(add("co_group_members", "m4", `"CoGroupId":$group,"Person":{"Type":"CO","Id":$owner},"Member":false,"Owner":true`))
		case subject:
			s.acting(subject, "person")
			continue
		}
		s.acting(as, as)
	}
}

// adminsOf returns the group of the administrators of a unit, of the CO for "".
func (s *fixture) adminsOf(unit string) string {
	s.Helper()
	for _, g := range s.call("", "GET", s.fill("co_groups.json?coid=$co"), nil).records {
		if g["GroupType"] == comity.GroupAdmins && g["CouId"] == s.ids[unit] {
			return g["Id"]
		}
	}
	s.Fatalf("unit %q has no administrators", unit)
	return ""
}

// acting adds an API user who acts for a person.
func (s *fixture) acting(as, person string) {
	s.Helper()
	a := s.send("", "POST", "api_users.json",
		`{"Version":"1.0","CoId":$co,"Username":"`+as+`","CoPersonId":$`+person+`,"Status":"Active"}`, nil)
	s.expect(a, "201 Added")
	s.users[as] = signin.Login{Username: s.fill("co_$co." + as), Key: a.secret}
}

// walkViews views a specimen and a record without a relation to the caller, by id and in lists.
func (s *fixture) walkViews(as string, sp specimen, near, far string) {
	s.Helper()
	s.walkView(as, sp, near, true)
	if sp.path == "cos" {
		return
	}
	s.walkView(as, sp, far, false)
	got := s.call(as, "GET", sp.path+s.fill(".json?coid=$co"), nil)
	want := map[bool]string{true: "200 OK", false: "401 Unauthorized"}[lists(as, resourceAt(sp.path))]
	if got.line() != want {
		s.Errorf("list %s: %s, want %s", sp.path, got.line(), want)
	}
	listed := got.column("Id")
	for _, one := range []struct {
		id   string
		near bool
	}{{near, true}, {far, false}} {
		if may := allows(as, authz.View, sp, one.near); slices.Contains(listed, one.id) != may {
			s.Errorf("list %s, near: %v: it is listed: %v, want %v (%s)", sp.path, one.near, !may, may, got.line())
		}
	}
	// Deleted records are for administrators of the CO only.
	got = s.call(as, "GET", sp.path+s.fill(".json?coid=$co&deleted=true&modifiedsince=2001-01-01T00:00:00Z"), nil)
	if (got.line() == "401 Unauthorized") == administers(as) {
		s.Errorf("list what was deleted of %s: %s", sp.path, got.line())
	}
}

// administers says whether a caller administers the CO.
func administers(as string) bool { return slices.Contains([]string{"", "admin", chief}, as) }

// walkView checks that a view of a record is allowed as in the table, and that earlier states are for
// administrators of the CO only.
func (s *fixture) walkView(as string, sp specimen, id string, near bool) {
	s.Helper()
	res := resourceAt(sp.path)
	may := allows(as, authz.View, sp, near)
	want := map[bool]string{true: "200 OK", false: "404 " + string(res.UnknownOnView)}[may]
	if as == "user" {
		want = "401 Unauthorized"
	}
	if got := s.call(as, "GET", sp.path+"/"+id+".json", nil); got.line() != want {
		s.Errorf("view %s, near: %v: %s, want %s", sp.path, near, got.line(), want)
	}
	if res.AppendOnly || sp.path == "cos" {
		return
	}
	for _, which := range []string{"revision=0", "at=2100-01-01T00:00:00Z"} {
		want := "404 " + string(res.UnknownOnView)
		switch {
		case administers(as):
			want = "200 OK"
		case may, as == "user":
			want = "401 Unauthorized"
		}
		if got := s.call(as, "GET", sp.path+"/"+id+".json?"+which, nil); got.line() != want {
			s.Errorf("view %s?%s, seen: %v: %s, want %s", sp.path, which, may, got.line(), want)
		}
	}
}

// lists says whether the table allows a caller to list a resource: the list may be empty.
func lists(as string, res *comity.Resource) bool {
	view := authz.PermissionFor(res).View
	switch as {
	case "", "admin", chief:
		return true
	case "user":
		return false
	case unitAdmin:
		return view != 0
	}
	return view&^(authz.InUnit|authz.OfUnitPerson) != 0
}

func (s *fixture) walkAdd(as string, sp specimen) {
	s.Helper()
	body := s.envelope(sp.path, s.fill(sp.send))
	if sp.path == "identifiers" && slices.Contains(peopleCallers, as) {
		// They do not see targets, so they cannot name one.
		body = s.with(sp.send, "CoProvisioningTargetId", "null")
	}
	if sp.path == "co_person_roles" && as == unitAdmin {
		// Neither do they see people outside of the unit.
		body = s.with(sp.send, "ManagerCoPersonId", "null")
	}
	got := s.call(as, "POST", sp.path+".json", strings.NewReader(body))
	may := allows(as, authz.Add, sp, true)
	if sp.path == "co_people" && as == unitAdmin {
		may = true
	}
	refused := got.status == 401 || got.status == 400 || got.phrase == string(comity.PhrasePersonGone)
	if refused == may {
		s.Errorf("add %s: %s %s, but the table says %v", sp.path, got.line(), got.body, may)
	}
	if got.status == 201 {
		s.expect(s.call("", "GET", sp.path+"/"+got.created+".json", nil), "200 OK")
		if _, newestId := s.ids[sp.keep]; newestId && !resourceAt(sp.path).AppendOnly && sp.path != "cous" {
			s.call("", "DELETE", sp.path+"/"+got.created+".json", nil)
		}
	}
}

func (s *fixture) walkChange(as string, op authz.Operation, sp specimen, id string, near bool) {
	s.Helper()
	res := resourceAt(sp.path)
	if res.AppendOnly {
		return
	}
	method, send, unknown := "PUT", s.envelope(sp.path, s.fill(sp.send)), res.UnknownOnEdit
	if op == authz.Delete {
		method, send, unknown = "DELETE", "", res.UnknownOnDelete
	}
	got := s.call(as, method, sp.path+"/"+id+".json", strings.NewReader(send))
	switch {
	case as == "user":
		s.expect(got, "401 Unauthorized")
	case allows(as, op, sp, near):
		if got.status == 401 || got.status == 404 {
			s.Errorf("%s %s, near: %v: %s, but the table allows it", method, sp.path, near, got.line())
		}
	case allows(as, authz.View, sp, near):
		if got.line() != "401 Unauthorized" {
			s.Errorf("%s %s, near: %v: %s %s, want 401", method, sp.path, near, got.line(), got.body)
		}
	default:
		if got.line() != "404 "+string(unknown) {
			s.Errorf("%s %s, near: %v: %s %s, want 404", method, sp.path, near, got.line(), got.body)
		}
	}
}
