package console_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"comity"
)

// TestAGroupsOwnerAddsPeople: who owns a group and is a plain member else sees who is in it by name, finds
// whom to add by name or address, and nothing else of them.
func TestAGroupsOwnerAddsPeople(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		co := w.addCO(t)
		unit, group := w.addUnit(t, co, "Physics"), w.addGroup(t, co, "Readers")
		olga, ada, grace := w.addPerson(t, co, "Olga", ""), w.addPerson(t, co, "Ada", "hidden-ada"), w.addPerson(t, co, "Grace", "")
		w.addRoleWith(t, ada, func(rec *comity.Record) {
			rec.SetInt(comity.CoPersonRole.CouId, unit)
			rec.SetText(comity.CoPersonRole.Title, "Countess")
		})
		for mail, person := range map[string]int64{"ada@example.org": ada, "grace@example.org": grace} {
			w.add(t, comity.EmailAddress.Resource, func(rec *comity.Record) {
				rec.SetOwner(comity.EmailAddress.Person, comity.OwnerCO, person)
				rec.SetText(comity.EmailAddress.Mail, mail)
				rec.SetText(comity.EmailAddress.Type, "official")
			})
		}
		w.add(t, comity.CoGroupMember.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.CoGroupMember.CoGroupId, group)
			rec.SetOwner(comity.CoGroupMember.Person, comity.OwnerCO, olga)
			rec.SetBool(comity.CoGroupMember.Owner, true)
		})
		r := signedIn(t, w.serve(t, nil).URL, w.memberOf(t, co, olga))
		page := inCO(co, "co_groups/%d/", group)
		r.get(page, 200)
		r.get(r.link("Add one person"), 200)
		r.submit(values{"Person": r.option("Person", "Ada")}, 200)
		r.get(page, 200)
		r.says("1 member, 1 owner")
		r.get(page+"paste", 200)
		r.submit(values{"people": "grace@example.org\nada@example.org\nhidden-ada"}, 200)
		r.says("Grace")
		r.press("Add these people", 200)
		r.get(page, 200)
		r.says("2 members, 1 owner")
		for name := range map[string]bool{"Ada": true, "Grace": true, "Olga": true} {
			if r.tableRow(name) == "" {
				t.Errorf("%s is not named:\n%s", name, r.page.text)
			}
		}
		if strings.Contains(r.page.text, "Person ") {
			t.Errorf("somebody is named by number only:\n%s", r.page.text)
		}
		r.get(inCO(co, "co_people/?q=ada"), 200)
		for _, text := range []string{"Ada", "ada@example.org", "Physics"} {
			r.says(text)
		}
		for _, secret := range []string{"hidden-ada", "hidden"} {
			r.get(inCO(co, "co_people/?q=%s", secret), 200)
			if strings.Contains(textOf(find(r.page.root, "main")), "Ada") {
				t.Errorf("%s finds somebody by what is not shown", secret)
			}
			r.get(page+"?q="+secret, 200)
			if r.tableRow("Ada") != "" {
				t.Errorf("%s finds a member by what is not shown", secret)
			}
		}
		r.get(inCO(co, "co_people/?q=ada&status=Active"), 200)
		r.get(inCO(co, "co_people/%d/", ada), 200)
		for _, secret := range []string{"hidden-ada", "Countess", "staff"} {
			if strings.Contains(r.page.text, secret) {
				t.Errorf("the owner of a group is shown %s:\n%s", secret, r.page.text)
			}
		}
		r.get(inCO(co, "co_people/%d/edit", ada), 403)
		r.get(inCO(co, "co_people/%d/?at=2100-01-01", grace), 404)
	})
}

// option is the value of a select's choice of a text.
func (r *reader) option(name, text string) (value string) {
	r.t.Helper()
	each(named(postForm(r.page.root), name), func(n *html.Node) {
		if n.Data == "option" && textOf(n) == text {
			value = attr(n, "value")
		}
	})
	if value == "" {
		r.t.Fatalf("%s has no choice %s on %s:\n%s", name, text, r.page.url, r.page.text)
	}
	return value
}
