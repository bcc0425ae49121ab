package console_test

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/view"
	"comity/internal/signin"
)

// The callers who walk, as in the walk of the API: those who act for a CO person stand to the near
// examples as their names say.
const (
	operator  = "operator"
	admin     = "admin"
	chief     = "chief"
	unitAdmin = "unitadmin"
	owner     = "owner"
	subject   = "subject"
	fellow    = "fellow"
	bystander = "bystander"
	nobody    = "nobody"
)

var callers = []string{operator, admin, chief, unitAdmin, owner, subject, fellow, bystander, nobody}

// aboutPerson are the resources whose example is about the person of the fixture.
var aboutPerson = []*comity.Resource{
	comity.CoPerson.Resource, comity.CoPersonRole.Resource, comity.Name.Resource, comity.EmailAddress.Resource, comity.Identifier.Resource,
	comity.Url.Resource, comity.Address.Resource, comity.TelephoneNumber.Resource, comity.AdHocAttribute.Resource,
	comity.IdentityDocument.Resource, comity.CoTAndCAgreement.Resource, comity.SshKey.Resource, comity.CoGroupMember.Resource,
}

// linked are the resources whose example refers to the person without belonging to their unit.
var linked = []*comity.Resource{comity.OrgIdentity.Resource, comity.CoOrgIdentityLink.Resource, comity.HistoryRecord.Resource}

// related says how the near example of a resource stands to a caller.
func related(as string, r *comity.Resource) authz.Relation {
	relation := authz.InCO
	isGroup, isAbout := r == comity.CoGroup.Resource, slices.Contains(aboutPerson, r)
	switch as {
	case unitAdmin:
		if isAbout || isGroup || r == comity.Cou.Resource {
			relation |= authz.InUnit
		}
		if isAbout || slices.Contains(linked, r) {
			relation |= authz.OfUnitPerson
		}
	case subject:
		if isAbout || slices.Contains(linked, r) || r == comity.Cou.Resource {
			relation |= authz.Mine
		}
		if isGroup {
			relation |= authz.Joined
		}
	case fellow:
		if isGroup {
			relation |= authz.Joined
		}
	case owner:
		if isGroup || r == comity.CoGroupMember.Resource {
			relation |= authz.Owned
		}
		relation |= addable(r)
	}
	return relation
}

// addable is how a example stands to the owner of any group: they see who may be added, by name, address
// and unit.
func addable(r *comity.Resource) authz.Relation {
	if len(authz.PermissionFor(r).Distinguishing) > 0 {
		return authz.Addable
	}
	return 0
}

// allows says whether the table of permissions lets a caller do this to a example, or to one that
// nothing relates to them.
func allows(as string, op authz.Operation, r *comity.Resource, near bool) bool {
	switch as {
	case operator, admin, chief:
		return true
	case nobody:
		return false
	}
	relation := authz.InCO
	if near {
		relation = related(as, r)
	} else if as == owner {
		relation |= addable(r)
	}
	if r == comity.CoService.Resource {
		relation |= authz.Offered
	}
	p := authz.PermissionFor(r)
	return []authz.Relation{p.View, p.Add, p.Edit, p.Delete}[op]&relation != 0
}

// isNear says whether the near example is so to a caller: the second group is to those who are in it
// by way of the first.
func isNear(as string, sp example) bool { return sp.keep != "ring" || as == subject || as == fellow }

// lists says whether the table lets a caller see any list of a resource.
func lists(as string, r *comity.Resource) bool {
	view := authz.PermissionFor(r).View
	switch as {
	case operator, admin, chief:
		return true
	case nobody:
		return false
	case unitAdmin:
		return view != 0
	}
	return view&^(authz.InUnit|authz.OfUnitPerson|authz.Enrolling) != 0
}

// permissionFixture is a CO with one of each resource, but for a second group, near to the callers and one far from them.
type permissionFixture struct {
	*testing.T
	*fixture
	base      string
	co        int64
	near, far map[string]string
	logins    map[string]signin.Login
}

// TestEveryCallerEveryResourceEveryOperation holds what everybody sees and can do by browser against
// the table of permissions: pages show the buttons for what may be done and no others, and what may
// not be done is refused to whoever knows its address.
func TestEveryCallerEveryResourceEveryOperation(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		s := &permissionFixture{T: t, fixture: fx, base: fx.serve(t, nil).URL, co: fx.addCO(t)}
		s.cast()
		for _, as := range callers {
			t.Run(as, func(t *testing.T) {
				s := *s
				s.T = t
				b := signedIn(t, s.base, s.logins[as])
				for _, sp := range examples {
					s.looks(b, as, sp, s.near[sp.keep], isNear(as, sp))
					s.looks(b, as, sp, s.far[sp.keep], false)
					s.adds(b, as, sp)
				}
				for _, sp := range slices.Backward(examples) {
					s.changes(b, as, sp, s.near[sp.keep], isNear(as, sp))
					s.changes(b, as, sp, s.far[sp.keep], false)
				}
			})
		}
	})
}

// furnish makes one of each resource.
func (s *permissionFixture) furnish(b *browser) map[string]string {
	ids := s.bare(s.T, s.co)
	for _, sp := range examples {
		b.get(s.at(sp.resource)+"new", 200)
		b.submit(s.placed(sp, ids), 200)
		if to := b.link("I have it"); to != "" {
			b.get(to, 200)
		}
		ids[sp.keep] = path.Base(b.at())
	}
	return ids
}

// placed is what a example is sent with, its group in the unit.
func (s *permissionFixture) placed(sp example, ids map[string]string) values {
	send := maps.Clone(sp.send)
	switch sp.keep {
	case "group":
		send["CouId"] = "$unit"
	case "line":
		send["OrgIdentityId"] = "$org"
	}
	return fill(s.T, ids, send)
}

func (s *permissionFixture) at(r *comity.Resource) string {
	return fmt.Sprintf("/console/co/%d/%s/", s.co, path.Base(r.Path))
}

// cast furnishes the CO twice and makes the callers.
func (s *permissionFixture) cast() {
	b := signedIn(s.T, s.base, s.operator)
	s.far, s.near = s.furnish(b), s.furnish(b)
	group, unit := comity.ParseId(s.near["group"]), comity.ParseId(s.near["unit"])
	people := map[string]int64{subject: comity.ParseId(s.near["person"])}
	for _, as := range []string{chief, unitAdmin, owner, fellow, bystander} {
		people[as] = s.addPerson(s.T, s.co, as, "")
	}
	s.join(people[chief], s.admins(0), false)
	s.join(people[unitAdmin], s.admins(unit), false)
	s.join(people[fellow], group, false)
	s.join(people[owner], group, true)
	s.logins = map[string]signin.Login{operator: s.operator}
	for as, person := range people {
		s.logins[as] = s.addUser(as, person)
	}
	for as, privileged := range map[string]bool{admin: true, nobody: false} {
		login, err := s.signin.AddUser(s.Context(), s.co, as, privileged, "")
		if err != nil {
			s.Fatal(err)
		}
		s.logins[as] = login
	}
}

func (s *permissionFixture) join(person, group int64, owner bool) {
	f := comity.CoGroupMember
	s.add(s.T, f.Resource, func(rec *comity.Record) {
		rec.SetInt(f.CoGroupId, group)
		rec.SetOwner(f.Person, comity.OwnerCO, person)
		rec.SetBool(f.Member, !owner)
		rec.SetBool(f.Owner, owner)
	})
}

// admins is the group of the administrators of a unit, of the CO for 0.
func (s *permissionFixture) admins(unit int64) int64 {
	l, err := s.reader.List(s.Context(), authz.System("test"), view.ListQuery{Resource: comity.CoGroup.Resource, CoIds: []int64{s.co}})
	if err != nil {
		s.Fatal(err)
	}
	f := comity.CoGroup
	for _, g := range l.Records {
		if g.Text(f.GroupType) == comity.GroupAdmins && g.Int(f.CouId) == unit {
			return g.Id
		}
	}
	s.Fatalf("unit %d has no administrators", unit)
	return 0
}

// addUser makes an API user who acts for a person.
func (s *permissionFixture) addUser(as string, person int64) signin.Login {
	f := comity.ApiUser
	rec := comity.NewRecord(f.Resource)
	rec.SetInt(f.CoId, s.co)
	rec.SetText(f.Username, as)
	rec.SetInt(f.CoPersonId, person)
	rec.SetText(f.Status, comity.Active)
	added, err := s.registry.Add(s.Context(), authz.System("test"), f.Resource, comity.Input{Record: rec})
	if err != nil {
		s.Fatal(err)
	}
	return signin.Login{Username: fmt.Sprintf("co_%d.%s", s.co, as), Key: added.Generated}
}

// looks walks the list and the page of a example, and reads which buttons they have.
func (s *permissionFixture) looks(b *browser, as string, sp example, id string, near bool) {
	s.Helper()
	what := fmt.Sprintf("%s of %s, near: %v", sp.resource.Singular, as, near)
	may := allows(as, authz.View, sp.resource, near)
	b.ask(s.at(sp.resource) + id + "/")
	if (b.page.status == 200) != may {
		s.Errorf("view %s: %d, but the table says %v", what, b.page.status, may)
	}
	if may && b.page.status == 200 && !sp.resource.AppendOnly {
		for button, op := range map[string]authz.Operation{"Edit": authz.Edit, "Delete": authz.Delete} {
			if shown, may := b.offers(id, button), allows(as, op, sp.resource, near); shown != may && !s.isReserved(as, sp) {
				s.Errorf("%s %s: the button is there: %v, but the table says %v", button, what, shown, may)
			}
		}
	}
	b.ask(s.at(sp.resource))
	if (b.page.status == 200) != lists(as, sp.resource) {
		s.Errorf("list %s: %d, but the table says %v", what, b.page.status, lists(as, sp.resource))
	}
}

// isReserved says that more than the table decides: nobody but administrators changes a login.
func (s *permissionFixture) isReserved(as string, sp example) bool {
	return as == unitAdmin && sp.resource == comity.Identifier.Resource
}

// adds opens the form of a example, and sends it as somebody would who knows its address.
func (s *permissionFixture) adds(b *browser, as string, sp example) {
	s.Helper()
	may := allows(as, authz.Add, sp.resource, true) || as == unitAdmin && sp.resource == comity.CoPerson.Resource
	b.ask(s.at(sp.resource) + "new")
	if may && b.page.status != 200 {
		s.Errorf("the form to add a %s is answered %d to %s, but the table allows it", sp.resource.Singular, b.page.status, as)
	}
	if may {
		return // that it can be sent, TestEveryResource shows
	}
	b.send(s.at(sp.resource)+"new", s.placed(sp, s.near))
	if b.page.status < 400 || b.page.status >= 500 {
		s.Errorf("add %s as %s: %d, but the table forbids it", sp.resource.Singular, as, b.page.status)
	}
}

// changes opens the forms to edit and delete a example, and sends those that may not be.
func (s *permissionFixture) changes(b *browser, as string, sp example, id string, near bool) {
	s.Helper()
	if sp.resource.AppendOnly || s.isReserved(as, sp) {
		return
	}
	for form, op := range map[string]authz.Operation{"edit": authz.Edit, "delete": authz.Delete} {
		may := allows(as, op, sp.resource, near)
		at := s.at(sp.resource) + id + "/" + form
		b.ask(at)
		if (b.page.status == 200) != may {
			s.Errorf("the form to %s a %s, near: %v, is answered %d to %s, but the table says %v", form, sp.resource.Singular, near, b.page.status, as, may)
		}
		if may {
			continue
		}
		b.send(at, s.placed(sp, s.near))
		if b.page.status < 400 || b.page.status >= 500 {
			s.Errorf("%s %s as %s, near: %v: %d, but the table forbids it", form, sp.resource.Singular, as, near, b.page.status)
		}
	}
}

// ask is get whatever the answer.
func (b *browser) ask(path string) {
	b.t.Helper()
	response, err := b.client.Get(b.base + path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.read("GET "+path, response, response.StatusCode)
}

// send is post whatever the answer.
func (b *browser) send(to string, fill values) {
	b.t.Helper()
	form := url.Values{}
	for name, value := range fill {
		form.Set(name, value)
	}
	response, err := b.request(to, form)
	if err != nil {
		b.t.Fatal(err)
	}
	b.read("POST "+to, response, response.StatusCode)
}

// offers says whether the page has a link of that text to a form of the record.
func (b *browser) offers(id, text string) bool {
	return strings.HasSuffix(b.link(text), "/"+id+"/"+strings.ToLower(text))
}
