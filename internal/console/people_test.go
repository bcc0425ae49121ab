package console_test

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/view"
	"comity/internal/signin"
)

// addUnit adds a unit of a CO.
func (fx *fixture) addUnit(t *testing.T, co int64, name string) int64 {
	t.Helper()
	return fx.add(t, comity.Cou.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.Cou.CoId, co)
		rec.SetText(comity.Cou.Name, name)
	})
}

// addRole gives a person an active role in a unit, until a time if that is not zero.
func (fx *fixture) addRole(t *testing.T, person, unit int64, until time.Time) int64 {
	t.Helper()
	f := comity.CoPersonRole
	return fx.add(t, f.Resource, func(rec *comity.Record) {
		rec.SetOwner(f.Person, comity.OwnerCO, person)
		rec.SetInt(f.CouId, unit)
		rec.SetText(f.Affiliation, "staff")
		rec.SetText(f.Status, comity.Active)
		if !until.IsZero() {
			rec.Set(f.ValidThrough, comity.TimeCell(until))
		}
	})
}

// memberOf is an API user that acts for a person, with that person's rights.
func (fx *fixture) memberOf(t *testing.T, co, person int64) signin.Login {
	t.Helper()
	f := comity.ApiUser
	name := fmt.Sprintf("member-%d", serial.Add(1))
	rec := comity.NewRecord(f.Resource)
	rec.SetInt(f.CoId, co)
	rec.SetText(f.Username, name)
	rec.SetText(f.Status, comity.Active)
	rec.SetInt(f.CoPersonId, person)
	added, err := fx.registry.Add(t.Context(), authz.System("test"), f.Resource, comity.Input{Record: rec})
	if err != nil {
		t.Fatal(err)
	}
	return signin.Login{Username: fmt.Sprintf("co_%d.%s", co, name), Key: added.Generated}
}

// administer makes a person an administrator of a unit.
func (fx *fixture) administer(t *testing.T, co, person int64, unit string) {
	t.Helper()
	groups, err := fx.reader.List(t.Context(), authz.System("test"), view.ListQuery{Resource: comity.CoGroup.Resource, CoIds: []int64{co}})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups.Records {
		if name := g.Text(comity.CoGroup.Name); strings.Contains(name, unit) && strings.HasSuffix(name, "admins") {
			f := comity.CoGroupMember
			fx.add(t, f.Resource, func(rec *comity.Record) {
				rec.SetInt(f.CoGroupId, g.Id)
				rec.SetOwner(f.Person, comity.OwnerCO, person)
				rec.SetBool(f.Member, true)
			})
			return
		}
	}
	t.Fatalf("unit %s has no group of administrators", unit)
}

func TestPeople(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		s := fx.serve(t, nil)
		co := fx.addCO(t)
		list := fmt.Sprintf("/console/co/%d/co_people/", co)
		b := signedIn(t, s.URL, fx.operator)
		b.get(list, 200)
		b.says("There are no people yet.")
		unit := fx.addUnit(t, co, "Physics")
		ada := fx.addPerson(t, co, "Ada", "ada-login-"+fmt.Sprint(co))
		grace := fx.addPerson(t, co, "Hilde", "")
		fx.addRole(t, grace, unit, time.Time{})
		for _, tt := range []struct {
			query     url.Values
			sees, not string
		}{
			{nil, "Ada", ""},
			{nil, "Hilde", ""},
			{url.Values{"q": {"ada-login"}}, "Ada", "Hilde"},
			{url.Values{"unit": {fmt.Sprint(unit)}}, "Hilde", "ada-login"},
			{url.Values{"status": {comity.Suspended}}, "Nobody matches.", "ada-login"},
		} {
			b.get(list+"?"+tt.query.Encode(), 200)
			b.says(tt.sees)
			if tt.not != "" && strings.Contains(textOf(find(b.page.root, "main")), tt.not) {
				t.Errorf("%s shows %s:\n%s", b.page.url, tt.not, b.page.text)
			}
		}
		member := signedIn(t, s.URL, fx.memberOf(t, co, ada))
		member.get(list, 200)
		member.says("Ada")
		if strings.Contains(member.page.text, "Hilde") || member.link("Add person") != "" {
			t.Errorf("a member sees\n%s", member.page.text)
		}
		for i := range 51 {
			fx.addPerson(t, co, fmt.Sprintf("Z%02d", i), "")
		}
		b.get(list, 200)
		b.get(list+b.link("Next page"), 200)
		b.says("Z50")
		if b.link("First page") == "" || b.link("Next page") != "" {
			t.Error("the second page of two leads to the first, and no further")
		}
	})
}

func TestAddPerson(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		s := fx.serve(t, nil)
		co := fx.addCO(t)
		form := fmt.Sprintf("/console/co/%d/co_people/add", co)
		unit := fx.addUnit(t, co, "Physics")
		fx.addUnit(t, co, "Biology")
		taken := fmt.Sprintf("taken-%d", co)
		fx.addPerson(t, co, "Hilde", taken)
		b := signedIn(t, s.URL, fx.operator)
		b.get(form, 200)
		b.submit(map[string]string{
			"EmailAddress.Mail": "no address", "Identifier.Identifier": taken, "Identifier.Type": "oidcsub",
			"CoPersonRole.CouId": fmt.Sprint(unit),
		}, 422)
		b.says("The person is not added yet")
		for control, want := range map[string]string{
			"Name.Given": "Given name is required.", "EmailAddress.Mail": "email address", "Identifier.Identifier": "in use", "CoPersonRole.Affiliation": "required",
		} {
			if got := b.fault(control); !strings.Contains(got, want) {
				t.Errorf("beside %s stands %q, want %q", control, got, want)
			}
		}
		b.submit(map[string]string{
			"Name.Given": "Ada", "Name.Family": "Lovelace", "EmailAddress.Mail": "ada@example.org",
			"Identifier.Identifier": "ada", "Identifier.Type": "uid", "CoPersonRole.Affiliation": "staff",
		}, 200)
		for _, text := range []string{"Person added.", "Ada Lovelace", "ada@example.org", "in because the role in Physics is Active"} {
			b.says(text)
		}
		b.get(form, 200)
		b.submit(map[string]string{"Name.Given": "Emmy"}, 200)
		b.says("No role yet.")

		head := fx.addPerson(t, co, "Head", "")
		fx.administer(t, co, head, "Physics")
		h := signedIn(t, s.URL, fx.memberOf(t, co, head))
		h.get(form, 200)
		h.submit(map[string]string{"Name.Given": "Kurt", "CoPersonRole.CouId": fmt.Sprint(unit), "CoPersonRole.Affiliation": "staff"}, 200)
		h.says("Kurt")
		m := signedIn(t, s.URL, fx.memberOf(t, co, fx.addPerson(t, co, "Member", "")))
		m.get(form, 403)
	})
}

func TestPerson(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		s := fx.serve(t, nil)
		co := fx.addCO(t)
		unit := fx.addUnit(t, co, "Physics")
		ada := fx.addPerson(t, co, "Ada", fmt.Sprintf("ada-%d", co))
		fx.addRole(t, ada, unit, time.Now().AddDate(1, 0, 0))
		at := fmt.Sprintf("/console/co/%d/co_people/%d/", co, ada)
		b := signedIn(t, s.URL, fx.operator)
		b.get(at, 200)
		for _, text := range []string{"staff", "in because everybody in the CO is", "in because the role in Physics is Active", "Add email address", "All history of this person", "Added role staff in Physics by"} {
			b.says(text)
		}
		b.get(b.link("Edit Ada"), 200)
		b.submit(map[string]string{"Family": "Lovelace"}, 200)
		if b.at() != at {
			t.Errorf("after the name is edited the browser is at %s, want %s", b.at(), at)
		}
		b.says("Name saved.")
		b.says("Ada Lovelace")
		b.get(b.link("Add email address"), 200)
		b.submit(map[string]string{"Mail": "ada@example.org", "Type": "official"}, 200)
		if b.at() != at {
			t.Errorf("after an address is added the browser is at %s, want %s", b.at(), at)
		}
		b.get(b.link("Delete ada@example.org"), 200)
		b.submit(nil, 200)
		if b.at() != at {
			t.Errorf("after the address is deleted the browser is at %s, want %s", b.at(), at)
		}
		b.get(at+"?at="+time.Now().UTC().Format(time.DateOnly), 200)
		b.says("Nothing here can be changed.")
		for _, text := range []string{"Edit", "Delete", "Edit Ada Lovelace", "Add name", "Add role"} {
			if to := b.link(text); to != "" {
				t.Errorf("%q leads to %s from the past", text, to)
			}
		}
		b.get(at+"delete", 200)
		b.says("Delete the roles first.")
		b.submit(nil, 409)
		b.get(at+"?at=1990-01-01", 404)
		b.get(at+"?at=yesterday", 400)
		other := fmt.Sprintf("/console/co/%d/co_people/%s/", fx.addCO(t), path.Base(at))
		b.get(other, 404)

		me := signedIn(t, s.URL, fx.memberOf(t, co, ada))
		me.get(at, 200)
		me.says("Ada Lovelace")
		if me.link("Edit") != "" || me.link("Edit Ada Lovelace") != "" || me.link("Add name") != "" {
			t.Errorf("a member is offered changes:\n%s", me.page.text)
		}
		stranger := signedIn(t, s.URL, fx.memberOf(t, co, fx.addPerson(t, co, "Stranger", "")))
		stranger.get(at, 404)

		head := fx.addPerson(t, co, "Head", "")
		fx.administer(t, co, head, "Physics")
		h := signedIn(t, s.URL, fx.memberOf(t, co, head))
		h.get(at, 200)
		if h.link("Edit Ada Lovelace") == "" || h.link(fmt.Sprintf("Edit ada-%d", co)) != "" {
			t.Errorf("an administrator of the unit edits the name, and no identifier to log in by:\n%s", h.page.text)
		}
	})
}

func TestOverview(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		s := fx.serve(t, nil)
		co := fx.addCO(t)
		home := fmt.Sprintf("/console/co/%d/", co)
		b := signedIn(t, s.URL, fx.operator)
		b.get("/console/", 200)
		b.says("Active")
		b.get(home, 200)
		b.says("What to do next")
		b.get(b.link("Add a personWith name, address, identifier and role in one form."), 200)
		unit := fx.addUnit(t, co, "Physics")
		ada := fx.addPerson(t, co, "Ada", "")
		fx.addRole(t, ada, unit, time.Now().AddDate(0, 1, 0))
		fx.add(t, comity.CoProvisioningTarget.Resource, func(rec *comity.Record) {
			f := comity.CoProvisioningTarget
			rec.SetInt(f.CoId, co)
			rec.SetText(f.Plugin, comity.PluginAPI)
			rec.SetText(f.Description, "Mail system")
			rec.SetText(f.Status, comity.ModeManual)
		})
		b.get(home, 200)
		for _, text := range []string{"People by status", "1Active", "Mail system", "Ends next", "Role, staff in Physics", "As a table"} {
			b.says(text)
		}
		if b.link("Ada") == "" {
			t.Error("what ends next leads to no person")
		}
		me := signedIn(t, s.URL, fx.memberOf(t, co, ada))
		me.get(home, 200)
		me.says("Role, staff in Physics")
		if strings.Contains(me.page.text, "Mail system") || strings.Contains(me.page.text, "As a table") {
			t.Errorf("a member sees\n%s", me.page.text)
		}
	})
}
