package console_test

import (
	"fmt"
	"testing"

	"golang.org/x/net/html"

	"comity"
	"comity/internal/authz"
)

// match is the value of the choice that a picker of the page offers under a text.
func (b *browser) match(text string) string {
	b.t.Helper()
	value := ""
	each(b.page.root, func(n *html.Node) {
		if n.Data == "label" && textOf(n) == text {
			value = attr(find(n, "input"), "value")
		}
	})
	if value == "" {
		b.t.Fatalf("%q is not offered on %s:\n%s", text, b.page.url, b.page.text)
	}
	return value
}

// TestPick: what is one of many is searched for, and nothing is saved before it is chosen.
func TestPick(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		co := fx.addCO(t)
		ada := fx.addPerson(t, co, "Ada", "ada")
		fx.addPerson(t, co, "Grace", "")
		library := fx.addGroup(t, co, "The Library")
		var inputs []comity.Input
		for i := range 201 {
			rec := comity.NewRecord(comity.CoGroup.Resource)
			rec.SetInt(comity.CoGroup.CoId, co)
			rec.SetText(comity.CoGroup.Name, fmt.Sprintf("Group %d", i))
			rec.SetText(comity.CoGroup.Status, comity.Active)
			inputs = append(inputs, comity.Input{Record: rec})
		}
		for _, one := range inputs {
			if _, err := fx.registry.Add(t.Context(), authz.System("test"), comity.CoGroup.Resource, one); err != nil {
				t.Fatal(err)
			}
		}
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)

		b.get(inCO(co, "co_email_lists/new"), 200)
		b.submit(values{"Name": "news", "Status": "Active", "MembersCoGroupId.Search": "libr"}, 200)
		if got := b.match("The Library"); got != fmt.Sprint(library) {
			t.Errorf("the library is offered as %q", got)
		}
		b.submit(values{"MembersCoGroupId": fmt.Sprint(library)}, 200)
		b.says("The Library")

		b.get(inCO(co, "names/new"), 200)
		b.submit(values{"Given": "Augusta", "Type": "alternate", "Person.Search": "nobody at all"}, 200)
		b.says("Nothing is called so.")
		b.submit(values{"Person.Search": "ada"}, 200)
		b.submit(values{"Person.Pick": b.match("Ada person · ada")}, 200)
		b.says("Augusta")
		b.get(inCO(co, "co_people/%d/", ada), 200)
		b.says("Augusta")

		b.get(inCO(co, "pick/names/Person?Person.Search=gra"), 200)
		b.says("Grace person")
		b.get(inCO(co, "pick/names/Given?Given.Search=gra"), 404)
	})
}
