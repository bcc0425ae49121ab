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
func (r *reader) button(text string) (to string, values url.Values) {
	r.t.Helper()
	each(r.page.root, func(f *html.Node) {
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
		r.t.Fatalf("there is no button %q on %s:\n%s", text, r.page.url, r.page.text)
	}
	return to, values
}

func (w *world) addGroup(t *testing.T, co int64, name string) int64 {
	t.Helper()
	return w.add(t, comity.CoGroup.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoGroup.CoId, co)
		rec.SetText(comity.CoGroup.Name, name)
		rec.SetText(comity.CoGroup.Status, comity.Active)
	})
}

func (w *world) addUnitBelow(t *testing.T, co int64, name string, parent int64) int64 {
	t.Helper()
	return w.add(t, comity.Cou.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.Cou.CoId, co)
		rec.SetText(comity.Cou.Name, name)
		rec.SetInt(comity.Cou.ParentId, parent)
	})
}

func (w *world) nest(t *testing.T, group, target int64) int64 {
	t.Helper()
	return w.add(t, comity.CoGroupNesting.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoGroupNesting.CoGroupId, group)
		rec.SetInt(comity.CoGroupNesting.TargetCoGroupId, target)
	})
}

// join puts somebody into a group, as a member or as an owner.
func (w *world) join(t *testing.T, person, group int64, owner bool) {
	t.Helper()
	f := comity.CoGroupMember
	w.add(t, f.Resource, func(rec *comity.Record) {
		rec.SetInt(f.CoGroupId, group)
		rec.SetOwner(f.Person, comity.OwnerCO, person)
		rec.SetBool(f.Member, !owner)
		rec.SetBool(f.Owner, owner)
	})
}

func TestUnitsAreATree(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		co := w.addCO(t)
		science := w.addUnit(t, co, "Science")
		physics := w.addUnitBelow(t, co, "Physics", science)
		ada := w.addPerson(t, co, "Ada", "")
		w.add(t, comity.CoPersonRole.Resource, func(rec *comity.Record) {
			rec.SetOwner(comity.CoPersonRole.Person, comity.OwnerCO, ada)
			rec.SetInt(comity.CoPersonRole.CouId, physics)
			rec.SetText(comity.CoPersonRole.Affiliation, "staff")
			rec.SetText(comity.CoPersonRole.Status, comity.Active)
		})
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		r.get(inCO(co, "cous/"), 200)
		r.says("Science 0 people in Science Move ScienceAdd below Science Physics 1 person in Physics")

		r.get(inCO(co, "cous/new?ParentId=%d", physics), 200)
		r.submit(values{"Name": "Optics"}, 200)
		r.get(inCO(co, "cous/%d/", physics), 200)
		r.says("1 person has a role here")
		r.says("Units below Optics")

		r.get(inCO(co, "cous/%d/move", physics), 200)
		if strings.Contains(r.page.text, "Science › Physics") {
			t.Error("it can be moved below itself")
		}
		r.submit(values{"ParentId": fmt.Sprint(physics)}, 422)
		if got := r.fault("ParentId"); !strings.Contains(strings.ToLower(got), "cycle") {
			t.Errorf("beside the unit stands %q", got)
		}
		r.submit(values{"ParentId": ""}, 200)
		r.says("Physics moved.")
		r.says("Physics 1 person in Physics Move PhysicsAdd below Physics Optics")
		r.get(inCO(co, "cous/new"), 200)
		r.submit(values{"Name": "Physics"}, 422)
		if r.fault("Name") == "" {
			t.Error("nothing stands beside a name in use")
		}
	})
}

func TestGroupPage(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		co := w.addCO(t)
		readers, all := w.addGroup(t, co, "Readers"), w.addGroup(t, co, "All <readers>")
		w.nest(t, readers, all)
		ada, grace := w.addPerson(t, co, "Ada", ""), w.addPerson(t, co, "Grace", "")
		w.join(t, ada, readers, false)
		w.join(t, grace, all, true)
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		r.get(inCO(co, "co_groups/?q=read&kind=given"), 200)
		r.says("All <readers>")
		r.get(inCO(co, "co_groups/?kind=automatic"), 200)
		if strings.Contains(r.page.text, "Readers") {
			t.Error("what is given is listed with what is automatic")
		}
		r.get(r.link("CO:members:active"), 200)
		r.says("Everybody who is active in the CO is a member automatically.")
		r.says("in because the person is Active")

		r.get(inCO(co, "co_groups/%d/", all), 200)
		r.says("1 member, 1 owner")
		r.says("Ada Member in through the group Readers")
		r.says("Members of Readers are members of All <readers> · End this")
		if got := r.link("history"); got != inCO(co, "history_records/?cogroupid=%d", all) {
			t.Errorf("the history of the group is at %q", got)
		}
		r.get(inCO(co, "co_groups/%d/?q=grace", all), 200)
		if strings.Contains(r.page.text, "Ada") {
			t.Error("the members stay as they are")
		}
		to, do := r.button("Make member: Grace")
		r.post(to, do, 200)
		r.says("Grace is a member now.")
		to, do = r.button("No owner: Grace")
		r.post(to, do, 200)
		r.says("2 members, 0 owners")
		to, do = r.button("Remove: Grace")
		r.post(to, do, 200)
		r.says("1 member, 0 owners")

		r.get(inCO(co, "co_groups/%d/members-at?date=2099-01-01", readers), 200)
		r.says("Ada Member")
		r.get(inCO(co, "co_groups/%d/members-at?date=1999-01-01", readers), 200)
		r.says("Nobody was in it then.")
		r.get(inCO(co, "co_groups/%d/members-at?date=x", readers), 200)
		r.says("That is no date.")
		r.get(inCO(co, "co_groups/%d/delete", readers), 200)
		r.says("The records that belong to it are deleted, too")

		r.get(inCO(co, "co_group_nestings/new?targetcogroupid=%d", readers), 200)
		r.submit(values{"CoGroupId": fmt.Sprint(all)}, 422)
		if got := r.fault("CoGroupId"); got != "Nesting would create cycle." {
			t.Errorf("beside the nested group stands %q", got)
		}
	})
}

func TestPasteAList(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		co := w.addCO(t)
		group := w.addGroup(t, co, "Readers")
		ada, grace := w.addPerson(t, co, "Ada", "ada-1"), w.addPerson(t, co, "Grace", "grace-1")
		twins := []int64{w.addPerson(t, co, "Twin", "twin-1"), w.addPerson(t, co, "Twin", "twin-2")}
		for _, p := range twins {
			w.add(t, comity.EmailAddress.Resource, func(rec *comity.Record) {
				rec.SetOwner(comity.EmailAddress.Person, comity.OwnerCO, p)
				rec.SetText(comity.EmailAddress.Mail, "twins@example.org")
				rec.SetText(comity.EmailAddress.Type, "official")
			})
		}
		w.join(t, grace, group, false)
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		paste := inCO(co, "co_groups/%d/paste", group)
		r.get(paste, 200)
		r.submit(values{"people": " \n"}, 422)
		if got := r.fault("people"); got != "Write at least one line." {
			t.Errorf("beside the list stands %q", got)
		}
		r.submit(values{"people": strings.Repeat("x\n", comity.MaxBulk+1)}, 422)
		r.submit(values{"people": "ADA-1\r\n\r\ntwins@example.org\r\ngrace-1\r\nada-1\r\nno<body>"}, 200)
		for _, text := range []string{"1 line is clear Ada", "1 line means more than one person “twins@example.org”", "1 line means nobody", "“no<body>”", "In the group already, or named twice Grace"} {
			r.says(text)
		}
		r.post(paste+"/add", url.Values{"person-0": {fmt.Sprint(ada)}, "person-1": {fmt.Sprint(twins[1])}, "person-2": {fmt.Sprint(grace)}, "person-3": {fmt.Sprint(ada)}}, 200)
		r.says("2 people added.")
		r.says("3 members")
		r.post(paste+"/add", url.Values{"person-0": {fmt.Sprint(ada)}}, 200)
		r.says("Nobody was added.")
	})
}

// TestGroupRights: what a caller may not do is not offered, and is refused.
func TestGroupRights(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		co := w.addCO(t)
		group, other := w.addGroup(t, co, "Readers"), w.addGroup(t, co, "Others")
		unit := w.addUnit(t, co, "Physics")
		owner, member := w.addPerson(t, co, "Olga", ""), w.addPerson(t, co, "Max", "")
		unitAdmin := w.addPerson(t, co, "Ute", "")
		w.join(t, owner, group, true)
		w.join(t, member, group, false)
		w.join(t, owner, other, false)
		admins := w.adminsOf(t, co, unit)
		w.join(t, unitAdmin, admins, false)
		base := w.serve(t, nil).URL
		for _, tt := range []struct {
			name    string
			login   signin.Login
			changes bool
			sees    string
			moves   int
		}{
			{"an administrator", w.loginIn(t, co, 0, true), true, "Max", 200},
			{"the owner", w.loginIn(t, co, owner, false), true, "Max Member", 403},
			{"a member", w.loginIn(t, co, member, false), false, "Max", 404},
			{"the unit's administrator", w.loginIn(t, co, unitAdmin, false), false, "", 200},
		} {
			t.Run(tt.name, func(t *testing.T) {
				r := signedIn(t, base, tt.login)
				r.get(inCO(co, "cous/%d/move", unit), tt.moves)
				if tt.sees == "" {
					r.get(inCO(co, "co_groups/%d/", group), 404)
					r.get(inCO(co, "co_groups/%d/", admins), 200)
					return
				}
				r.get(inCO(co, "co_groups/%d/", group), 200)
				r.says(tt.sees)
				if offered := r.link("Paste a list of people") != ""; offered != tt.changes {
					t.Errorf("a list can be pasted: %t", offered)
				}
				want := map[bool]int{true: 200, false: 403}[tt.changes]
				r.get(inCO(co, "co_groups/%d/paste", group), want)
				r.get(inCO(co, "co_groups/%d/members-at?date=2099-01-01", group), want)
				r.post(inCO(co, "co_groups/%d/paste/add", group), url.Values{}, want)
			})
		}
		r := signedIn(t, base, w.loginIn(t, co, owner, false))
		r.get(inCO(co, "co_groups/%d/paste", other), 403)
	})
}

// adminsOf is the group of a unit's administrators.
func (w *world) adminsOf(t *testing.T, co, unit int64) int64 {
	t.Helper()
	l, err := w.reader.List(t.Context(), authz.System("test"), view.ListQuery{Resource: comity.CoGroup.Resource, CoIds: []int64{co}})
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
func (w *world) loginIn(t *testing.T, co, person int64, privileged bool) signin.Login {
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
	added, err := w.registry.Add(t.Context(), authz.System("test"), f.Resource, comity.Input{Record: rec})
	if err != nil {
		t.Fatal(err)
	}
	user, err := w.reader.Record(t.Context(), authz.System("test"), f.Resource, added.Id)
	if err != nil {
		t.Fatal(err)
	}
	return signin.Login{Username: user.Text(f.Username), Key: added.Generated}
}

func TestExtendedTypesByWhatTheyAreOf(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		co := w.addCO(t)
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		r.get(inCO(co, "co_extended_types/"), 200)
		r.says("Affiliations of roles")
		r.get(r.link("Add type for Names"), 200)
		r.submit(values{"Name": "stage", "DisplayName": "Stage name"}, 200)
		r.says("Names")
		r.get(inCO(co, "co_extended_types/"), 200)
		r.says("Stage namestageActive")
	})
}
