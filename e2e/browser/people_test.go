package browser_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"comity"
)

// add adds a record by the API.
func (r *registry) add(t *testing.T, res *comity.Resource, fill func(*comity.Record)) int64 {
	t.Helper()
	rec := comity.NewRecord(res)
	fill(rec)
	added, err := r.api().Add(t.Context(), rec)
	if err != nil {
		t.Fatal(err)
	}
	return added.Id
}

// TestPeople walks from a CO where nobody is to a person with roles, and edits in place, with
// JavaScript and without.
func TestPeople(t *testing.T) {
	t.Parallel()
	r := serve(t)
	for name, looks := range map[string][]look{"with JavaScript": nil, "without": {noScript}} {
		t.Run(name, func(t *testing.T) {
			b := r.open(t, looks...)
			b.signIn(r)
			b.press("Add a CO")
			b.fill("Name", "Fair "+name)
			b.fill("Status", "Active")
			b.press("Add")
			b.says("What to do next")
			b.press("Add a unit")
			b.fill("Name", "Physics")
			b.press("Add")
			b.press("Fair " + name)
			b.press("Add a person")
			b.fill("Mail", "nonsense")
			b.press("Add")
			b.says("The person is not added yet")
			if looks == nil {
				b.accessible() // axe is a script
			}
			b.fill("Given name", "Ada")
			b.fill("Family name", "Lovelace")
			b.fill("Mail", "ada@example.org")
			b.fill("Affiliation", "staff")
			b.fill("Unit", "Physics")
			b.press("Add")
			b.says("in because the role in Physics is Active")
			person := b.at()
			b.press("Edit Ada Lovelace")
			b.fill("Middle name", "King")
			b.press("Save")
			b.says("Ada King Lovelace")
			if b.at() != person {
				t.Errorf("after the name is edited the reader is at %s", b.at())
			}
			b.press("Add URL")
			b.fill("URL", "https://example.org/~ada")
			b.fill("Type", "official")
			b.press("Add")
			b.says("https://example.org/~ada")
			b.fill("As it was on", time.Now().UTC().Format(time.DateOnly))
			b.press("Show")
			b.says("This is how it was")
		})
	}
}

// TestPeopleAccessible has axe look at the pages of people, filled.
func TestPeopleAccessible(t *testing.T) {
	t.Parallel()
	r := serve(t)
	co := r.add(t, comity.Co.Resource, func(rec *comity.Record) {
		rec.SetText(comity.Co.Name, "Fair")
		rec.SetText(comity.Co.Description, "An example of a collaboration.")
		rec.SetText(comity.Co.Status, comity.Active)
	})
	units := map[string]int64{}
	for _, name := range []string{"Physics", "Biology"} {
		units[name] = r.add(t, comity.Cou.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.Cou.CoId, co)
			rec.SetText(comity.Cou.Name, name)
		})
	}
	r.add(t, comity.CoProvisioningTarget.Resource, func(rec *comity.Record) {
		f := comity.CoProvisioningTarget
		rec.SetInt(f.CoId, co)
		rec.SetText(f.Plugin, comity.PluginAPI)
		rec.SetText(f.Description, "Mail system")
		rec.SetText(f.Status, comity.ModeManual)
	})
	var ada int64
	for i, name := range []string{"Ada Lovelace", "Grace Hopper", "Emmy Noether"} {
		person := r.add(t, comity.CoPerson.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.CoPerson.CoId, co)
			rec.SetText(comity.CoPerson.Status, []string{comity.Active, comity.Suspended, comity.Active}[i])
		})
		r.addNameAndRoles(t, person, name, units, i)
		if i == 0 {
			ada = person
		}
	}
	home := fmt.Sprintf("/console/co/%d/", co)
	for _, l := range [][]look{{light}, {dark, phone}} {
		name := ""
		for _, one := range l {
			name += "-" + one.name
		}
		t.Run(name[1:], func(t *testing.T) {
			b := r.open(t, l...)
			b.signIn(r)
			for page, path := range map[string]string{
				"co-overview": home, "people-list": home + "co_people/", "person": fmt.Sprintf(home+"co_people/%d/", ada), "person-add": home + "co_people/add",
				"person-past": fmt.Sprintf(home+"co_people/%d/?at=", ada) + time.Now().UTC().Format(time.DateOnly),
			} {
				b.visit(path)
				b.accessible()
				b.shoot(page + name)
			}
			b.visit(fmt.Sprintf(home+"co_people/%d/", ada))
			b.press("Add role")
			b.accessible()
			b.shoot("person-add-role" + name)
		})
	}
}

// addNameAndRoles gives a person a name and roles.
func (r *registry) addNameAndRoles(t *testing.T, person int64, name string, units map[string]int64, which int) {
	t.Helper()
	r.add(t, comity.Name.Resource, func(rec *comity.Record) {
		given, family, _ := strings.Cut(name, " ")
		rec.SetText(comity.Name.Given, given)
		rec.SetText(comity.Name.Family, family)
		rec.SetText(comity.Name.Type, "official")
		rec.SetOwner(comity.Name.Person, comity.OwnerCO, person)
	})
	r.add(t, comity.EmailAddress.Resource, func(rec *comity.Record) {
		rec.SetText(comity.EmailAddress.Mail, strings.ToLower(strings.ReplaceAll(name, " ", "."))+"@example.org")
		rec.SetText(comity.EmailAddress.Type, "official")
		rec.SetOwner(comity.EmailAddress.Person, comity.OwnerCO, person)
	})
	f := comity.CoPersonRole
	for i, title := range []string{"Fellow", "Professor of things", "Dean"}[:3-which] {
		r.add(t, f.Resource, func(rec *comity.Record) {
			rec.SetOwner(f.Person, comity.OwnerCO, person)
			rec.SetText(f.Title, title)
			rec.SetText(f.Affiliation, "staff")
			rec.SetText(f.Status, comity.Active)
			rec.SetInt(f.CouId, units[[]string{"Physics", "Biology"}[i%2]])
			rec.Set(f.ValidFrom, comity.TimeCell(time.Now().AddDate(-6+3*i, 0, 0).UTC().Truncate(time.Second)))
			if i != 1 {
				rec.Set(f.ValidThrough, comity.TimeCell(time.Now().AddDate(-1+2*i, 0, 0).UTC().Truncate(time.Second)))
			}
		})
	}
}
