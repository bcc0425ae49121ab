package console

import (
	"comity"
	"comity/internal/console/present"
)

// drawn are the pages of a resource that are made from its table.
type drawn struct{ *comity.Resource }

// pages are the patterns of all that can be done with the records.
func (d drawn) pages() []page {
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

// asked is the record that the path names, if it is in the CO of the path.
func (d drawn) asked(v *visit) (*comity.Record, error) {
	rec, err := v.View.Record(v.ctx(), v.caller, d.Resource, comity.ParseId(v.r.PathValue("id")))
	if err == nil && v.co != nil && rec.CoId != v.co.Id {
		err = comity.Missing(d.UnknownOnView)
	}
	return rec, err
}
