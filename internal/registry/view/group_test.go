package view_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
)

func TestGroupView(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		f, m := comity.CoGroup, comity.CoGroupMember
		inner, middle, outer, other := fx.NewGroup(t, "inner"), fx.NewGroup(t, "middle"), fx.NewGroup(t, "outer"), fx.NewGroup(t, "other")
		fx.Nest(t, inner, middle)
		fx.Nest(t, middle, outer)
		fx.Nest(t, other, outer)
		grace, emmy := fx.NewNamed(t, "Grace", "Hopper", "ghopper"), fx.NewNamed(t, "Emmy", "Noether")
		fx.Join(t, grace, inner)
		fx.Insert(t, m.Resource, registrytest.Values{m.CoGroupId: middle, m.Person: emmy, m.Member: true, m.Owner: true})

		graph := func(g view.GroupView) (names []string) {
			for _, n := range g.Nodes {
				names = append(names, n.Text(f.Name))
			}
			return names
		}
		g, err := fx.Group(t.Context(), registrytest.Tester(), middle)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"middle", "inner", "outer"}, graph(g)); diff != "" || len(g.Edges) != 2 {
			t.Errorf("%d edges, nodes (-want +got):\n%s", len(g.Edges), diff)
		}
		if g.Members != 2 || g.Owners != 1 || !g.HasCounts {
			t.Errorf("%d members, %d owners", g.Members, g.Owners)
		}
		mine, err := fx.Group(t.Context(), authz.Caller{Username: "g", CoId: fx.CoId, PersonId: grace}, middle)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"middle", "inner", "outer"}, graph(mine)); diff != "" || len(mine.Edges) != 0 || mine.HasCounts {
			t.Errorf("as a member sees it: %+v (-want +got):\n%s", mine, diff)
		}

		for _, tt := range []struct {
			name, text string
			caller     authz.Caller
			owners     bool
			want       map[string]string
		}{
			{"all", "", registrytest.Tester(), false, map[string]string{"Grace": "nested", "Emmy": "given"}},
			{"owners", "", registrytest.Tester(), true, map[string]string{"Emmy": "given"}},
			{"by name", "hop g", registrytest.Tester(), false, map[string]string{"Grace": "nested"}},
			{"by identifier", "ghop", registrytest.Tester(), false, map[string]string{"Grace": "nested"}},
			{"an owner sees all", "", authz.Caller{Username: "e", CoId: fx.CoId, PersonId: emmy}, false, map[string]string{"": "nested", "Emmy": "given"}},
			{"a member sees themselves", "", authz.Caller{Username: "g", CoId: fx.CoId, PersonId: grace}, false, map[string]string{"Grace": "nested"}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				page, err := fx.GroupMembers(t.Context(), tt.caller, middle, tt.text, tt.owners, 0, 10)
				if err != nil {
					t.Fatal(err)
				}
				got := map[string]string{}
				for _, member := range page.Members {
					name := ""
					if member.Person != nil {
						name = view.Dependents(member.Person, comity.Name.Resource)[0].Text(comity.Name.Given)
					}
					got[name] = member.Reason.Kind.String()
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
		t.Run("a page at a time", func(t *testing.T) {
			page, err := fx.GroupMembers(t.Context(), registrytest.Tester(), middle, "", false, 0, 1)
			if err != nil || len(page.Members) != 1 || page.Next == 0 {
				t.Fatalf("%+v, error %v", page, err)
			}
			page, err = fx.GroupMembers(t.Context(), registrytest.Tester(), middle, "", false, page.Next, 1)
			if err != nil || len(page.Members) != 1 || page.Next != 0 {
				t.Errorf("%+v, error %v", page, err)
			}
		})
	})
}
