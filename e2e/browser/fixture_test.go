package browser_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"comity"
)

// fixture is a registry with a CO in which there is one of each kind that a page shows.
type fixture struct {
	*registry
	t    *testing.T
	home string
	// The records that pages are about.
	unit, person, role, group, server, target int64
}

// kind is one of each kind of page: its name, its path, and whether it is pictured in docs/console.md.
type kind struct {
	name, path string
	pictured   bool
}

// kinds are the pages that are looked at. A page that joins gets a line.
func (p *fixture) kinds() []kind {
	at := func(plural string, id int64) string { return p.home + plural + "/" + strconv.FormatInt(id, 10) + "/" }
	person := strconv.FormatInt(p.person, 10)
	return []kind{
		{"choose", "/console/", false},
		{"overview", p.home, true},
		{"people", p.home + "co_people/", true},
		{"person", at("co_people", p.person), true},
		{"add-person", p.home + "co_people/add", false},
		{"units", p.home + "cous/", true},
		{"unit", at("cous", p.unit), false},
		{"unit-delete", at("cous", p.unit) + "delete", false},
		{"groups", p.home + "co_groups/", false},
		{"group", at("co_groups", p.group), true},
		{"server", at("servers", p.server), false},
		{"target", at("co_provisioning_targets", p.target), true},
		{"target-form", p.home + "co_provisioning_targets/new", false},
		{"role", at("co_person_roles", p.role), false},
		{"role-form", p.home + "co_person_roles/new", false},
		{"role-as-it-was", at("co_person_roles", p.role) + "?at=" + time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly), false},
		{"identifier-form", p.home + "identifiers/new", false},
		{"history", p.home + "history_records/", true},
		{"history-of-person", p.home + "history_records/?copersonid=" + person, false},
		{"history-note", p.home + "history_records/new?copersonid=" + person, false},
		{"search", p.home + "search?q=a", false},
		{"everything", p.home + "everything/", false},
		{"empty", p.home + "co_services/", false},
		{"nothing", p.home + "cous/999999/", false},
	}
}

// newFixture makes a registry to look at.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	p := &fixture{registry: serve(t), t: t}
	co := p.add(comity.Co.Resource, func(rec *comity.Record) {
		rec.SetText(comity.Co.Name, "Fair Data")
		rec.SetText(comity.Co.Description, "Research data for everybody")
		rec.SetText(comity.Co.Status, comity.Active)
	})
	p.home = "/console/co/" + strconv.FormatInt(co, 10) + "/"
	unit := func(name string, parent int64) int64 {
		return p.add(comity.Cou.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.Cou.CoId, co)
			rec.SetText(comity.Cou.Name, name)
			if parent != 0 {
				rec.SetInt(comity.Cou.ParentId, parent)
			}
		})
	}
	p.unit = unit("Physics", 0)
	units := []int64{p.unit, unit("Optics", p.unit), unit("Astronomy", p.unit), unit("Mathematics", 0)}
	p.group = p.add(comity.CoGroup.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoGroup.CoId, co)
		rec.SetText(comity.CoGroup.Name, "Telescope time")
		rec.SetText(comity.CoGroup.Description, "Who may book the telescope")
		rec.SetText(comity.CoGroup.Status, comity.Active)
	})
	for i, name := range [][2]string{
		{"Ada", "Lovelace"},
		{"Grace", "Hopper"},
		{"Emmy", "Noether"},
		{"Lise", "Meitner"},
		{"Vera", "Rubin"},
		{"Cecilia", "Payne"},
		{"Chien-Shiung", "Wu"},
		{"Sofja", "Kowalewskaja"},
		{"Jocelyn", "Bell"},
		{"Maryam", "Mirzakhani"},
		{"Katherine", "Johnson"},
		{"Hedy", "Lamarr"},
	} {
		person, role := p.addPerson(co, units[i%len(units)], name[0], name[1], i)
		if i == 0 {
			p.person, p.role = person, role
		}
	}
	p.server = p.add(comity.Server.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.Server.CoId, co)
		rec.SetText(comity.Server.Description, "Directory")
		rec.SetText(comity.Server.ServerType, comity.ServerHTTP)
		rec.SetText(comity.Server.Status, comity.Active)
	})
	p.target = p.add(comity.CoProvisioningTarget.Resource, func(rec *comity.Record) {
		f := comity.CoProvisioningTarget
		rec.SetInt(f.CoId, co)
		rec.SetText(f.Description, "Directory of the telescope")
		rec.SetText(f.Plugin, comity.PluginAPI)
		rec.SetText(f.Status, comity.ModeDisabled)
	})
	return p
}

// addPerson adds somebody with a name, an address, an identifier, a role and a membership.
func (p *fixture) addPerson(co, unit int64, given, family string, n int) (person, role int64) {
	p.t.Helper()
	person = p.add(comity.CoPerson.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoPerson.CoId, co)
		rec.SetText(comity.CoPerson.Status, comity.Active)
	})
	p.add(comity.Name.Resource, func(rec *comity.Record) {
		f := comity.Name
		rec.SetText(f.Given, given)
		rec.SetText(f.Family, family)
		rec.SetText(f.Type, "official")
		rec.SetBool(f.PrimaryName, true)
		rec.SetOwner(f.Person, comity.OwnerCO, person)
	})
	login := strings.ToLower(given)
	p.add(comity.EmailAddress.Resource, func(rec *comity.Record) {
		f := comity.EmailAddress
		rec.SetText(f.Mail, login+"@example.org")
		rec.SetText(f.Type, "official")
		rec.SetOwner(f.Person, comity.OwnerCO, person)
	})
	p.add(comity.Identifier.Resource, func(rec *comity.Record) {
		f := comity.Identifier
		rec.SetText(f.Identifier, login)
		rec.SetText(f.Type, "uid")
		rec.SetText(f.Status, comity.Active)
		rec.SetOwner(f.Person, comity.OwnerCO, person)
	})
	role = p.add(comity.CoPersonRole.Resource, func(rec *comity.Record) {
		f := comity.CoPersonRole
		rec.SetText(f.Affiliation, []string{"faculty", "staff", "student"}[n%3])
		rec.SetText(f.Title, []string{"Professor", "Engineer", "Doctoral student"}[n%3])
		rec.SetText(f.Status, []string{comity.Active, comity.Active, comity.Active, comity.Suspended}[n%4])
		rec.SetInt(f.CouId, unit)
		rec.Set(f.ValidThrough, comity.TimeCell(time.Now().AddDate(0, n+1, 0)))
		rec.SetOwner(f.Person, comity.OwnerCO, person)
	})
	if n%2 == 0 {
		p.add(comity.CoGroupMember.Resource, func(rec *comity.Record) {
			f := comity.CoGroupMember
			rec.SetInt(f.CoGroupId, p.group)
			rec.SetBool(f.Member, true)
			rec.SetBool(f.Owner, n == 0)
			rec.SetOwner(f.Person, comity.OwnerCO, person)
		})
	}
	return person, role
}

func (p *fixture) add(r *comity.Resource, fill func(*comity.Record)) int64 {
	p.t.Helper()
	rec := comity.NewRecord(r)
	fill(rec)
	added, err := p.api().Add(p.t.Context(), rec)
	if err != nil {
		p.t.Fatal(err)
	}
	return added.Id
}
