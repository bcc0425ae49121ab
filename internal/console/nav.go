package console

import (
	"slices"

	"comity"
	"comity/internal/authz"
)

// navGroup are the links of one heading.
type navGroup struct {
	Title string
	Links []navLink
}

// navLink leads to a list.
type navLink struct {
	Text, To string
	// Current says that the page is below it.
	Current bool
	// Note says what is there.
	Note string
}

// menu is the navigation, in the words of COmanage's own.
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

// nav is the navigation as far as the reader may go.
func (v *visit) nav() []navGroup {
	var groups []navGroup
	for _, m := range menu() {
		g := navGroup{Title: m.title}
		for _, r := range m.resources {
			if v.caller.May(authz.View, r) {
				g.Links = append(g.Links, v.navLink(r))
			}
		}
		if m.title == "Records" {
			to := v.present.HomePath() + "everything/"
			g.Links = append(g.Links, navLink{Text: "All records", To: to, Current: v.r.URL.Path == to})
		}
		if len(g.Links) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func (v *visit) navLink(r *comity.Resource) navLink {
	to := v.present.ListPath(r)
	text := comity.Capitalize(r.Many)
	if r == comity.CoProvisioningTarget.Resource {
		text = "Provisioning Targets" // as COmanage's documentation calls the way to them
	}
	return navLink{Text: text, To: to, Current: len(v.r.URL.Path) >= len(to) && v.r.URL.Path[:len(to)] == to, Note: r.Purpose}
}

// allLists are links to the lists of all resources that the reader may see, by their names.
func (v *visit) allLists() []navLink {
	var links []navLink
	for _, r := range comity.All() {
		if r != comity.Co.Resource && v.caller.May(authz.View, r) {
			links = append(links, v.navLink(r))
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
