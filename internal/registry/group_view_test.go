package registry_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry"
)

func TestGroupView(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		f, m := comity.CoGroup, comity.CoGroupMember
		inner, middle, outer, other := w.group(t, "inner"), w.group(t, "middle"), w.group(t, "outer"), w.group(t, "other")
		w.nest(t, inner, middle)
		w.nest(t, middle, outer)
		w.nest(t, other, outer)
		grace, emmy := w.named(t, "Grace", "Hopper", "ghopper"), w.named(t, "Emmy", "Noether")
		w.join(t, grace, inner)
		w.add(t, m.Resource, values{m.CoGroupId: middle, m.Person: emmy, m.Member: true, m.Owner: true})

		graph := func(g registry.GroupView) (names []string) {
			for _, n := range g.Nodes {
				names = append(names, n.Text(f.Name))
			}
			return names
		}
		g, err := w.Group(t.Context(), tester, middle)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"middle", "inner", "outer"}, graph(g)); diff != "" || len(g.Edges) != 2 {
			t.Errorf("%d edges, nodes (-want +got):\n%s", len(g.Edges), diff)
		}
		if g.Members != 2 || g.Owners != 1 || !g.HasCounts {
			t.Errorf("%d members, %d owners", g.Members, g.Owners)
		}
		mine, err := w.Group(t.Context(), authz.Caller{Username: "g", CoId: w.co, PersonId: grace}, middle)
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
			{"all", "", tester, false, map[string]string{"Grace": "nested", "Emmy": "given"}},
			{"owners", "", tester, true, map[string]string{"Emmy": "given"}},
			{"by name", "hop g", tester, false, map[string]string{"Grace": "nested"}},
			{"by identifier", "ghop", tester, false, map[string]string{"Grace": "nested"}},
			{"an owner sees all", "", authz.Caller{Username: "e", CoId: w.co, PersonId: emmy}, false, map[string]string{"": "nested", "Emmy": "given"}},
			{"a member sees themselves", "", authz.Caller{Username: "g", CoId: w.co, PersonId: grace}, false, map[string]string{"Grace": "nested"}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				page, err := w.GroupMembers(t.Context(), tt.caller, middle, tt.text, tt.owners, 0, 10)
				if err != nil {
					t.Fatal(err)
				}
				got := map[string]string{}
				for _, member := range page.Members {
					name := ""
					if member.Person != nil {
						name = registry.Hanging(member.Person, comity.Name.Resource)[0].Text(comity.Name.Given)
					}
					got[name] = member.Why.Kind.String()
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
		t.Run("a page at a time", func(t *testing.T) {
			page, err := w.GroupMembers(t.Context(), tester, middle, "", false, 0, 1)
			if err != nil || len(page.Members) != 1 || page.Next == 0 {
				t.Fatalf("%+v, error %v", page, err)
			}
			page, err = w.GroupMembers(t.Context(), tester, middle, "", false, page.Next, 1)
			if err != nil || len(page.Members) != 1 || page.Next != 0 {
				t.Errorf("%+v, error %v", page, err)
			}
		})
	})
}
