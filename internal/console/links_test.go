package console_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/view"
)

// TestNothingIsOfferedThatIsRefused: no page leads a reader to what is refused then because they may not,
// or says of what they may not see that it is not there.
func TestNothingIsOfferedThatIsRefused(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		u := fx.unseen(t)
		base := fx.serve(t, nil).URL
		mona, max := inCO(u.co, "co_people/%d/", u.mona), inCO(u.co, "co_people/%d/", u.manager)
		for _, tt := range []struct {
			who, path string
			says, not []string
		}{
			{"group owner", max, []string{"In no group of yours.", "Role"}, []string{"As it was on", "All history", "In no group yet"}},
			{"group owner", mona, []string{"Readers"}, []string{"As it was on", "All history"}},
			{"group owner", inCO(u.co, "co_services/"), []string{"There are no services that you may see."}, nil},
			{"member", mona, []string{"As it was on", "All history"}, []string{"Add group membership"}},
			{"member", inCO(u.co, "co_departments/"), []string{"There are no departments yet."}, nil},
			{"unit admin", mona, []string{"As it was on", "All history", "Add group membership"}, nil},
			{"CO admin", mona, []string{"As it was on", "All history", "Add group membership"}, nil},
		} {
			b := signedIn(t, base, u.readersOf[tt.who])
			b.get(tt.path, 200)
			for _, text := range tt.says {
				b.says(text)
			}
			for _, text := range tt.not {
				if main := textOf(find(b.page.root, "main")); strings.Contains(main, text) {
					t.Errorf("%s of %s says %q:\n%s", tt.path, tt.who, text, main)
				}
			}
			each(find(b.page.root, "main"), func(n *html.Node) {
				if n.Data == "a" && textOf(n) == "" && attr(n, "aria-label") == "" {
					t.Errorf("%s of %s has a link without a text, to %s", tt.path, tt.who, attr(n, "href"))
				}
			})
		}
		b := signedIn(t, base, u.readersOf["CO admin"])
		b.get(mona+"?at=2020-01-01", 404)
		b.says("The record did not exist at that time.")
		b.get(inCO(u.co, "history_records/?from=2026-12-01&until=2026-11-30"), 400)
		b.says("The end is before the beginning.")
		b.get(inCO(u.co, "history_records/?from=2026-11-30&until=2026-11-30"), 200)
	})
}

// TestWhatCannotBeDeletedIsNotAskedAbout: the question before a delete says beforehand what refuses it.
func TestWhatCannotBeDeletedIsNotAskedAbout(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		u := fx.unseen(t)
		b := signedIn(t, fx.serve(t, nil).URL, u.readersOf["CO admin"])
		names, err := fx.reader.List(t.Context(), authz.System("test"), view.ListQuery{Resource: comity.Name.Resource}.Of(comity.CoPerson.Resource, u.mona))
		if err != nil || len(names.Records) == 0 {
			t.Fatal(names, err)
		}
		science := fx.view(t, comity.Cou.Resource, u.physics).Int(comity.Cou.ParentId)
		for path, why := range map[string]string{
			inCO(u.co, "cous/%d/delete", u.physics):                    "There are roles in this unit.",
			inCO(u.co, "cous/%d/delete", science):                      "There are units below this one.",
			inCO(u.co, "co_people/%d/delete", u.mona):                  "Delete the roles first.",
			inCO(u.co, "names/%d/delete", names.Records[0].Id):         "Make another one primary first.",
			inCO(u.co, "co_groups/%d/delete", fx.adminsOf(t, u.co, 0)): "This record is added and deleted automatically",
		} {
			b.get(path, 200)
			b.says("cannot be deleted")
			b.says(why)
			each(find(b.page.root, "main"), func(n *html.Node) {
				if n.Data == "button" && textOf(n) == "Delete" && !has(n, "disabled") {
					t.Errorf("%s cannot be deleted, and has a button for it", path)
				}
			})
		}
		b.get(inCO(u.co, "co_groups/%d/delete", u.readers), 200)
		b.press("Delete", 200)
		b.says("Readers deleted.")
	})
}
