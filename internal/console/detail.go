package console

import (
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// detailPage is a record with its dependents.
type detailPage struct {
	heading
	recordFooter
	Fields []present.Field
	// Parts are the custom parts of the resource.
	Parts      []template.HTML
	Dependents []dependents
	// Past says that this is a former state of the record, as of At if that is not zero. Now is the path of the
	// present record.
	Past bool
	At   time.Time
	Now  string
	// Dated says that the form AsItWas is shown, which asks for the record as of a time.
	Dated   bool
	AsItWas asOfForm
}

// dependents are the first dependents of a record, of one resource.
type dependents struct {
	Name, One, All, Add string
	Columns             []string
	Rows                []present.Row
	More                bool
}

// maxDependents is how many dependents of each resource are shown with a record.
const maxDependents = 10

// detail shows a record.
func (d generic) detail(q *request) error {
	dated, at := readAsOf(q, q.present.RecordPath(d.Resource, comity.ParseId(q.r.PathValue("id"))))
	rec, past, err := d.readState(q, at)
	if err != nil {
		return err
	}
	t, err := q.titles([]*comity.Record{rec})
	if err != nil {
		return err
	}
	p := detailPage{Past: past, Fields: q.present.Fields(rec, t), recordFooter: recordFooter{Record: rec, History: historyPath(q, rec)}}
	here := q.present.RecordPath(rec.Resource, rec.Id)
	p.AsItWas, p.Dated = dated, !d.InHistory && q.caller.Admin
	if rec.Revision > 0 && p.Dated {
		p.Earlier = here + present.Query([]string{"revision", strconv.FormatInt(rec.Revision-1, 10)})
	}
	name := t.Of(rec)
	if past {
		p.heading, p.Now, p.At = headingOf(q, rec, authz.Rights{}), here, at
		return q.show("detail.html", name, p, q.present.Crumbs(rec, name, present.Link{Text: "Revision " + strconv.FormatInt(rec.Revision, 10)})...)
	}
	may, err := q.View.RightsTo(q.ctx(), q.caller, rec)
	if err != nil {
		return err
	}
	p.heading = headingOf(q, rec, may)
	if p.Parts, err = renderParts(q, rec); err != nil {
		return err
	}
	if p.Dependents, err = listDependents(q, rec); err != nil {
		return err
	}
	return q.showAs(dated.Status(), "detail.html", name, p, q.present.Crumbs(rec, name)...)
}

// readState returns the record as of a time or, for the zero time, as of the revision in the query. past is
// false if it is the present record.
func (d generic) readState(q *request, at time.Time) (rec *comity.Record, past bool, err error) {
	which := view.AsOf{Revision: -1, Time: at}
	if at.IsZero() {
		if which.Revision, err = strconv.ParseInt(q.r.URL.Query().Get("revision"), 10, 64); err != nil || which.Revision < 0 {
			rec, err = d.record(q)
			return rec, false, err
		}
	}
	if d.InHistory {
		rec, err = d.record(q)
		return rec, false, err
	}
	rec, err = q.View.RecordAsOf(q.ctx(), q.caller, d.Resource, comity.ParseId(q.r.PathValue("id")), which)
	if err == nil && rec.CoId != q.co.Id {
		err = comity.Missing(d.UnknownOnView)
	}
	return rec, true, didNotExist(err)
}

// didNotExist returns the error of a record that was not found as of a time. It returns other errors as they
// are.
func didNotExist(err error) error {
	var e *comity.Error
	if errors.As(err, &e) && e.Code == comity.NotFound {
		return &comity.Error{Code: comity.NotFound, Phrase: e.Phrase, Detail: "The record did not exist at that time."}
	}
	return err
}

// renderParts returns the custom parts of a record's page as HTML.
func renderParts(q *request, rec *comity.Record) ([]template.HTML, error) {
	var all []template.HTML
	for _, p := range parts(rec.Resource) {
		data, err := p.data(q, rec)
		if err != nil {
			return nil, err
		}
		if data == nil {
			continue
		}
		fragment, err := q.templates.Fragment("detail.html", p.template, data)
		if err != nil {
			return nil, err
		}
		all = append(all, fragment)
	}
	return all, nil
}

// listDependents returns the lists of the dependents of a record that the caller may see, except those of some
// resources.
func listDependents(q *request, rec *comity.Record, except ...*comity.Resource) ([]dependents, error) {
	var all []dependents
	var lists [][]*comity.Record
	var resources []*comity.Resource
	for _, r := range comity.Stored() {
		if !q.caller.May(authz.View, r) || !matchesType(rec, r) || slices.Contains(except, r) {
			continue
		}
		for _, parent := range r.Parents() {
			if parent.Resource != rec.Resource || parent.Field == nil {
				continue
			}
			list, records, err := listDependentsOf(q, rec, r, parent)
			if err != nil {
				return nil, err
			}
			all = append(all, list)
			lists, resources = append(lists, records), append(resources, r)
		}
	}
	t, err := q.titles(lists...)
	if err != nil {
		return nil, err
	}
	for i, r := range resources {
		all[i].Columns, all[i].Rows = q.present.Table(lists[i], r, rec.Resource, t)
	}
	return all, nil
}

// listDependentsOf returns the first dependents of a record that refer to it as that parent, as a list without rows and
// as records.
func listDependentsOf(q *request, rec *comity.Record, r *comity.Resource, parent comity.Parent) (list dependents, records []*comity.Record, err error) {
	query := q.listQuery(r, maxDependents)
	query.Parents = []view.ParentRecord{{Parent: parent, Id: rec.Id}}
	l, err := q.View.List(q.ctx(), q.caller, query)
	if err != nil {
		return list, nil, err
	}
	id := strconv.FormatInt(rec.Id, 10)
	list = dependents{Name: comity.Capitalize(r.Many), One: r.One, All: q.present.ListPath(r, parent.Key, id), More: l.More != 0}
	if parent.Field.Kind == comity.Reference && !parent.Field.Required || r == comity.CoGroupNesting.Resource {
		list.Name += " (" + parent.Field.Label + ")"
	}
	if len(l.Records) == 0 || !isUnique(parent.Field) {
		list.Add = q.present.AddPathIfAllowed(r, parent.Key, id)
	}
	return list, l.Records, nil
}

// isUnique reports whether no two records of a resource refer to the same one by a field.
func isUnique(f *comity.Field) bool {
	return slices.ContainsFunc(f.Resource().Uniques, func(u comity.Unique) bool {
		return len(u.Fields) == 1 && u.Fields[0] == f
	})
}

// Empty returns the lists that have no dependents and to which the caller may add some.
func (p detailPage) Empty() []dependents {
	return slices.DeleteFunc(slices.Clone(p.Dependents), func(h dependents) bool { return len(h.Rows) > 0 || h.Add == "" })
}

// heading is what a page shows around its title.
type heading struct {
	// Kind is shown above the title: the kind of record. Purpose is shown below it.
	Kind, Purpose string
	// Of is the parent whose records a list shows, empty for all records.
	Of present.Link
	// Edit, Delete and Add are the paths of forms, "" if the caller may not. AddText is the text of the button to add.
	Edit, Delete, Add, AddText string
}

// headingOf returns the heading of a record's page for a caller with these rights to it.
func headingOf(q *request, rec *comity.Record, may authz.Rights) heading {
	h := heading{Kind: comity.Capitalize(rec.Resource.One)}
	if may.Edit {
		h.Edit = q.present.ActionPath(rec.Resource, rec.Id, "edit")
	}
	if may.Delete {
		h.Delete = q.present.ActionPath(rec.Resource, rec.Id, "delete")
	}
	return h
}

// headingOfList returns the heading of the list of a resource's records.
func headingOfList(q *request, r *comity.Resource) heading {
	return heading{Purpose: r.Purpose, Add: q.present.AddPathIfAllowed(r), AddText: present.AddButton(r)}
}

// recordFooter is shown below the fields of a record: its revision, and links to its history.
type recordFooter struct {
	Record *comity.Record
	// Earlier leads to the revision before, History to all that was done to it; "" for none.
	Earlier, History string
}

// zoneField is the name of the field with the time zone that the times of a form were shown in. The user may
// have travelled since.
const zoneField = "zone"

// queryMoment returns the time that a parameter of the query names, as form.ReadMoment reads it; zero if there
// is none.
func (q *request) queryMoment(name string, end bool) (t time.Time, fault string) {
	text := q.r.URL.Query().Get(name)
	if strings.TrimSpace(text) == "" {
		return t, ""
	}
	return form.ReadMoment(text, q.zone(), end)
}

// asOfForm is the form that asks for a record as of a time.
type asOfForm struct{ Here, At, Zone, Error string }

// readAsOf returns the form of the page at a path, and the time that it asks for; zero if it was not sent. A
// date alone means the end of that day.
func readAsOf(q *request, here string) (f asOfForm, at time.Time) {
	f = asOfForm{Here: here, At: q.r.URL.Query().Get("at"), Zone: q.zone().String()}
	at, f.Error = q.queryMoment("at", true)
	if !at.IsZero() {
		f.At = at.In(q.zone()).Format(time.DateOnly)
	}
	return f, at
}

// Status returns the HTTP status of the page that has the form.
func (f asOfForm) Status() int {
	if f.Error != "" {
		return http.StatusBadRequest
	}
	return http.StatusOK
}
