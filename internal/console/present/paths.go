package present

import (
	"fmt"
	"net/url"
	"path"

	"comity"
	"comity/internal/authz"
)

// Root is the path that the console is below.
const Root = "/console/"

// Segment returns the part of a path that stands for a resource.
func Segment(r *comity.Resource) string { return path.Base(r.Path) }

// HomePath returns the path of the CO's overview.
func (p Presenter) HomePath() string { return COPath(p.CO) }

// COPath returns the path of the overview of a CO.
func COPath(id int64) string { return fmt.Sprintf("%sco/%d/", Root, id) }

// ListPath returns the path of a resource's list, filtered by pairs of a parameter and its value.
func (p Presenter) ListPath(r *comity.Resource, query ...string) string {
	if r == comity.Co.Resource {
		return Root
	}
	return p.HomePath() + Segment(r) + "/" + Query(query)
}

// RecordPath returns the path of a record's page.
func (p Presenter) RecordPath(r *comity.Resource, id int64) string {
	if r == comity.Co.Resource {
		return COPath(id)
	}
	return fmt.Sprintf("%s%s/%d/", p.HomePath(), Segment(r), id)
}

// ActionPath returns the path of a page below a record's: edit, delete.
func (p Presenter) ActionPath(r *comity.Resource, id int64, action string) string {
	if r == comity.Co.Resource {
		return fmt.Sprintf("%scos/%d/%s", Root, id, action)
	}
	return p.RecordPath(r, id) + action
}

// AddPath returns the path of the form to add a record, with pairs of a parameter and its value.
func (p Presenter) AddPath(r *comity.Resource, query ...string) string {
	if r == comity.Co.Resource {
		return Root + "cos/new"
	}
	if r == comity.CoPerson.Resource {
		return p.ListPath(r) + "add" + Query(query)
	}
	return p.ListPath(r) + "new" + Query(query)
}

// Query returns pairs of a parameter and its value as the query of a URL, "" for none.
func Query(pairs []string) string {
	if len(pairs) == 0 {
		return ""
	}
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "?" + q.Encode()
}

// AddPathIfAllowed is AddPath, "" if the caller may not add such records.
func (p Presenter) AddPathIfAllowed(r *comity.Resource, query ...string) string {
	relations := p.Caller.Through(authz.Add, r)
	if relations == 0 || relations == authz.Owned && !p.Caller.OwnsGroup {
		return "" // owners of groups may add to their groups only, and the caller owns none
	}
	return p.AddPath(r, query...)
}

// EditPathIfAllowed returns the path of the form to edit a record, "" if the caller may not edit such records.
func (p Presenter) EditPathIfAllowed(rec *comity.Record) string {
	if !p.Caller.May(authz.Edit, rec.Resource) {
		return ""
	}
	return p.ActionPath(rec.Resource, rec.Id, "edit")
}
