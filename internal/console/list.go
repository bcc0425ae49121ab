package console

import (
	"net/url"
	"strconv"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// pageSize is how many records a page of a list has.
const pageSize = 50

// listing is what all lists have in common.
type listing struct {
	heading
	pager
	// Many is the plural of what is listed. Partly says that the caller may not see all of them.
	Many   string
	Partly bool
	// Filters are the controls to filter the list by. Asked says that it is filtered, All is the path without filters.
	Filters []form.Control
	Asked   bool
	All     string
}

// newListing returns the listing of a resource's records, before they are read.
func newListing(q *request, r *comity.Resource) listing {
	return listing{
		heading: headingOfList(q, r), Many: r.Many, All: q.present.ListPath(r),
		Partly: q.caller.Through(authz.View, r)&authz.InCO == 0,
	}
}

// listPage is a list of records as a table.
type listPage struct {
	listing
	Columns []string
	Rows    []present.Row
}

// list shows a page of the records of a CO.
func (d generic) list(q *request) error {
	asked := q.r.URL.Query()
	query := q.listQuery(d.Resource, pageSize)
	p := listPage{listing: newListing(q, d.Resource)}
	for _, c := range filtersOf(d.Resource) {
		if c.Value = asked.Get(c.Name); c.Value != "" {
			query.Search, p.Asked = append(query.Search, view.Criterion{Key: view.SearchKey(c.Name), Text: c.Value}), true
		}
		p.Filters = append(p.Filters, c)
	}
	query.After = comity.ParseId(asked.Get("after"))
	parent, id := form.ParentOf(d.Resource, asked)
	if id != 0 {
		query.Parents = []view.ParentRecord{{Parent: parent, Id: id}}
	}
	l, err := q.View.List(q.ctx(), q.caller, query)
	if err != nil {
		return err
	}
	t, err := q.titles(l.Records)
	if err != nil {
		return err
	}
	if id != 0 {
		if p.Of, err = q.linkToOne(parent.Resource, id); err != nil {
			return err
		}
		if p.Add = ""; parent.Field != nil {
			p.Add = q.present.AddPathIfAllowed(d.Resource, parent.Key, strconv.FormatInt(id, 10))
		}
	}
	p.Columns, p.Rows = q.present.Table(l.Records, d.Resource, parent.Resource, t)
	p.pager = newPager(asked, afterId(l.More))
	return q.show("list.html", comity.Capitalize(d.Resource.Many), p, present.Link{Text: comity.Capitalize(d.Resource.Many)})
}

// listQuery returns the query for the first records of a resource in the CO, up to a limit; 0 is none.
func (q *request) listQuery(r *comity.Resource, limit int) view.ListQuery {
	return view.ListQuery{Resource: r, CoIds: []int64{q.co.Id}, Limit: limit}
}

// filtersOf returns the search boxes for the search keys of a resource's list.
func filtersOf(r *comity.Resource) []form.Control {
	var filters []form.Control
	for _, q := range r.Queries {
		switch q {
		case "owner", "identifiertype", "search.mail", "identifier":
			if r == comity.CoPerson.Resource || q == "owner" {
				continue
			}
		}
		text := map[string]string{
			"given": "Given name begins", "family": "Family name begins", "search.identifier": "Identifier contains", "mail": "Email address begins",
		}[q]
		if text == "" || q == "mail" && r != comity.CoPerson.Resource {
			text = comity.Capitalize(q)
		}
		filters = append(filters, form.SearchBox(q, text, ""))
	}
	return filters
}

// pager links the pages of a list: First leads to the first, More to the next. A link is empty if there is no
// such page.
type pager struct{ First, More present.Link }

// newPager returns the pager of the list that a query names. next is the record that the next page begins after,
// "" for none.
func newPager(asked url.Values, next string) (p pager) {
	if asked.Get("after") != "" {
		p.First = present.Link{Text: "First page", To: queryFrom(asked, "after", "")}
	}
	if next != "" {
		p.More = present.Link{Text: "Next page", To: queryFrom(asked, "after", next)}
	}
	return p
}

// afterId returns the parameter of the page after a record, "" for 0.
func afterId(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// queryFrom returns the query of the same list from another place on. The parameter by names the place.
func queryFrom(asked url.Values, by, place string) string {
	q := url.Values{}
	for name, values := range asked {
		if name != by && values[0] != "" {
			q[name] = values
		}
	}
	if place != "" {
		q.Set(by, place)
	}
	return "?" + q.Encode()
}

// extendedTypePages are the custom pages of extended types.
func extendedTypePages() []page {
	return []page{{pattern: "GET co/{co}/" + present.Segment(comity.CoExtendedType.Resource) + "/{$}", handle: listExtendedTypes}}
}

// typesPage is the extended types of a CO, grouped by their attributes.
type typesPage struct {
	Purpose string
	Of      []typesOf
}

// typesOf are the types for one attribute.
type typesOf struct {
	Name, Add string
	Columns   []string
	Rows      []present.Row
}

// maxTypes is how many types are shown. No CO has nearly as many.
const maxTypes = 1000

// listExtendedTypes lists the extended types by attribute.
func listExtendedTypes(q *request) error {
	f := comity.CoExtendedType
	l, err := q.View.List(q.ctx(), q.caller, q.listQuery(f.Resource, maxTypes))
	if err != nil {
		return err
	}
	by := map[string][]*comity.Record{}
	for _, rec := range l.Records {
		by[rec.Text(f.Attribute)] = append(by[rec.Text(f.Attribute)], rec)
	}
	p := typesPage{Purpose: f.Resource.Purpose}
	for _, w := range f.Attribute.Words {
		of := typesOf{Name: f.Attribute.WordLabel(w.Word), Add: q.present.AddPathIfAllowed(f.Resource, f.Attribute.Name, w.Word), Columns: []string{f.Name.Label, f.Status.Label}}
		for _, rec := range by[w.Word] {
			of.Rows = append(of.Rows, present.Row{
				Title: rec.Text(f.DisplayName), To: q.present.RecordPath(f.Resource, rec.Id),
				Values: []present.Value{q.present.Value(rec, f.Name, present.Titles{}), q.present.Value(rec, f.Status, present.Titles{})},
			})
		}
		p.Of = append(p.Of, of)
	}
	return q.show("extended_types.html", comity.Capitalize(f.Resource.Many), p, present.Link{Text: comity.Capitalize(f.Resource.Many)})
}
