package console

import (
	"iter"
	"strings"

	"comity"
	"comity/internal/console/present"
)

// page is a pattern of paths and the function that answers it.
type page struct {
	// pattern is a method and a path below Root, as http.ServeMux reads it: "GET co/{co}/history/".
	// With {co}, the page is in a CO: the request has the CO, and the caller in that CO.
	pattern string
	handle  func(*request) error
	// open pages are shown without a sign-in, too.
	open bool
}

// customPages lists the custom pages. One with the pattern of a generic page replaces it. A page is in the file
// of its subject, and its subject has a line here.
func customPages() []func() []page {
	return []func() []page{
		signInPages,
		providerPages,
		homePages,
		overviewPages,
		peoplePages,
		unitPages,
		groupPages,
		pickPages,
		extendedTypePages,
		serverPages,
		targetPages,
		historyPages,
		searchPages,
	}
}

// part is a custom part of a record's generic page, shown above the record's dependents.
type part struct {
	// template is the name of a template of templates/parts, which is given what data returns.
	template string
	data     func(q *request, rec *comity.Record) (any, error)
}

// parts returns the custom parts of the pages of a resource's records. serverParts is the example to follow.
func parts(r *comity.Resource) []part {
	switch r {
	case comity.Server.Resource:
		return serverParts()
	case comity.CoProvisioningTarget.Resource:
		return targetParts()
	case comity.ApiUser.Resource:
		return apiUserParts()
	case comity.Cou.Resource:
		return unitParts()
	}
	return nil
}

// allPages yields all pages with their complete patterns: the custom pages, and the generic pages that no custom
// page replaces.
func (c *Console) allPages() iter.Seq2[string, page] {
	all := map[string]page{}
	add := func(pages []page) {
		for _, p := range pages {
			method, path, _ := strings.Cut(p.pattern, " ")
			all[method+" "+present.Root+path] = p
		}
	}
	for _, r := range comity.All() {
		add(generic{r}.pages())
	}
	for _, pages := range customPages() {
		add(pages())
	}
	return func(yield func(string, page) bool) {
		for pattern, p := range all {
			if !yield(pattern, p) {
				return
			}
		}
	}
}

// generic is the generic pages of a resource, made from its table.
type generic struct{ *comity.Resource }

// pages returns the generic pages.
func (d generic) pages() []page {
	at := "co/{co}/" + present.Segment(d.Resource) + "/"
	var pages []page
	if d.Resource == comity.Co.Resource {
		// The list of COs and a CO's page are custom pages.
		at = "cos/"
	} else {
		pages = []page{
			{pattern: "GET " + at + "{$}", handle: d.list},
			{pattern: "GET " + at + "{id}/{$}", handle: d.detail},
		}
	}
	pages = append(pages,
		page{pattern: "GET " + at + "new", handle: d.addForm},
		page{pattern: "POST " + at + "new", handle: d.add},
	)
	if d.AppendOnly {
		return pages
	}
	return append(pages,
		page{pattern: "GET " + at + "{id}/edit", handle: d.editForm},
		page{pattern: "POST " + at + "{id}/edit", handle: d.edit},
		page{pattern: "GET " + at + "{id}/delete", handle: d.deleteForm},
		page{pattern: "POST " + at + "{id}/delete", handle: d.delete},
		page{pattern: "POST " + at + "{id}/undo", handle: d.undo},
	)
}

// record returns the record that the path names, if it is in the CO of the path.
func (d generic) record(q *request) (*comity.Record, error) {
	rec, err := q.View.Record(q.ctx(), q.caller, d.Resource, comity.ParseId(q.r.PathValue("id")))
	if err == nil && q.co != nil && rec.CoId != q.co.Id {
		err = comity.Missing(d.UnknownOnView)
	}
	return rec, err
}

// apiUserParts are the custom parts of an API user: how to get a new key.
func apiUserParts() []part {
	return []part{{template: "api_user_key", data: func(_ *request, rec *comity.Record) (any, error) {
		return rec.Text(comity.ApiUser.Username), nil
	}}}
}
