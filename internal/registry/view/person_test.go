package view_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
)

// dependents returns the names of the resources of a record's dependents, with how many there are.
func dependents(rec *comity.Record) (all []string) {
	for _, e := range rec.Expanded {
		if len(e.Records) > 0 {
			all = append(all, fmt.Sprint(e.Resource.Singular, " ", len(e.Records)))
		}
	}
	slices.Sort(all)
	return all
}

// reasons returns, by the name of the group, the reason of each membership in a person view.
func reasons(g view.PersonView) map[string]string {
	all := map[string]string{}
	for _, m := range view.Dependents(g.Record, comity.CoGroupMember.Resource) {
		group, reason := g.Named.Of(m, comity.CoGroupMember.CoGroupId), g.Reasons[m.Id]
		if group == nil {
			continue
		}
		text := reason.Kind.String()
		switch {
		case reason.Group != nil:
			text += " through " + reason.Group.Text(comity.CoGroup.Name)
		case reason.Unit != nil:
			text += " in " + reason.Unit.Text(comity.Cou.Name) + fmt.Sprint(" by roles ", len(reason.Roles))
		case reason.Status != "":
			text += ", status " + reason.Status
		case reason.Actor != "":
			text += " by " + reason.Actor
		}
		all[group.Text(comity.CoGroup.Name)] = text
	}
	return all
}

func TestPersonView(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		boss := fx.NewNamed(t, "Big", "Boss")
		grace := fx.NewNamed(t, "Grace", "Hopper", "ghopper", "grace@example.org")
		n, a, k := comity.Name, comity.Address, comity.Url
		fx.Insert(t, n.Resource, registrytest.Values{n.Person: grace, n.Given: "Gracie", n.Type: "alternate"})
		fx.Insert(t, k.Resource, registrytest.Values{k.Person: grace, k.Url: "https://example.org/", k.Type: "official"})
		unit := fx.NewUnit(t, "Navy", 0)
		role := fx.NewRole(t, grace, unit)
		f := comity.CoPersonRole
		fx.Change(t, f.Resource, role, registrytest.Values{f.Person: grace, f.CouId: unit, f.Affiliation: "staff", f.Status: comity.Active, f.SponsorCoPersonId: boss})
		fx.Insert(t, a.Resource, registrytest.Values{a.Person: comity.OwnerCell(comity.OwnerRole.Word, role), a.Locality: "Arlington"})
		inner, outer := fx.NewGroup(t, "inner"), fx.NewGroup(t, "outer")
		fx.Nest(t, inner, outer)
		fx.Join(t, grace, inner)
		org := fx.Insert(t, comity.OrgIdentity.Resource, registrytest.Values{comity.OrgIdentity.CoId: fx.CoId})
		fx.Insert(t, n.Resource, registrytest.Values{n.Person: comity.OwnerCell(comity.OwnerOrg.Word, org), n.Given: "G", n.Type: "official", n.PrimaryName: true})
		fx.Insert(t, comity.CoOrgIdentityLink.Resource, registrytest.Values{comity.CoOrgIdentityLink.CoPersonId: grace, comity.CoOrgIdentityLink.OrgIdentityId: org})
		then := fx.Now().Add(time.Minute)
		want := []string{"CoGroupMember 6", "CoOrgIdentityLink 1", "CoPersonRole 1", "EmailAddress 1", "Identifier 1", "Name 2", "Url 1"}
		reason := map[string]string{
			"CO:members:all": "everybody", "CO:members:active": "active, status Active",
			"CO:COU:Navy:members:all": "role in Navy by roles 1", "CO:COU:Navy:members:active": "active role in Navy by roles 1",
			"inner": "given by tester", "outer": "nested through inner",
		}
		check := func(t *testing.T, g view.PersonView) {
			t.Helper()
			if diff := cmp.Diff(want, dependents(g.Record)); diff != "" {
				t.Errorf("the dependents of the person (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(reason, reasons(g)); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
			if first := view.Dependents(g.Record, n.Resource)[0]; first.Text(n.Given) != "Grace" {
				t.Errorf("the first name is %s", first.Text(n.Given))
			}
			role := view.Dependents(g.Record, f.Resource)[0]
			if got := dependents(role); !cmp.Equal(got, []string{"Address 1"}) {
				t.Errorf("the dependents of the role are %v", got)
			}
			if sponsor := g.Named.Of(role, f.SponsorCoPersonId); sponsor == nil || view.Dependents(sponsor, n.Resource)[0].Text(n.Given) != "Big" {
				t.Errorf("the sponsor is %v", sponsor)
			}
			link := view.Dependents(g.Record, comity.CoOrgIdentityLink.Resource)[0]
			if got := dependents(view.Dependents(link, comity.OrgIdentity.Resource)[0]); !slices.Contains(got, "Name 1") {
				t.Errorf("the dependents of the org identity are %v", got)
			}
		}
		g, err := fx.Person(t.Context(), registrytest.Tester(), grace)
		if err != nil {
			t.Fatal(err)
		}
		t.Run("now", func(t *testing.T) { check(t, g) })

		t.Run("as the person sees it", func(t *testing.T) {
			g, err := fx.Person(t.Context(), authz.Caller{Username: "g", CoId: fx.CoId, PersonId: grace}, grace)
			if err != nil {
				t.Fatal(err)
			}
			check := view.Dependents(g.Record, f.Resource)[0]
			if sponsor := g.Named.Of(check, f.SponsorCoPersonId); sponsor != nil {
				t.Errorf("the sponsor is shown: %v", sponsor)
			}
			if diff := cmp.Diff(want, dependents(g.Record)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
		t.Run("as somebody else sees it", func(t *testing.T) {
			for _, see := range []func() (view.PersonView, error){
				func() (view.PersonView, error) {
					return fx.Person(t.Context(), authz.Caller{Username: "b", CoId: fx.CoId, PersonId: boss}, grace)
				},
				func() (view.PersonView, error) {
					return fx.PersonAsOf(t.Context(), authz.Caller{Username: "b", CoId: fx.CoId, PersonId: boss}, grace, then)
				},
			} {
				if _, err := see(); registrytest.Phrase(err) != comity.CoPerson.UnknownOnView {
					t.Errorf("error %v", err)
				}
			}
		})
		t.Run("as it was", func(t *testing.T) {
			fx.Wait(time.Hour)
			for _, name := range view.Dependents(g.Record, n.Resource)[1:] {
				fx.Remove(t, n.Resource, name.Id)
			}
			fx.Remove(t, comity.CoGroup.Resource, inner)
			fx.Remove(t, f.Resource, role)
			g, err := fx.PersonAsOf(t.Context(), registrytest.Tester(), grace, then)
			if err != nil {
				t.Fatal(err)
			}
			check(t, g)
			g, err = fx.PersonAsOf(t.Context(), authz.Caller{Username: "g", CoId: fx.CoId, PersonId: grace}, grace, then)
			if err != nil {
				t.Fatal(err)
			}
			still := []string{"CoGroupMember 2", "CoOrgIdentityLink 1", "EmailAddress 1", "Identifier 1", "Name 1", "Url 1"}
			if diff := cmp.Diff(still, dependents(g.Record), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("the person sees what was deleted since (-want +got):\n%s", diff)
			}
			if _, err := fx.PersonAsOf(t.Context(), registrytest.Tester(), grace, registrytest.Began().Add(-time.Hour)); registrytest.Phrase(err) != comity.CoPerson.UnknownOnView {
				t.Errorf("before there was a person: error %v", err)
			}
		})
	})
}
