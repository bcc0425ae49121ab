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
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		co := fx.addCO(t)
		unit, group := fx.addUnit(t, co, "Physics"), fx.addGroup(t, co, "Readers")
		olga, ada, grace := fx.addPerson(t, co, "Olga", ""), fx.addPerson(t, co, "Ada", "hidden-ada"), fx.addPerson(t, co, "Grace", "")
		fx.addRoleWith(t, ada, func(rec *comity.Record) {
			rec.SetInt(comity.CoPersonRole.CouId, unit)
			rec.SetText(comity.CoPersonRole.Title, "Countess")
		})
		for mail, person := range map[string]int64{"ada@example.org": ada, "grace@example.org": grace} {
			fx.add(t, comity.EmailAddress.Resource, func(rec *comity.Record) {
				rec.SetOwner(comity.EmailAddress.Person, comity.OwnerCO, person)
				rec.SetText(comity.EmailAddress.Mail, mail)
				rec.SetText(comity.EmailAddress.Type, "official")
			})
		}
		fx.add(t, comity.CoGroupMember.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.CoGroupMember.CoGroupId, group)
			rec.SetOwner(comity.CoGroupMember.Person, comity.OwnerCO, olga)
			rec.SetBool(comity.CoGroupMember.Owner, true)
		})
		b := signedIn(t, fx.serve(t, nil).URL, fx.memberOf(t, co, olga))
		page := inCO(co, "co_groups/%d/", group)
		b.get(page, 200)
		b.get(b.link("Add one person"), 200)
		b.submit(values{"Person": b.option("Person", "Ada")}, 200)
		b.get(page, 200)
		b.says("1 member, 1 owner")
		b.get(page+"paste", 200)
		b.submit(values{"people": "grace@example.org\nada@example.org\nhidden-ada"}, 200)
		b.says("Grace")
		b.press("Add these people", 200)
		b.get(page, 200)
		b.says("2 members, 1 owner")
		for name := range map[string]bool{"Ada": true, "Grace": true, "Olga": true} {
			if b.tableRow(name) == "" {
				t.Errorf("%s is not named:\n%s", name, b.page.text)
			}
		}
		if strings.Contains(b.page.text, "Person ") {
			t.Errorf("somebody is named by number only:\n%s", b.page.text)
		}
		b.get(inCO(co, "co_people/?q=ada"), 200)
		for _, text := range []string{"Ada", "ada@example.org", "Physics"} {
			b.says(text)
		}
		for _, secret := range []string{"hidden-ada", "hidden"} {
			b.get(inCO(co, "co_people/?q=%s", secret), 200)
			if strings.Contains(textOf(find(b.page.root, "main")), "Ada") {
				t.Errorf("%s finds somebody by what is not shown", secret)
			}
			b.get(page+"?q="+secret, 200)
			if b.tableRow("Ada") != "" {
				t.Errorf("%s finds a member by what is not shown", secret)
			}
		}
		b.get(inCO(co, "co_people/?q=ada&status=Active"), 200)
		b.get(inCO(co, "co_people/%d/", ada), 200)
		for _, secret := range []string{"hidden-ada", "Countess", "staff"} {
			if strings.Contains(b.page.text, secret) {
				t.Errorf("the owner of a group is shown %s:\n%s", secret, b.page.text)
			}
		}
		b.get(inCO(co, "co_people/%d/edit", ada), 403)
		b.get(inCO(co, "co_people/%d/?at=2100-01-01", grace), 404)
	})
}

// option is the value of a select's choice of a text.
func (b *browser) option(name, text string) (value string) {
	b.t.Helper()
	each(named(postForm(b.page.root), name), func(n *html.Node) {
		if n.Data == "option" && textOf(n) == text {
			value = attr(n, "value")
		}
	})
	if value == "" {
		b.t.Fatalf("%s has no choice %s on %s:\n%s", name, text, b.page.url, b.page.text)
	}
	return value
}
