// Package present turns records into what pages show: paths, titles, labels, values, links and tables.
//
// A Presenter knows whom a page is for and which CO it is in, and reads nothing: titles of records that others refer
// to are looked up before and passed in as Titles. What a caller may not see has no link and no name.
package present

import (
	"comity"
	"comity/internal/authz"
)

// Presenter presents the records of a CO to a caller.
type Presenter struct {
	// CO is the id of the CO, 0 outside of any.
	CO     int64
	Caller authz.Caller
}

// Link is a text with the path or query that it leads to; "" is plain text.
type Link struct{ Text, To string }

// Crumbs returns the breadcrumbs of the page of a record with that name, or of a page below it with more crumbs.
func (p Presenter) Crumbs(rec *comity.Record, name string, more ...Link) []Link {
	if rec.Resource == comity.Co.Resource {
		return append([]Link{{Text: name, To: COPath(rec.Id)}}, more...)
	}
	crumbs := []Link{{Text: comity.Capitalize(rec.Resource.Many), To: p.ListPath(rec.Resource)}, {Text: name, To: p.RecordPath(rec.Resource, rec.Id)}}
	if len(more) == 0 {
		crumbs[1].To = ""
	}
	return append(crumbs, more...)
}
