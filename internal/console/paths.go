package console

import (
	"fmt"
	"net/url"
	"path"

	"comity"
)

// segment is a resource's part of a path.
func segment(r *comity.Resource) string { return path.Base(r.Path) }

// home is the path of the CO's overview.
func (v *visit) home() string { return coPath(v.co.Id) }

func coPath(id int64) string { return fmt.Sprintf("%sco/%d/", Root, id) }

// list is the path of a resource's list, narrowed by pairs of a parameter and its value.
func (v *visit) list(r *comity.Resource, query ...string) string {
	if r == comity.Co.Resource {
		return Root
	}
	return v.home() + segment(r) + "/" + withQuery(query)
}

// record is the path of a record's page.
func (v *visit) record(r *comity.Resource, id int64) string {
	if r == comity.Co.Resource {
		return coPath(id)
	}
	return fmt.Sprintf("%s%s/%d/", v.home(), segment(r), id)
}

// form is the path of a page below a record's: edit, delete.
func (v *visit) form(r *comity.Resource, id int64, what string) string {
	if r == comity.Co.Resource {
		return fmt.Sprintf("%scos/%d/%s", Root, id, what)
	}
	return v.record(r, id) + what
}

// add is the path of the form to add a record.
func (v *visit) add(r *comity.Resource, query ...string) string {
	if r == comity.Co.Resource {
		return Root + "cos/new"
	}
	if r == comity.CoPerson.Resource {
		return v.list(r) + "add" + withQuery(query)
	}
	return v.list(r) + "new" + withQuery(query)
}

func withQuery(pairs []string) string {
	if len(pairs) == 0 {
		return ""
	}
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "?" + q.Encode()
}
