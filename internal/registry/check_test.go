package registry_test

import (
	"fmt"
	"testing"

	"comity"
	"comity/internal/registry/registrytest"
	"comity/internal/store/db"
)

func TestCheckFindsDamage(t *testing.T) {
	onBoth(t, func(t *testing.T, fx fixture) {
		a, b, c, d := fx.NewGroup(t, "a"), fx.NewGroup(t, "b"), fx.NewGroup(t, "c"), fx.NewGroup(t, "d")
		ada, bob := fx.NewPerson(t), fx.NewPerson(t)
		fx.Join(t, ada, a)
		fx.Nest(t, a, b)
		second := fx.Nest(t, b, c)
		third := fx.Nest(t, d, b)
		n, u, m, r := comity.Name, comity.Cou, comity.EmailAddress, comity.CoPersonRole
		role := fx.Insert(t, r.Resource, registrytest.Values{r.Person: ada, r.Affiliation: "staff", r.Status: comity.Active})
		mail := fx.Insert(t, m.Resource, registrytest.Values{m.Person: ada, m.Mail: "ada@example.org", m.Type: "official"})
		given := fx.Insert(t, m.Resource, registrytest.Values{m.Person: ada, m.Mail: "bob@example.org", m.Type: "official"})
		fx.Change(t, m.Resource, given, registrytest.Values{m.Person: bob, m.Mail: "bob@example.org", m.Type: "official"})
		name := fx.Insert(t, n.Resource, registrytest.Values{n.Person: ada, n.Given: "Ada", n.Type: "official"})
		unit := fx.Insert(t, u.Resource, registrytest.Values{u.CoId: fx.CoId, u.Name: "Optics"})
		below := fx.Insert(t, u.Resource, registrytest.Values{u.CoId: fx.CoId, u.Name: "Lenses", u.ParentId: unit})
		other := fx.Insert(t, comity.Co.Resource, registrytest.Values{comity.Co.Name: "Elsewhere", comity.Co.Status: comity.Active})
		// verify changes the current row, and the one in the history, of an address that went to another
		// person.
		verify := func(id int64, from, to string) string {
			data := fmt.Sprintf(`replace(CAST(data AS text), '%s', '%s')`, from, to)
			if db.IsPostgres(fx.Database) {
				data = "CAST(" + data + " AS jsonb)"
			}
			return fmt.Sprintf("UPDATE email_addresses SET verified = %s WHERE id = %d; UPDATE history SET data = %s WHERE resource = 'EmailAddress' AND record_id = %[2]d", to, id, data)
		}
		if problems, err := fx.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Fatalf("a healthy registry: %v, error %v", problems, err)
		}
		for _, damage := range []struct{ rule, damage, repair string }{
			{
				"Cou.parent_id names a Cou of the same CO",
				fmt.Sprintf("UPDATE cous SET co_id = %d WHERE id = %d", other, below),
				fmt.Sprintf("UPDATE cous SET co_id = %d WHERE id = %d", fx.CoId, below),
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
				"nobody is their own manager",
				fmt.Sprintf("UPDATE co_person_roles SET manager_co_person_id = %d WHERE id = %d", ada, role),
				fmt.Sprintf("UPDATE co_person_roles SET manager_co_person_id = NULL WHERE id = %d", role),
			},
			{
				"a group is nested into another once",
				fmt.Sprintf("UPDATE co_group_nestings SET co_group_id = %d WHERE id = %d", a, third),
				fmt.Sprintf("UPDATE co_group_nestings SET co_group_id = %d WHERE id = %d", d, third),
			},
			{
				"who has had a name has one",
				fmt.Sprintf("UPDATE names SET co_person_id = %d, primary_name = false WHERE id = %d", bob, name),
				fmt.Sprintf("UPDATE names SET co_person_id = %d, primary_name = true WHERE id = %d", ada, name),
			},
			{
				"an address is verified for its owner",
				verify(given, "false", "true"),
				verify(given, "true", "false"),
			},
			{
				"EmailAddress.mail is what it says",
				fmt.Sprintf("UPDATE email_addresses SET mail = 'ada@home' WHERE id = %d", mail),
				fmt.Sprintf("UPDATE email_addresses SET mail = 'ada@example.org' WHERE id = %d", mail),
			},
			{
				"CoGroup.name is what it says",
				fmt.Sprintf("UPDATE co_groups SET name = '\u202ereaders' WHERE id = %d", c),
				fmt.Sprintf("UPDATE co_groups SET name = 'c' WHERE id = %d", c),
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
			fx.raw(t, damage.damage)
			problems, err := fx.Check(t.Context())
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
			fx.raw(t, damage.repair)
			if problems, err := fx.Check(t.Context()); err != nil || len(problems) > 0 {
				t.Fatalf("repaired after %q: %v, error %v", damage.rule, problems, err)
			}
		}
	})
}
