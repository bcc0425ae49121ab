package console

import (
	"net/url"
	"slices"
	"strconv"

	"comity"
	"comity/internal/authz"
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
	Filters []control
	Asked   bool
	All     string
}

// listing is the list of a resource's records, before anything is found.
func (v *visit) listing(r *comity.Resource) listing {
	return listing{
		head: v.headOfList(r), Many: r.Many, All: v.list(r),
		Partly: v.caller.Through(authz.View, r)&authz.InCO == 0,
	}
}

// listPage is a list of records as a table.
type listPage struct {
	listing
	Columns []string
	Rows    []row
}

type row struct {
	Title, To string
	Values    []value
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
	parent, id := parentOf(d.Resource, asked)
	if id != 0 {
		query.Parents = []view.Parent{{Parent: parent, Id: id}}
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
			p.Add = v.mayAdd(d.Resource, parent.Key, strconv.FormatInt(id, 10))
		}
	}
	p.Columns, p.Rows = v.table(l.Records, d.Resource, parent.Resource, t)
	p.pager = pagerOf(asked, afterId(l.More))
	return v.show("list.html", comity.Capitalize(d.Resource.Many), p, link{comity.Capitalize(d.Resource.Many), ""})
}

// listOf is the query for the first records of a resource in the CO, up to a limit; 0 is none.
func (v *visit) listOf(r *comity.Resource, limit int) view.ListQuery {
	return view.ListQuery{Resource: r, CoIds: []int64{v.co.Id}, Limit: limit}
}

// table are the rows of records that hang on one of a resource, if they do, and the headings of the
// columns: of those in which any of them has something.
func (v *visit) table(records []*comity.Record, r, parent *comity.Resource, t titles) (headings []string, rows []row) {
	columns := slices.DeleteFunc(columnsOf(r, parent), func(f *comity.Field) bool {
		return !slices.ContainsFunc(records, func(rec *comity.Record) bool { return !v.value(rec, f, t).Empty() })
	})
	// What is required is what matters; the order of the table stays.
	for i := len(columns) - 1; i >= 0 && len(columns) > maxColumns; i-- {
		if !columns[i].Required {
			columns = slices.Delete(columns, i, i+1)
		}
	}
	columns = columns[:min(len(columns), maxColumns)]
	for _, f := range columns {
		headings = append(headings, f.Label)
	}
	for _, rec := range records {
		one := row{Title: t.under(rec, parent), To: v.record(rec.Resource, rec.Id)}
		for _, f := range columns {
			one.Values = append(one.Values, v.value(rec, f, t))
		}
		rows = append(rows, one)
	}
	return headings, rows
}

// filtersOf are what the registry's list of the resource can be narrowed by.
func filtersOf(r *comity.Resource) []control {
	var filters []control
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
		filters = append(filters, searchFor(q, text, ""))
	}
	return filters
}

// searchFor is a box of the form that narrows a list.
func searchFor(name, label, value string) control {
	return control{Name: name, Key: name, Label: label, Type: "search", Value: value}
}

// parentOf is what a query narrows a list by, and the record that it names; 0 where it names none.
func parentOf(r *comity.Resource, query url.Values) (of comity.Parent, id int64) {
	for _, of := range r.Parents() {
		if id := comity.ParseId(query.Get(of.Key)); id != 0 {
			return of, id
		}
	}
	return comity.Parent{}, 0
}

// maxColumns is how many fields a list shows beside the title.
const maxColumns = 5

// columnsOf returns the fields that a list may show: those that distinguish records, without the title's and
// those that all records have in common.
func columnsOf(r, parent *comity.Resource) []*comity.Field {
	var columns []*comity.Field
	titled := titleField(r)
	for _, f := range r.Fields {
		switch {
		case f == r.CoId(), f == titled, f.Kind == comity.Secret, f.Max >= longText, f.Name == "Ordr":
		case parent != nil && f.Kind == comity.Owner, parent != nil && f.Refers() == parent:
		case slices.Contains(inTitle(r), f):
		default:
			columns = append(columns, f)
		}
	}
	return columns
}

// titleField is the field that a record is called by, nil where it is several.
func titleField(r *comity.Resource) *comity.Field {
	for _, name := range nameFields {
		if f := r.Field(name); f != nil && f.Kind == comity.Text {
			return f
		}
	}
	return nil
}

// inTitle are the fields that a record's title is made of.
func inTitle(r *comity.Resource) []*comity.Field {
	switch r {
	case comity.Name.Resource:
		f := comity.Name
		return []*comity.Field{f.Honorific, f.Given, f.Middle, f.Family, f.Suffix}
	case comity.Address.Resource:
		f := comity.Address
		return []*comity.Field{f.Street, f.Room, f.PostalCode, f.Locality, f.Country}
	case comity.HttpServer.Resource:
		return []*comity.Field{comity.HttpServer.Serverurl}
	case comity.CoGroupMember.Resource:
		return []*comity.Field{comity.CoGroupMember.Person, comity.CoGroupMember.CoGroupId}
	case comity.CoGroupNesting.Resource:
		return []*comity.Field{comity.CoGroupNesting.CoGroupId, comity.CoGroupNesting.TargetCoGroupId}
	}
	return nil
}
