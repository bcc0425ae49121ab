package console

import (
	"net/url"

	"comity"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// groupPages are the custom pages of groups.
func groupPages() []page {
	at := "co/{co}/" + present.Segment(comity.CoGroup.Resource) + "/"
	return []page{
		{pattern: "GET " + at + "{$}", handle: (*visit).groups},
		{pattern: "GET " + at + "{id}/{$}", handle: (*visit).group},
		{pattern: "POST " + at + "{id}/members/{member}", handle: (*visit).changeMember},
		{pattern: "GET " + at + "{id}/members-at", handle: (*visit).membersAt},
		{pattern: "GET " + at + "{id}/paste", handle: (*visit).pasteForm},
		{pattern: "POST " + at + "{id}/paste", handle: (*visit).paste},
		{pattern: "POST " + at + "{id}/paste/add", handle: (*visit).addPasted},
	}
}

// groups lists the groups that a search finds.
func (v *visit) groups() error {
	f := comity.CoGroup
	asked := v.r.URL.Query()
	if _, id := form.ParentOf(f.Resource, asked); id != 0 {
		return drawn{f.Resource}.list(v)
	}
	filter := view.GroupFilter{Text: asked.Get("q"), Status: asked.Get("status")}
	if kind := asked.Get("kind"); kind != "" {
		automatic := kind == "automatic"
		filter.Auto = &automatic
	}
	found, err := v.View.Groups(v.ctx(), v.caller, v.co.Id, filter, comity.ParseId(asked.Get("after")), pageSize)
	if err != nil {
		return err
	}
	p := listPage{listing: v.listing(f.Resource)}
	p.Filters, p.Asked = groupFilters(asked), filter.Text != "" || filter.Status != "" || filter.Auto != nil
	t, err := v.titles(found.Groups)
	if err != nil {
		return err
	}
	p.Columns, p.Rows = v.present.Table(found.Groups, f.Resource, nil, t)
	p.pager = pagerOf(asked, afterId(found.Next))
	return v.show("list.html", comity.Capitalize(f.Resource.Many), p, present.Link{Text: comity.Capitalize(f.Resource.Many)})
}

func groupFilters(asked url.Values) []form.Control {
	kinds := []form.Choice{{Value: "automatic", Label: "Automatic"}, {Value: "given", Label: "Not automatic"}}
	return []form.Control{
		form.SearchBox("q", "Name contains", asked.Get("q")),
		{Name: "kind", Key: "kind", Label: "Members come", Type: "select", Choices: form.Select(kinds, asked.Get("kind"))},
		{Name: "status", Key: "status", Label: "Status", Type: "select", Choices: form.Codes(comity.CoGroup.Status, asked.Get("status"))},
	}
}
