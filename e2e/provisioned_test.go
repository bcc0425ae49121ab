package e2e_test

import (
	"net/http"
	"slices"
	"testing"

	"comity"
	"comity/client"
)

// status is a condition on a message: that the person has a status.
func status(want string) func(message) bool {
	return func(m message) bool { return !m.deleted && m.person.Status == want }
}

// isIn is a condition on a message: that the person is a member of a group.
func isIn(group string) func(message) bool {
	return func(m message) bool { return !m.deleted && slices.Contains(m.person.Members, group) }
}

// isNotIn is a condition on a message: that the person is there, but in no such group.
func isNotIn(group string) func(message) bool {
	return func(m message) bool { return !m.deleted && !slices.Contains(m.person.Members, group) }
}

// bothProtocols runs a test with a registry on each database, a CO, and a target and receiver for each
// protocol.
func bothProtocols(t *testing.T, e endpoint, test func(t *testing.T, c *client.Client, p provisioning, sink *receiver)) {
	t.Helper()
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		for _, protocol := range []string{comity.ProtocolPUT, comity.ProtocolPOST} {
			t.Run(protocol, func(t *testing.T) {
				c := r.platform()
				sink := receive(t)
				e := e
				e.protocol = protocol
				test(t, c, addTarget(t, c, addCO(t, c, "Provisioned by "+protocol), sink.URL, e), sink)
			})
		}
	})
}

func TestMembershipsAreSentAsGroupsChange(t *testing.T) {
	bothProtocols(t, endpoint{}, func(t *testing.T, c *client.Client, p provisioning, sink *receiver) {
		person := addPerson(t, c, p.co, "ghopper")
		sink.knows(t, "ghopper", "an active member", isIn("CO:members:active"))

		f, m := comity.CoGroup, comity.CoGroupMember
		readers := add(t, c, fields{f.CoId: p.co, f.Name: "readers", f.Status: comity.Active})
		membership := add(t, c, fields{m.CoGroupId: readers, m.Member: true, m.Person: owner{comity.OwnerCO, person}})
		sink.knows(t, "ghopper", "in readers", isIn("readers"))

		edit(t, c, readers, fields{f.Name: "librarians"})
		sink.knows(t, "ghopper", "the group's new name", isIn("librarians"))
		edit(t, c, readers, fields{f.Status: comity.Suspended})
		sink.knows(t, "ghopper", "not in the suspended group", isNotIn("librarians"))
		edit(t, c, readers, fields{f.Status: comity.Active})
		sink.knows(t, "ghopper", "in the group again", isIn("librarians"))
		edit(t, c, membership, fields{m.Member: false, m.Owner: true})
		sink.knows(t, "ghopper", "an owner is no member", isNotIn("librarians"))
		edit(t, c, membership, fields{m.Member: true})
		sink.knows(t, "ghopper", "a member again", isIn("librarians"))
		remove(t, c, m.Resource, membership)
		sink.knows(t, "ghopper", "no member any more", isNotIn("librarians"))

		unit := add(t, c, fields{comity.Cou.CoId: p.co, comity.Cou.Name: "Physics"})
		add(t, c, fields{
			comity.CoPersonRole.CouId: unit, comity.CoPersonRole.Affiliation: "staff", comity.CoPersonRole.Status: comity.Active,
			comity.CoPersonRole.Person: owner{comity.OwnerCO, person},
		})
		sink.knows(t, "ghopper", "in the unit", isIn("CO:COU:Physics:members:active"))
		edit(t, c, unit, fields{comity.Cou.Name: "Optics"})
		sink.knows(t, "ghopper", "the unit's new name", isIn("CO:COU:Optics:members:active"))

		add(t, c, fields{m.CoGroupId: readers, m.Member: true, m.Person: owner{comity.OwnerCO, person}})
		sink.knows(t, "ghopper", "in once more", isIn("librarians"))
		remove(t, c, f.Resource, readers)
		sink.knows(t, "ghopper", "the group is gone", isNotIn("librarians"))
	})
}

func TestDependentsOfAPersonAreSentAsTheyChange(t *testing.T) {
	bothProtocols(t, endpoint{}, func(t *testing.T, c *client.Client, p provisioning, sink *receiver) {
		person := addPerson(t, c, p.co, "ghopper")
		of := owner{comity.OwnerCO, person}
		name := add(t, c, fields{comity.Name.Given: "Grace", comity.Name.Family: "Murray", comity.Name.Type: "official", comity.Name.Person: of})
		family := func(want string) func(message) bool {
			return func(m message) bool { return len(m.person.Names) == 1 && m.person.Names[0].Family == want }
		}
		sink.knows(t, "ghopper", "the name", family("Murray"))
		edit(t, c, name, fields{comity.Name.Family: "Hopper"})
		sink.knows(t, "ghopper", "the new name", family("Hopper"))

		role := add(t, c, fields{
			comity.CoPersonRole.Affiliation: "staff", comity.CoPersonRole.Title: "Lieutenant",
			comity.CoPersonRole.Status: comity.Active, comity.CoPersonRole.Person: of,
		})
		title := func(want ...string) func(message) bool {
			return func(m message) bool {
				var titles []string
				for _, r := range m.person.Roles {
					titles = append(titles, r.Title)
				}
				return slices.Equal(titles, want)
			}
		}
		sink.knows(t, "ghopper", "the role", title("Lieutenant"))
		edit(t, c, role, fields{comity.CoPersonRole.Title: "Rear admiral"})
		sink.knows(t, "ghopper", "the promotion", title("Rear admiral"))
		edit(t, c, role, fields{comity.CoPersonRole.Status: comity.Suspended})
		sink.knows(t, "ghopper", "the status that follows the role", status("suspended"))
		sink.knows(t, "ghopper", "no role that is not active", title())
		remove(t, c, comity.CoPersonRole.Resource, role)
		edit(t, c, person, fields{comity.CoPerson.Status: comity.Active})
		sink.knows(t, "ghopper", "active again", status("active"))
	})
}

func TestOldIdentifierIsDeletedOnceTheNewOneIsThere(t *testing.T) {
	bothProtocols(t, endpoint{}, func(t *testing.T, c *client.Client, p provisioning, sink *receiver) {
		f := comity.Identifier
		person := addPerson(t, c, p.co, "gmurray")
		sink.knowsOf(t, "gmurray")
		identifiers, err := c.All(t.Context(), f.Resource, map[string][]string{"copersonid": {text(person)}})
		if err != nil || len(identifiers) != 1 {
			t.Fatalf("%d identifiers: %v", len(identifiers), err)
		}
		id := identifiers[0].Id

		edit(t, c, id, fields{f.Identifier: "ghopper"})
		old := sink.forgets(t, "gmurray")
		sink.knowsOf(t, "ghopper")
		order := sink.messages()
		there := slices.IndexFunc(order, func(m message) bool { return m.identifier == "ghopper" && !m.deleted })
		gone := slices.IndexFunc(order, func(m message) bool { return m.identifier == "gmurray" && m.deleted })
		if there < 0 || gone < there {
			t.Errorf("the old one was deleted by message %d, the new one was there by message %d", gone, there)
		}
		if old.method == http.MethodPost {
			old.is(t, `{"meta": {"version": "1.0.0", "objectType": "person"}, "person": {"meta": {"id": "gmurray", "deleted": true}}}`)
		}

		edit(t, c, id, fields{f.Status: comity.Suspended})
		sink.forgets(t, "ghopper")
		edit(t, c, id, fields{f.Status: comity.Active})
		sink.knowsOf(t, "ghopper")
		remove(t, c, f.Resource, id)
		sink.forgets(t, "ghopper")
		addIdentifier(t, c, person, "amazing")
		sink.knowsOf(t, "amazing")
	})
}

func TestPeopleAreSentInTheStatusesThatAreProvisioned(t *testing.T) {
	bothProtocols(t, endpoint{}, func(t *testing.T, c *client.Client, p provisioning, sink *receiver) {
		f := comity.CoPerson
		person := addPerson(t, c, p.co, "ghopper")
		for _, tt := range []struct{ status, provisioned string }{
			{comity.Active, "active"},
			{comity.GracePeriod, "grace period"},
			{comity.Expired, "expired"},
			{comity.Suspended, "suspended"},
			{comity.Locked, "locked"},
			{comity.Denied, ""},
			{comity.Active, "active"},
			{comity.Deleted, ""},
			{comity.GracePeriod, "grace period"},
		} {
			edit(t, c, person, fields{f.Status: tt.status})
			if tt.provisioned == "" {
				sink.forgets(t, "ghopper")
				continue
			}
			m := sink.knows(t, "ghopper", tt.provisioned, status(tt.provisioned))
			want := []string{"CO:members:all"}
			if tt.status == comity.Active || tt.status == comity.GracePeriod {
				want = []string{"CO:members:active", "CO:members:all"}
			}
			if !slices.Equal(m.person.Members, want) {
				t.Errorf("%s: members %v, want %v", tt.status, m.person.Members, want)
			}
		}
		remove(t, c, f.Resource, person)
		sink.forgets(t, "ghopper")
	})
}

func TestOnlyMembersOfTheProvisionedGroupAreSent(t *testing.T) {
	bothProtocols(t, endpoint{}, func(t *testing.T, c *client.Client, p provisioning, sink *receiver) {
		g, m := comity.CoGroup, comity.CoGroupMember
		staff := add(t, c, fields{g.CoId: p.co, g.Name: "staff", g.Status: comity.Active})
		edit(t, c, p.target, fields{comity.CoProvisioningTarget.ProvisionCoGroupId: staff})

		person := addPerson(t, c, p.co, "ghopper")
		membership := add(t, c, fields{m.CoGroupId: staff, m.Owner: true, m.Person: owner{comity.OwnerCO, person}})
		barrier := addPerson(t, c, p.co, "barrier")
		add(t, c, fields{m.CoGroupId: staff, m.Member: true, m.Person: owner{comity.OwnerCO, barrier}})
		sink.knowsOf(t, "barrier")
		if sent := sink.about("ghopper"); len(sent) > 0 {
			t.Errorf("an owner, who is no member, was sent: %s %s", sent[0].method, sent[0].body)
		}

		edit(t, c, membership, fields{m.Member: true})
		sink.knows(t, "ghopper", "in staff", isIn("staff"))
		remove(t, c, m.Resource, membership)
		sink.forgets(t, "ghopper")
		if _, err := c.Provision(t.Context(), p.target, person); err != nil {
			t.Errorf("a provision call for who is no member: %v", err)
		}

		err := c.Delete(t.Context(), g.Resource, staff)
		if refusal := refusalOf(t, err); refusal.Code != comity.Refused || refusal.Phrase != "Forbidden" {
			t.Errorf("the group can be deleted while it decides who is sent: %v", err)
		}
	})
}

func TestDeletingACOSendsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		sink := receive(t)
		doomed, other := addCO(t, c, "Doomed"), addCO(t, c, "Other")
		addTarget(t, c, doomed, sink.URL, endpoint{})
		addTarget(t, c, other, sink.URL, endpoint{})
		addPerson(t, c, doomed, "ghopper")
		sink.knowsOf(t, "ghopper")

		remove(t, c, comity.Co.Resource, doomed)
		addPerson(t, c, other, "alovelace")
		sink.knowsOf(t, "alovelace")
		if sent := sink.about("ghopper"); sent[len(sent)-1].deleted {
			t.Error("the receiver was sent a delete of a person in the deleted CO")
		}
	})
}
