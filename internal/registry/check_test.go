package registry_test

import (
	"fmt"
	"testing"

	"comity"
)

func TestCheckFindsDamage(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		a, b, c := w.group(t, "a"), w.group(t, "b"), w.group(t, "c")
		ada, bob := w.person(t), w.person(t)
		w.join(t, ada, a)
		w.nest(t, a, b)
		second := w.nest(t, b, c)
		n, u := comity.Name, comity.Cou
		name := w.add(t, n.Resource, values{n.Person: ada, n.Given: "Ada", n.Type: "official"})
		unit := w.add(t, u.Resource, values{u.CoId: w.co, u.Name: "Optics"})
		below := w.add(t, u.Resource, values{u.CoId: w.co, u.Name: "Lenses", u.ParentId: unit})
		other := w.add(t, comity.Co.Resource, values{comity.Co.Name: "Elsewhere", comity.Co.Status: comity.Active})
		if problems, err := w.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Fatalf("a healthy registry: %v, error %v", problems, err)
		}
		for _, damage := range []struct{ rule, damage, mend string }{
			{
				"Cou.parent_id names a Cou of the same CO",
				fmt.Sprintf("UPDATE cous SET co_id = %d WHERE id = %d", other, below),
				fmt.Sprintf("UPDATE cous SET co_id = %d WHERE id = %d", w.co, below),
			},
			{
				"units form a tree",
				fmt.Sprintf("UPDATE cous SET parent_id = %d WHERE id = %d", below, unit),
				fmt.Sprintf("UPDATE cous SET parent_id = NULL WHERE id = %d", unit),
			},
			{
				"every CO and COU has its own groups",
				fmt.Sprintf("UPDATE co_groups SET group_type = 'S' WHERE cou_id = %d AND group_type = 'A'", unit),
				fmt.Sprintf("UPDATE co_groups SET group_type = 'A' WHERE cou_id = %d AND group_type = 'S'", unit),
			},
			{
				"exactly one name is primary",
				fmt.Sprintf("UPDATE names SET primary_name = false WHERE id = %d", name),
				fmt.Sprintf("UPDATE names SET primary_name = true WHERE id = %d", name),
			},
			{
				"automatic memberships follow people and roles",
				fmt.Sprintf("UPDATE co_people SET status = 'Deleted' WHERE id = %d", bob),
				fmt.Sprintf("UPDATE co_people SET status = 'Active' WHERE id = %d", bob),
			},
			{
				"nested memberships follow the nestings",
				fmt.Sprintf("UPDATE co_groups SET status = 'Suspended' WHERE id = %d", b),
				fmt.Sprintf("UPDATE co_groups SET status = 'Active' WHERE id = %d", b),
			},
			{
				"nestings have no cycle",
				fmt.Sprintf("UPDATE co_group_nestings SET target_co_group_id = %d WHERE id = %d", a, second),
				fmt.Sprintf("UPDATE co_group_nestings SET target_co_group_id = %d WHERE id = %d", c, second),
			},
			{
				"CoPerson has its newest revision in the history",
				fmt.Sprintf("UPDATE co_people SET revision = 7 WHERE id = %d", bob),
				fmt.Sprintf("UPDATE co_people SET revision = 0 WHERE id = %d", bob),
			},
			{
				"CoPerson has one revision in force",
				fmt.Sprintf("UPDATE history SET record_id = 4711 WHERE resource = 'CoPerson' AND record_id = %d", bob),
				fmt.Sprintf("UPDATE history SET record_id = %d WHERE resource = 'CoPerson' AND record_id = 4711", bob),
			},
		} {
			w.raw(t, damage.damage)
			problems, err := w.Check(t.Context())
			if err != nil {
				t.Fatalf("%s: %v", damage.rule, err)
			}
			found := false
			for _, p := range problems {
				found = found || p.Rule == damage.rule
			}
			if !found {
				t.Errorf("%s: found %v", damage.rule, problems)
			}
			w.raw(t, damage.mend)
			if problems, err := w.Check(t.Context()); err != nil || len(problems) > 0 {
				t.Fatalf("mended after %q: %v, error %v", damage.rule, problems, err)
			}
		}
	})
}
