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
	everywhere(t, func(t *testing.T, w *world) {
		u := w.unseen(t)
		base := w.serve(t, nil).URL
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
			r := signedIn(t, base, u.readersOf[tt.who])
			r.get(tt.path, 200)
			for _, text := range tt.says {
				r.says(text)
			}
			for _, text := range tt.not {
				if main := textOf(find(r.page.root, "main")); strings.Contains(main, text) {
					t.Errorf("%s of %s says %q:\n%s", tt.path, tt.who, text, main)
				}
			}
			each(find(r.page.root, "main"), func(n *html.Node) {
				if n.Data == "a" && textOf(n) == "" && attr(n, "aria-label") == "" {
					t.Errorf("%s of %s has a link without a text, to %s", tt.path, tt.who, attr(n, "href"))
				}
			})
		}
		r := signedIn(t, base, u.readersOf["CO admin"])
		r.get(mona+"?at=2020-01-01", 404)
		r.says("The record did not exist at that time.")
		r.get(inCO(u.co, "history_records/?from=2026-12-01&until=2026-11-30"), 400)
		r.says("The end is before the beginning.")
		r.get(inCO(u.co, "history_records/?from=2026-11-30&until=2026-11-30"), 200)
	})
}

// TestWhatCannotBeDeletedIsNotAskedAbout: the question before a delete says beforehand what refuses it.
func TestWhatCannotBeDeletedIsNotAskedAbout(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		u := w.unseen(t)
		r := signedIn(t, w.serve(t, nil).URL, u.readersOf["CO admin"])
		names, err := w.reader.List(t.Context(), authz.System("test"), view.ListQuery{Resource: comity.Name.Resource}.Of(comity.CoPerson.Resource, u.mona))
		if err != nil || len(names.Records) == 0 {
			t.Fatal(names, err)
		}
		science := w.view(t, comity.Cou.Resource, u.physics).Int(comity.Cou.ParentId)
		for path, why := range map[string]string{
			inCO(u.co, "cous/%d/delete", u.physics):                   "There are roles in this unit.",
			inCO(u.co, "cous/%d/delete", science):                     "There are units below this one.",
			inCO(u.co, "co_people/%d/delete", u.mona):                 "Delete the roles first.",
			inCO(u.co, "names/%d/delete", names.Records[0].Id):        "Make another one primary first.",
			inCO(u.co, "co_groups/%d/delete", w.adminsOf(t, u.co, 0)): "This record is added and deleted automatically",
		} {
			r.get(path, 200)
			r.says("cannot be deleted")
			r.says(why)
			each(find(r.page.root, "main"), func(n *html.Node) {
				if n.Data == "button" && textOf(n) == "Delete" && !has(n, "disabled") {
					t.Errorf("%s cannot be deleted, and has a button for it", path)
				}
			})
		}
		r.get(inCO(u.co, "co_groups/%d/delete", u.readers), 200)
		r.press("Delete", 200)
		r.says("Readers deleted.")
	})
}
