package console

import (
	"errors"
	"html/template"
	"slices"
	"strconv"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// detailPage is one record, and what hangs on it.
type detailPage struct {
	head
	trail
	Fields []present.Field
	// Parts are the custom parts of the resource.
	Parts []template.HTML
	// Hanging are the lists of what hangs on the record.
	Hanging []hanging
	// Past says that this is the record as it was, at At if that was asked for, and Now leads to what it is.
	Past bool
	At   time.Time
	Now  string
	// Dated says that it can be shown as it was on a date, by AsItWas.
	Dated   bool
	AsItWas asItWas
}

// hanging is what hangs on a record, of one resource.
type hanging struct {
	Name, One, All, Add string
	Columns             []string
	Rows                []present.Row
	More                bool
}

// hangingSize is how many records of a kind are shown with the one that they hang on.
const hangingSize = 10

// detail shows a record.
func (d drawn) detail(v *visit) error {
	dated, at := v.asItWas(v.present.RecordPath(d.Resource, comity.ParseId(v.r.PathValue("id"))))
	rec, past, err := d.state(v, at)
	if err != nil {
		return err
	}
	t, err := v.titles([]*comity.Record{rec})
	if err != nil {
		return err
	}
	p := detailPage{Past: past, Fields: v.present.Fields(rec, t), trail: trail{Record: rec, History: v.historyOf(rec)}}
	here := v.present.RecordPath(rec.Resource, rec.Id)
	p.AsItWas, p.Dated = dated, !d.InHistory && v.caller.Admin
	if rec.Revision > 0 && p.Dated {
		p.Earlier = here + present.Query([]string{"revision", strconv.FormatInt(rec.Revision-1, 10)})
	}
	name := t.Of(rec)
	if past {
		p.head, p.Now, p.At = v.headOf(rec, authz.Rights{}), here, at
		return v.show("detail.html", name, p, v.present.Crumbs(rec, name, present.Link{Text: "Revision " + strconv.FormatInt(rec.Revision, 10)})...)
	}
	may, err := v.View.RightsTo(v.ctx(), v.caller, rec)
	if err != nil {
		return err
	}
	p.head = v.headOf(rec, may)
	if p.Parts, err = v.parts(rec); err != nil {
		return err
	}
	if p.Hanging, err = v.hanging(rec); err != nil {
		return err
	}
	return v.showAs(dated.Status(), "detail.html", name, p, v.present.Crumbs(rec, name)...)
}

// state is the record as it is, or as it was at a time or, for the zero one, at the revision asked for.
func (d drawn) state(v *visit, at time.Time) (rec *comity.Record, past bool, err error) {
	which := view.AsOf{Revision: -1, Time: at}
	if at.IsZero() {
		if which.Revision, err = strconv.ParseInt(v.r.URL.Query().Get("revision"), 10, 64); err != nil || which.Revision < 0 {
			rec, err = d.asked(v)
			return rec, false, err
		}
	}
	if d.InHistory {
		rec, err = d.asked(v)
		return rec, false, err
	}
	rec, err = v.View.RecordAsOf(v.ctx(), v.caller, d.Resource, comity.ParseId(v.r.PathValue("id")), which)
	if err == nil && rec.CoId != v.co.Id {
		err = comity.Missing(d.UnknownOnView)
	}
	return rec, true, notThen(err)
}

// notThen says of what is not there that it was not there at the time that was asked for.
func notThen(err error) error {
	var e *comity.Error
	if errors.As(err, &e) && e.Code == comity.NotFound {
		return &comity.Error{Code: comity.NotFound, Phrase: e.Phrase, Detail: "The record did not exist at that time."}
	}
	return err
}

// parts returns the custom parts of a record's resource, as HTML.
func (v *visit) parts(rec *comity.Record) ([]template.HTML, error) {
	var all []template.HTML
	for _, p := range parts(rec.Resource) {
		data, err := p.data(v, rec)
		if err != nil {
			return nil, err
		}
		if data == nil {
			continue
		}
		fragment, err := v.templates.Fragment("detail.html", p.template, data)
		if err != nil {
			return nil, err
		}
		all = append(all, fragment)
	}
	return all, nil
}

// hanging are the lists of all that hangs on a record and that the reader may see, but for some kinds.
func (v *visit) hanging(rec *comity.Record, but ...*comity.Resource) ([]hanging, error) {
	var all []hanging
	var lists [][]*comity.Record
	var resources []*comity.Resource
	for _, r := range comity.Stored() {
		for _, of := range r.Parents() {
			if of.Resource != rec.Resource || of.Field == nil || !v.caller.May(authz.View, r) || !fits(rec, r) || slices.Contains(but, r) {
				continue
			}
			id := strconv.FormatInt(rec.Id, 10)
			query := v.listOf(r, hangingSize)
			query.Parents = []view.ParentRecord{{Parent: of, Id: rec.Id}}
			l, err := v.View.List(v.ctx(), v.caller, query)
			if err != nil {
				return nil, err
			}
			name := comity.Capitalize(r.Many)
			if of.Field.Kind == comity.Reference && !of.Field.Required || r == comity.CoGroupNesting.Resource {
				name += " (" + of.Field.Label + ")"
			}
			h := hanging{Name: name, One: r.One, All: v.present.ListPath(r, of.Key, id), More: l.More != 0}
			if len(l.Records) == 0 || !isOnly(of.Field) {
				h.Add = v.present.AddPathIfAllowed(r, of.Key, id)
			}
			all = append(all, h)
			lists, resources = append(lists, l.Records), append(resources, r)
		}
	}
	t, err := v.titles(lists...)
	if err != nil {
		return nil, err
	}
	for i, r := range resources {
		all[i].Columns, all[i].Rows = v.present.Table(lists[i], r, rec.Resource, t)
	}
	return all, nil
}

// isOnly says that no two records of a resource name the same one by a field.
func isOnly(f *comity.Field) bool {
	return slices.ContainsFunc(f.Resource().Uniques, func(u comity.Unique) bool {
		return len(u.Fields) == 1 && u.Fields[0] == f
	})
}

// Empty are the kinds of which nothing hangs on the record and something can be added.
func (p detailPage) Empty() []hanging {
	return slices.DeleteFunc(slices.Clone(p.Hanging), func(h hanging) bool { return len(h.Rows) > 0 || h.Add == "" })
}
