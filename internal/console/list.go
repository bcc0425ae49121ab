package console

import (
	"strconv"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// pageSize is how many records a page of a list shows.
const pageSize = 50

// listing is what all lists have, whatever they are of.
type listing struct {
	head
	pager
	// Many is what the listed are called. Partly says that the reader need not see all of them.
	Many   string
	Partly bool
	// Filters are what the list can be narrowed by. Asked says that it is, All is the one that is not.
	Filters []form.Control
	Asked   bool
	All     string
}

// listing is the list of a resource's records, before anything is found.
func (v *visit) listing(r *comity.Resource) listing {
	return listing{
		head: v.headOfList(r), Many: r.Many, All: v.present.ListPath(r),
		Partly: v.caller.Through(authz.View, r)&authz.InCO == 0,
	}
}

// listPage is a list of records as a table.
type listPage struct {
	listing
	Columns []string
	Rows    []present.Row
}

// list shows a page of the records of a CO.
func (d drawn) list(v *visit) error {
	asked := v.r.URL.Query()
	query := v.listOf(d.Resource, pageSize)
	p := listPage{listing: v.listing(d.Resource)}
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
	l, err := v.View.List(v.ctx(), v.caller, query)
	if err != nil {
		return err
	}
	t, err := v.titles(l.Records)
	if err != nil {
		return err
	}
	if id != 0 {
		if p.Of, err = v.linkToOne(parent.Resource, id); err != nil {
			return err
		}
		if p.Add = ""; parent.Field != nil {
			p.Add = v.present.AddPathIfAllowed(d.Resource, parent.Key, strconv.FormatInt(id, 10))
		}
	}
	p.Columns, p.Rows = v.present.Table(l.Records, d.Resource, parent.Resource, t)
	p.pager = pagerOf(asked, afterId(l.More))
	return v.show("list.html", comity.Capitalize(d.Resource.Many), p, present.Link{Text: comity.Capitalize(d.Resource.Many)})
}

// listOf is the query for the first records of a resource in the CO, up to a limit; 0 is none.
func (v *visit) listOf(r *comity.Resource, limit int) view.ListQuery {
	return view.ListQuery{Resource: r, CoIds: []int64{v.co.Id}, Limit: limit}
}

// filtersOf are what the registry's list of the resource can be narrowed by.
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
