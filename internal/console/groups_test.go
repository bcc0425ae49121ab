package console_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/view"
	"comity/internal/signin"
)

// inCO is the path of a page of a CO.
func inCO(co int64, path string, args ...any) string {
	return fmt.Sprintf("/console/co/%d/", co) + fmt.Sprintf(path, args...)
}

// button is the path and value that a button with a text sends.
func (b *browser) button(text string) (to string, values url.Values) {
	b.t.Helper()
	each(b.page.root, func(f *html.Node) {
		if f.Data != "form" {
			return
		}
		each(f, func(n *html.Node) {
			if n.Data == "button" && textOf(n) == text {
				to, values = attr(f, "action"), url.Values{attr(n, "name"): {attr(n, "value")}}
			}
		})
	})
	if to == "" {
		b.t.Fatalf("there is no button %q on %s:\n%s", text, b.page.url, b.page.text)
	}
	return to, values
}

func (fx *fixture) addGroup(t *testing.T, co int64, name string) int64 {
	t.Helper()
	return fx.add(t, comity.CoGroup.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoGroup.CoId, co)
		rec.SetText(comity.CoGroup.Name, name)
		rec.SetText(comity.CoGroup.Status, comity.Active)
	})
}

func (fx *fixture) addUnitBelow(t *testing.T, co int64, name string, parent int64) int64 {
	t.Helper()
	return fx.add(t, comity.Cou.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.Cou.CoId, co)
		rec.SetText(comity.Cou.Name, name)
		rec.SetInt(comity.Cou.ParentId, parent)
	})
}

func (fx *fixture) nest(t *testing.T, group, target int64) int64 {
	t.Helper()
	return fx.add(t, comity.CoGroupNesting.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoGroupNesting.CoGroupId, group)
		rec.SetInt(comity.CoGroupNesting.TargetCoGroupId, target)
	})
}

// join puts somebody into a group, as a member or as an owner.
func (fx *fixture) join(t *testing.T, person, group int64, owner bool) {
	t.Helper()
	f := comity.CoGroupMember
	fx.add(t, f.Resource, func(rec *comity.Record) {
		rec.SetInt(f.CoGroupId, group)
		rec.SetOwner(f.Person, comity.OwnerCO, person)
		rec.SetBool(f.Member, !owner)
		rec.SetBool(f.Owner, owner)
	})
}

func TestUnitsAreATree(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		co := fx.addCO(t)
		science := fx.addUnit(t, co, "Science")
		physics := fx.addUnitBelow(t, co, "Physics", science)
		ada := fx.addPerson(t, co, "Ada", "")
		fx.add(t, comity.CoPersonRole.Resource, func(rec *comity.Record) {
			rec.SetOwner(comity.CoPersonRole.Person, comity.OwnerCO, ada)
			rec.SetInt(comity.CoPersonRole.CouId, physics)
			rec.SetText(comity.CoPersonRole.Affiliation, "staff")
			rec.SetText(comity.CoPersonRole.Status, comity.Active)
		})
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		b.get(inCO(co, "cous/"), 200)
		b.says("Science 0 people in Science Move ScienceAdd below Science Physics 1 person in Physics")

		b.get(inCO(co, "cous/new?ParentId=%d", physics), 200)
		b.submit(values{"Name": "Optics"}, 200)
		b.get(inCO(co, "cous/%d/", physics), 200)
		b.says("1 person has a role here")
		b.says("Units below Optics")

		b.get(inCO(co, "cous/%d/move", physics), 200)
		if strings.Contains(b.page.text, "Science › Physics") {
			t.Error("it can be moved below itself")
		}
		b.submit(values{"ParentId": fmt.Sprint(physics)}, 422)
		if got := b.fault("ParentId"); !strings.Contains(strings.ToLower(got), "cycle") {
			t.Errorf("beside the unit stands %q", got)
		}
		b.submit(values{"ParentId": ""}, 200)
		b.says("Physics moved.")
		b.says("Physics 1 person in Physics Move PhysicsAdd below Physics Optics")
		b.get(inCO(co, "cous/new"), 200)
		b.submit(values{"Name": "Physics"}, 422)
		if b.fault("Name") == "" {
			t.Error("nothing stands beside a name in use")
		}
	})
}

func TestGroupPage(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		co := fx.addCO(t)
		readers, all := fx.addGroup(t, co, "Readers"), fx.addGroup(t, co, "All <readers>")
		fx.nest(t, readers, all)
		ada, grace := fx.addPerson(t, co, "Ada", ""), fx.addPerson(t, co, "Grace", "")
		fx.join(t, ada, readers, false)
		fx.join(t, grace, all, true)
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		b.get(inCO(co, "co_groups/?q=read&kind=given"), 200)
		b.says("All <readers>")
		b.get(inCO(co, "co_groups/?kind=automatic"), 200)
		if strings.Contains(b.page.text, "Readers") {
			t.Error("what is given is listed with what is automatic")
		}
		b.get(b.link("CO:members:active"), 200)
		b.says("Everybody who is active in the CO is a member automatically.")
		b.says("in because the person is Active")

		b.get(inCO(co, "co_groups/%d/", all), 200)
		b.says("1 member, 1 owner")
		b.says("Ada Member in through the group Readers")
		b.says("Members of Readers are members of All <readers> · End this")
		if got := b.link("history"); got != inCO(co, "history_records/?cogroupid=%d", all) {
			t.Errorf("the history of the group is at %q", got)
		}
		b.get(inCO(co, "co_groups/%d/?q=grace", all), 200)
		if strings.Contains(b.page.text, "Ada") {
			t.Error("the members stay as they are")
		}
		to, do := b.button("Make member: Grace")
		b.post(to, do, 200)
		b.says("Grace is a member now.")
		to, do = b.button("No owner: Grace")
		b.post(to, do, 200)
		b.says("2 members, 0 owners")
		to, do = b.button("Remove: Grace")
		b.post(to, do, 200)
		b.says("1 member, 0 owners")

		b.get(inCO(co, "co_groups/%d/members-at?date=2099-01-01", readers), 200)
		b.says("Ada Member")
		b.get(inCO(co, "co_groups/%d/members-at?date=1999-01-01", readers), 200)
		b.says("Nobody was in it then.")
		b.get(inCO(co, "co_groups/%d/members-at?date=x", readers), 200)
		b.says("That is no date.")
		b.get(inCO(co, "co_groups/%d/delete", readers), 200)
		b.says("The records that belong to it are deleted, too")

		b.get(inCO(co, "co_group_nestings/new?targetcogroupid=%d", readers), 200)
		b.submit(values{"CoGroupId": fmt.Sprint(all)}, 422)
		if got := b.fault("CoGroupId"); got != "Nesting would create cycle." {
			t.Errorf("beside the nested group stands %q", got)
		}
	})
}

func TestPasteAList(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		co := fx.addCO(t)
		group := fx.addGroup(t, co, "Readers")
		ada, grace := fx.addPerson(t, co, "Ada", "ada-1"), fx.addPerson(t, co, "Grace", "grace-1")
		twins := []int64{fx.addPerson(t, co, "Twin", "twin-1"), fx.addPerson(t, co, "Twin", "twin-2")}
		for _, p := range twins {
			fx.add(t, comity.EmailAddress.Resource, func(rec *comity.Record) {
				rec.SetOwner(comity.EmailAddress.Person, comity.OwnerCO, p)
				rec.SetText(comity.EmailAddress.Mail, "twins@example.org")
				rec.SetText(comity.EmailAddress.Type, "official")
			})
		}
		fx.join(t, grace, group, false)
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		paste := inCO(co, "co_groups/%d/paste", group)
		b.get(paste, 200)
		b.submit(values{"people": " \n"}, 422)
		if got := b.fault("people"); got != "Write at least one line." {
			t.Errorf("beside the list stands %q", got)
		}
		b.submit(values{"people": strings.Repeat("x\n", comity.MaxBulk+1)}, 422)
		b.submit(values{"people": "ADA-1\r\n\r\ntwins@example.org\r\ngrace-1\r\nada-1\r\nno<body>"}, 200)
		for _, text := range []string{"1 line is clear Ada", "1 line means more than one person “twins@example.org”", "1 line means nobody", "“no<body>”", "In the group already, or named twice Grace"} {
			b.says(text)
		}
		b.post(paste+"/add", url.Values{"person-0": {fmt.Sprint(ada)}, "person-1": {fmt.Sprint(twins[1])}, "person-2": {fmt.Sprint(grace)}, "person-3": {fmt.Sprint(ada)}}, 200)
		b.says("2 people added.")
		b.says("3 members")
		b.post(paste+"/add", url.Values{"person-0": {fmt.Sprint(ada)}}, 200)
		b.says("Nobody was added.")
	})
}

// TestGroupRights: what a caller may not do is not offered, and is refused.
func TestGroupRights(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		co := fx.addCO(t)
		group, other := fx.addGroup(t, co, "Readers"), fx.addGroup(t, co, "Others")
		unit := fx.addUnit(t, co, "Physics")
		owner, member := fx.addPerson(t, co, "Olga", ""), fx.addPerson(t, co, "Max", "")
		unitAdmin := fx.addPerson(t, co, "Ute", "")
		fx.join(t, owner, group, true)
		fx.join(t, member, group, false)
		fx.join(t, owner, other, false)
		admins := fx.adminsOf(t, co, unit)
		fx.join(t, unitAdmin, admins, false)
		base := fx.serve(t, nil).URL
		for _, tt := range []struct {
			name    string
			login   signin.Login
			changes bool
			sees    string
			moves   int
		}{
			{"an administrator", fx.loginIn(t, co, 0, true), true, "Max", 200},
			{"the owner", fx.loginIn(t, co, owner, false), true, "Max Member", 403},
			{"a member", fx.loginIn(t, co, member, false), false, "Max", 404},
			{"the unit's administrator", fx.loginIn(t, co, unitAdmin, false), false, "", 200},
		} {
			t.Run(tt.name, func(t *testing.T) {
				b := signedIn(t, base, tt.login)
				b.get(inCO(co, "cous/%d/move", unit), tt.moves)
				if tt.sees == "" {
					b.get(inCO(co, "co_groups/%d/", group), 404)
					b.get(inCO(co, "co_groups/%d/", admins), 200)
					return
				}
				b.get(inCO(co, "co_groups/%d/", group), 200)
				b.says(tt.sees)
				if offered := b.link("Paste a list of people") != ""; offered != tt.changes {
					t.Errorf("a list can be pasted: %t", offered)
				}
				want := map[bool]int{true: 200, false: 403}[tt.changes]
				b.get(inCO(co, "co_groups/%d/paste", group), want)
				b.get(inCO(co, "co_groups/%d/members-at?date=2099-01-01", group), want)
				b.post(inCO(co, "co_groups/%d/paste/add", group), url.Values{}, want)
			})
		}
		b := signedIn(t, base, fx.loginIn(t, co, owner, false))
		b.get(inCO(co, "co_groups/%d/paste", other), 403)
	})
}

// adminsOf is the group of a unit's administrators.
func (fx *fixture) adminsOf(t *testing.T, co, unit int64) int64 {
	t.Helper()
	l, err := fx.reader.List(t.Context(), authz.System("test"), view.ListQuery{Resource: comity.CoGroup.Resource, CoIds: []int64{co}})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range l.Records {
		if g.Int(comity.CoGroup.CouId) == unit && g.Text(comity.CoGroup.GroupType) == comity.GroupAdmins {
			return g.Id
		}
	}
	t.Fatal("the unit has no administrators' group")
	return 0
}

// loginIn makes an API user of a CO, for a person or with rights of its own.
func (fx *fixture) loginIn(t *testing.T, co, person int64, privileged bool) signin.Login {
	t.Helper()
	f := comity.ApiUser
	rec := comity.NewRecord(f.Resource)
	rec.SetInt(f.CoId, co)
	rec.SetText(f.Username, fmt.Sprintf("u%d", serial.Add(1)))
	rec.SetText(f.Status, comity.Active)
	rec.SetBool(f.Privileged, privileged)
	if person != 0 {
		rec.SetInt(f.CoPersonId, person)
	}
	added, err := fx.registry.Add(t.Context(), authz.System("test"), f.Resource, comity.Input{Record: rec})
	if err != nil {
		t.Fatal(err)
	}
	user, err := fx.reader.Record(t.Context(), authz.System("test"), f.Resource, added.Id)
	if err != nil {
		t.Fatal(err)
	}
	return signin.Login{Username: user.Text(f.Username), Key: added.Generated}
}

func TestExtendedTypesByWhatTheyAreOf(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		co := fx.addCO(t)
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		b.get(inCO(co, "co_extended_types/"), 200)
		b.says("Affiliations of roles")
		b.get(b.link("Add type for Names"), 200)
		b.submit(values{"Name": "stage", "DisplayName": "Stage name"}, 200)
		b.says("Names")
		b.get(inCO(co, "co_extended_types/"), 200)
		b.says("Stage namestageActive")
	})
}
