package console_test

import (
	"fmt"
	"testing"

	"golang.org/x/net/html"

	"comity"
	"comity/internal/authz"
)

// match is the value of the choice that a picker of the page offers under a text.
func (r *reader) match(text string) string {
	r.t.Helper()
	value := ""
	each(r.page.root, func(n *html.Node) {
		if n.Data == "label" && textOf(n) == text {
			value = attr(find(n, "input"), "value")
		}
	})
	if value == "" {
		r.t.Fatalf("%q is not offered on %s:\n%s", text, r.page.url, r.page.text)
	}
	return value
}

// TestPick: what is one of many is searched for, and nothing is saved before it is chosen.
func TestPick(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		co := w.addCO(t)
		ada := w.addPerson(t, co, "Ada", "ada")
		w.addPerson(t, co, "Grace", "")
		library := w.addGroup(t, co, "The Library")
		var inputs []comity.Input
		for i := range 201 {
			rec := comity.NewRecord(comity.CoGroup.Resource)
			rec.SetInt(comity.CoGroup.CoId, co)
			rec.SetText(comity.CoGroup.Name, fmt.Sprintf("Group %d", i))
			rec.SetText(comity.CoGroup.Status, comity.Active)
			inputs = append(inputs, comity.Input{Record: rec})
		}
		for _, one := range inputs {
			if _, err := w.registry.Add(t.Context(), authz.System("test"), comity.CoGroup.Resource, one); err != nil {
				t.Fatal(err)
			}
		}
		r := signedIn(t, w.serve(t, nil).URL, w.operator)

		r.get(inCO(co, "co_email_lists/new"), 200)
		r.submit(values{"Name": "news", "Status": "Active", "MembersCoGroupId.Search": "libr"}, 200)
		if got := r.match("The Library"); got != fmt.Sprint(library) {
			t.Errorf("the library is offered as %q", got)
		}
		r.submit(values{"MembersCoGroupId": fmt.Sprint(library)}, 200)
		r.says("The Library")

		r.get(inCO(co, "names/new"), 200)
		r.submit(values{"Given": "Augusta", "Type": "alternate", "Person.Search": "nobody at all"}, 200)
		r.says("Nothing is called so.")
		r.submit(values{"Person.Search": "ada"}, 200)
		r.submit(values{"Person.Pick": r.match("Ada person · ada")}, 200)
		r.says("Augusta")
		r.get(inCO(co, "co_people/%d/", ada), 200)
		r.says("Augusta")

		r.get(inCO(co, "pick/names/Person?Person.Search=gra"), 200)
		r.says("Grace person")
		r.get(inCO(co, "pick/names/Given?Given.Search=gra"), 404)
	})
}
