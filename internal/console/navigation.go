package console

import (
	"slices"
	"strings"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// navGroup is a group of links with a title.
type navGroup struct {
	Title string
	Links []navLink
}

// navLink is a link to a list or another page.
type navLink struct {
	Text, To string
	// Current says that the page is below it.
	Current bool
	// Note says what is there.
	Note string
}

// menu returns the groups of the navigation, in COmanage's words.
func menu() []struct {
	title     string
	resources []*comity.Resource
} {
	return []struct {
		title     string
		resources []*comity.Resource
	}{
		{"People", []*comity.Resource{comity.CoPerson.Resource, comity.OrgIdentity.Resource}},
		{"Structure", []*comity.Resource{
			comity.Cou.Resource, comity.CoGroup.Resource, comity.CoEmailList.Resource,
			comity.CoDepartment.Resource, comity.Organization.Resource, comity.CoService.Resource,
		}},
		{"Servers", []*comity.Resource{comity.Server.Resource}},
		{"Configuration", []*comity.Resource{
			comity.CoProvisioningTarget.Resource, comity.CoIdentifierAssignment.Resource, comity.CoExtendedType.Resource,
			comity.CoTermsAndConditions.Resource, comity.CoNavigationLink.Resource, comity.ApiUser.Resource,
		}},
		{"Records", []*comity.Resource{comity.HistoryRecord.Resource}},
	}
}

// navigation returns the groups of the navigation, as far as the caller may see their lists.
func navigation(q *request) []navGroup {
	var groups []navGroup
	for _, m := range menu() {
		g := navGroup{Title: m.title}
		for _, r := range m.resources {
			if q.caller.May(authz.View, r) {
				g.Links = append(g.Links, linkToList(q, r))
			}
		}
		if m.title == "Records" {
			to := q.present.HomePath() + "everything/"
			g.Links = append(g.Links, navLink{Text: "All records", To: to, Current: q.r.URL.Path == to})
		}
		if len(g.Links) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func linkToList(q *request, r *comity.Resource) navLink {
	to := q.present.ListPath(r)
	text := comity.Capitalize(r.Many)
	if r == comity.CoProvisioningTarget.Resource {
		text = "Provisioning Targets" // as COmanage's documentation calls the way to them
	}
	return navLink{Text: text, To: to, Current: len(q.r.URL.Path) >= len(to) && q.r.URL.Path[:len(to)] == to, Note: r.Purpose}
}

// allLists returns links to the lists of all resources that the caller may see, ordered by name.
func allLists(q *request) []navLink {
	var links []navLink
	for _, r := range comity.All() {
		if r != comity.Co.Resource && q.caller.May(authz.View, r) {
			links = append(links, linkToList(q, r))
		}
	}
	slices.SortFunc(links, func(a, b navLink) int {
		if a.Text < b.Text {
			return -1
		}
		return 1
	})
	return links
}

// searchPages are the pages that search for everything in a CO.
func searchPages() []page {
	return []page{{pattern: "GET co/{co}/search", handle: showSearch}}
}

// searchPage is the results of a search, in groups.
type searchPage struct {
	Text, Action string
	Groups       []navGroup
}

// foundSize is how many records of each kind a search shows.
const foundSize = 8

// showSearch shows the pages, people, groups and forms whose name matches a text. The command palette
// (palette.js) reads the links of this page.
func showSearch(q *request) error {
	text := strings.TrimSpace(q.r.URL.Query().Get("q"))
	p := searchPage{Text: text, Action: q.present.HomePath() + "search"}
	for _, find := range []func(*request, string) (navGroup, error){matchingPages, matchingPeople, matchingGroups, matchingForms} {
		found, err := find(q, text)
		if err != nil {
			return err
		}
		if len(found.Links) > 0 {
			p.Groups = append(p.Groups, found)
		}
	}
	return q.show("search.html", "Search", p, present.Link{Text: "Search"})
}

// matchesWords reports whether a name contains each word of a text.
func matchesWords(name, text string) bool {
	name = strings.ToLower(name)
	return !slices.ContainsFunc(strings.Fields(strings.ToLower(text)), func(word string) bool { return !strings.Contains(name, word) })
}

func matchingPages(q *request, text string) (navGroup, error) {
	g := navGroup{Title: "Pages"}
	links := []navLink{{Text: "Overview", To: q.present.HomePath()}}
	for _, group := range navigation(q) {
		links = append(links, group.Links...)
	}
	for _, l := range append(links, allLists(q)...) {
		there := slices.ContainsFunc(g.Links, func(other navLink) bool { return other.To == l.To })
		if matchesWords(l.Text, text) && !there && (text != "" || len(g.Links) < len(links)) {
			g.Links = append(g.Links, l)
		}
	}
	return g, nil
}

func matchingForms(q *request, text string) (navGroup, error) {
	g := navGroup{Title: "Add"}
	for _, r := range comity.All() {
		if name := present.AddTitle(r); r != comity.Co.Resource && q.present.AddPathIfAllowed(r) != "" && matchesWords(name, text) {
			g.Links = append(g.Links, navLink{Text: name, To: q.present.AddPath(r)})
		}
	}
	return g, nil
}

func matchingPeople(q *request, text string) (navGroup, error) {
	g := navGroup{Title: "People"}
	if text == "" || !q.caller.May(authz.View, comity.CoPerson.Resource) {
		return g, nil
	}
	found, err := q.View.SearchPeople(q.ctx(), q.caller, q.co.Id, text, view.PeopleFilter{}, "", foundSize)
	for _, p := range found.People {
		one := newPersonFound(q, p)
		g.Links = append(g.Links, navLink{Text: one.Name, To: one.To, Note: one.Email.Text})
	}
	return g, err
}

func matchingGroups(q *request, text string) (navGroup, error) {
	g := navGroup{Title: "Groups"}
	if text == "" || !q.caller.May(authz.View, comity.CoGroup.Resource) {
		return g, nil
	}
	f := comity.CoGroup
	found, err := q.View.Groups(q.ctx(), q.caller, q.co.Id, view.GroupFilter{Text: text}, 0, foundSize)
	for _, rec := range found.Groups {
		g.Links = append(g.Links, navLink{Text: rec.Text(f.Name), To: q.present.RecordPath(rec.Resource, rec.Id), Note: rec.Text(f.Description)})
	}
	return g, err
}
