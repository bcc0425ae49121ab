package console

import (
	"slices"
	"strings"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// searchPages find everything in a CO by what it is called.
func searchPages() []page {
	return []page{{pattern: "GET co/{co}/search", handle: (*visit).search}}
}

// searchPage is what was found.
type searchPage struct {
	Text, Action string
	Groups       []navGroup
}

// foundSize is how many records of a kind a search shows.
const foundSize = 8

// search finds pages of the navigation, what can be added, people and groups. The command palette
// (palette.js) reads its links.
func (v *visit) search() error {
	text := strings.TrimSpace(v.r.URL.Query().Get("q"))
	p := searchPage{Text: text, Action: v.present.HomePath() + "search"}
	for _, find := range []func(string) (navGroup, error){v.pagesCalled, v.peopleCalled, v.groupsCalled, v.addable} {
		found, err := find(text)
		if err != nil {
			return err
		}
		if len(found.Links) > 0 {
			p.Groups = append(p.Groups, found)
		}
	}
	return v.show("search.html", "Search", p, present.Link{Text: "Search"})
}

// called says whether a name has all words of a text.
func called(name, text string) bool {
	name = strings.ToLower(name)
	return !slices.ContainsFunc(strings.Fields(strings.ToLower(text)), func(word string) bool { return !strings.Contains(name, word) })
}

func (v *visit) pagesCalled(text string) (navGroup, error) {
	g := navGroup{Title: "Pages"}
	links := []navLink{{Text: "Overview", To: v.present.HomePath()}}
	for _, group := range v.nav() {
		links = append(links, group.Links...)
	}
	for _, l := range append(links, v.allLists()...) {
		there := slices.ContainsFunc(g.Links, func(other navLink) bool { return other.To == l.To })
		if called(l.Text, text) && !there && (text != "" || len(g.Links) < len(links)) {
			g.Links = append(g.Links, l)
		}
	}
	return g, nil
}

func (v *visit) addable(text string) (navGroup, error) {
	g := navGroup{Title: "Add"}
	for _, r := range comity.All() {
		if name := present.AddTitle(r); r != comity.Co.Resource && v.present.AddPathIfAllowed(r) != "" && called(name, text) {
			g.Links = append(g.Links, navLink{Text: name, To: v.present.AddPath(r)})
		}
	}
	return g, nil
}

func (v *visit) peopleCalled(text string) (navGroup, error) {
	g := navGroup{Title: "People"}
	if text == "" || !v.caller.May(authz.View, comity.CoPerson.Resource) {
		return g, nil
	}
	found, err := v.View.SearchPeople(v.ctx(), v.caller, v.co.Id, text, view.PeopleFilter{}, "", foundSize)
	for _, p := range found.People {
		one := v.personFound(p)
		g.Links = append(g.Links, navLink{Text: one.Name, To: one.To, Note: one.Email.Text})
	}
	return g, err
}

func (v *visit) groupsCalled(text string) (navGroup, error) {
	g := navGroup{Title: "Groups"}
	if text == "" || !v.caller.May(authz.View, comity.CoGroup.Resource) {
		return g, nil
	}
	f := comity.CoGroup
	found, err := v.View.Groups(v.ctx(), v.caller, v.co.Id, view.GroupFilter{Text: text}, 0, foundSize)
	for _, rec := range found.Groups {
		g.Links = append(g.Links, navLink{Text: rec.Text(f.Name), To: v.present.RecordPath(rec.Resource, rec.Id), Note: rec.Text(f.Description)})
	}
	return g, err
}
