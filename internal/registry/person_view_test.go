package registry_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry"
)

// hanging returns the names of the resources of a record's dependents, with how many there are.
func hanging(rec *comity.Record) (all []string) {
	for _, e := range rec.Expanded {
		if len(e.Records) > 0 {
			all = append(all, fmt.Sprint(e.Resource.Singular, " ", len(e.Records)))
		}
	}
	slices.Sort(all)
	return all
}

// reasons returns, by the name of the group, the reason of each membership in a person view.
func reasons(g registry.PersonView) map[string]string {
	all := map[string]string{}
	for _, m := range registry.Hanging(g.Record, comity.CoGroupMember.Resource) {
		group, why := g.Named.Of(m, comity.CoGroupMember.CoGroupId), g.Why[m.Id]
		if group == nil {
			continue
		}
		text := why.Kind.String()
		switch {
		case why.Group != nil:
			text += " through " + why.Group.Text(comity.CoGroup.Name)
		case why.Unit != nil:
			text += " in " + why.Unit.Text(comity.Cou.Name) + fmt.Sprint(" by roles ", len(why.Roles))
		case why.Status != "":
			text += ", status " + why.Status
		case why.Actor != "":
			text += " by " + why.Actor
		}
		all[group.Text(comity.CoGroup.Name)] = text
	}
	return all
}

func TestPersonView(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		boss := w.named(t, "Big", "Boss")
		grace := w.named(t, "Grace", "Hopper", "ghopper", "grace@example.org")
		n, a, k := comity.Name, comity.Address, comity.Url
		w.add(t, n.Resource, values{n.Person: grace, n.Given: "Gracie", n.Type: "alternate"})
		w.add(t, k.Resource, values{k.Person: grace, k.Url: "https://example.org/", k.Type: "official"})
		unit := w.unit(t, "Navy", 0)
		role := w.role(t, grace, unit)
		f := comity.CoPersonRole
		w.edit(t, f.Resource, role, values{f.Person: grace, f.CouId: unit, f.Affiliation: "staff", f.Status: comity.Active, f.SponsorCoPersonId: boss})
		w.add(t, a.Resource, values{a.Person: comity.OwnerCell(comity.OwnerRole.Word, role), a.Locality: "Arlington"})
		inner, outer := w.group(t, "inner"), w.group(t, "outer")
		w.nest(t, inner, outer)
		w.join(t, grace, inner)
		org := w.add(t, comity.OrgIdentity.Resource, values{comity.OrgIdentity.CoId: w.co})
		w.add(t, n.Resource, values{n.Person: comity.OwnerCell(comity.OwnerOrg.Word, org), n.Given: "G", n.Type: "official", n.PrimaryName: true})
		w.add(t, comity.CoOrgIdentityLink.Resource, values{comity.CoOrgIdentityLink.CoPersonId: grace, comity.CoOrgIdentityLink.OrgIdentityId: org})
		then := w.clock().Add(time.Minute)
		want := []string{"CoGroupMember 6", "CoOrgIdentityLink 1", "CoPersonRole 1", "EmailAddress 1", "Identifier 1", "Name 2", "Url 1"}
		why := map[string]string{
			"CO:members:all": "everybody", "CO:members:active": "active, status Active",
			"CO:COU:Navy:members:all": "role in Navy by roles 1", "CO:COU:Navy:members:active": "active role in Navy by roles 1",
			"inner": "given by tester", "outer": "nested through inner",
		}
		check := func(t *testing.T, g registry.PersonView) {
			t.Helper()
			if diff := cmp.Diff(want, hanging(g.Record)); diff != "" {
				t.Errorf("what hangs on the person (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(why, reasons(g)); diff != "" {
				t.Errorf("why (-want +got):\n%s", diff)
			}
			if first := registry.Hanging(g.Record, n.Resource)[0]; first.Text(n.Given) != "Grace" {
				t.Errorf("the first name is %s", first.Text(n.Given))
			}
			role := registry.Hanging(g.Record, f.Resource)[0]
			if got := hanging(role); !cmp.Equal(got, []string{"Address 1"}) {
				t.Errorf("on the role hang %v", got)
			}
			if sponsor := g.Named.Of(role, f.SponsorCoPersonId); sponsor == nil || registry.Hanging(sponsor, n.Resource)[0].Text(n.Given) != "Big" {
				t.Errorf("the sponsor is %v", sponsor)
			}
			link := registry.Hanging(g.Record, comity.CoOrgIdentityLink.Resource)[0]
			if got := hanging(registry.Hanging(link, comity.OrgIdentity.Resource)[0]); !slices.Contains(got, "Name 1") {
				t.Errorf("on the org identity hang %v", got)
			}
		}
		g, err := w.Person(t.Context(), tester, grace)
		if err != nil {
			t.Fatal(err)
		}
		t.Run("now", func(t *testing.T) { check(t, g) })

		t.Run("as the person sees it", func(t *testing.T) {
			g, err := w.Person(t.Context(), authz.Caller{Username: "g", CoId: w.co, PersonId: grace}, grace)
			if err != nil {
				t.Fatal(err)
			}
			check := registry.Hanging(g.Record, f.Resource)[0]
			if sponsor := g.Named.Of(check, f.SponsorCoPersonId); sponsor != nil {
				t.Errorf("the sponsor is shown: %v", sponsor)
			}
			if diff := cmp.Diff(want, hanging(g.Record)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
		t.Run("as somebody else sees it", func(t *testing.T) {
			for _, see := range []func() (registry.PersonView, error){
				func() (registry.PersonView, error) {
					return w.Person(t.Context(), authz.Caller{Username: "b", CoId: w.co, PersonId: boss}, grace)
				},
				func() (registry.PersonView, error) {
					return w.PersonAt(t.Context(), authz.Caller{Username: "b", CoId: w.co, PersonId: boss}, grace, then)
				},
			} {
				if _, err := see(); phrase(err) != comity.CoPerson.UnknownOnView {
					t.Errorf("error %v", err)
				}
			}
		})
		t.Run("as it was", func(t *testing.T) {
			w.wait(time.Hour)
			for _, name := range registry.Hanging(g.Record, n.Resource)[1:] {
				w.remove(t, n.Resource, name.Id)
			}
			w.remove(t, comity.CoGroup.Resource, inner)
			w.remove(t, f.Resource, role)
			g, err := w.PersonAt(t.Context(), tester, grace, then)
			if err != nil {
				t.Fatal(err)
			}
			check(t, g)
			g, err = w.PersonAt(t.Context(), authz.Caller{Username: "g", CoId: w.co, PersonId: grace}, grace, then)
			if err != nil {
				t.Fatal(err)
			}
			still := []string{"CoGroupMember 2", "CoOrgIdentityLink 1", "EmailAddress 1", "Identifier 1", "Name 1", "Url 1"}
			if diff := cmp.Diff(still, hanging(g.Record), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("the person sees what was deleted since (-want +got):\n%s", diff)
			}
			if _, err := w.PersonAt(t.Context(), tester, grace, began.Add(-time.Hour)); phrase(err) != comity.CoPerson.UnknownOnView {
				t.Errorf("before there was a person: error %v", err)
			}
		})
	})
}
