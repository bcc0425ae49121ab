package console

import (
	"cmp"
	"net/http"
	"strconv"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/form"
	"comity/internal/console/present"
)

// formPage is the page of a form to add or edit a record.
type formPage struct {
	One      string
	Controls []form.Control
	// Faults are the field errors, each with the id of its control; Text is the error about the form as a
	// whole.
	Errors []present.Link
	Text   string
	// Revision is the revision that is edited, Submit the text of the button, Cancel the path to leave without
	// saving.
	Revision       int64
	Editing        bool
	Submit, Cancel string
	// Action is where the form is sent.
	Action string
}

// newForm returns the form of a new record, filled in from the query of the request.
func newForm(q *request, r *comity.Resource) form.Form {
	return form.New(r, q.present.CO, q.r.URL.Query(), q.zone())
}

func (d generic) addForm(q *request) error {
	if !q.caller.May(authz.Add, d.Resource) {
		return comity.Forbid()
	}
	return d.showForm(q, http.StatusOK, newForm(q, d.Resource), nil)
}

// add adds a record, and redirects to its page or to that of its parent.
func (d generic) add(q *request) error {
	fm := newForm(q, d.Resource)
	fm.Sent = q.r.PostForm
	if fm.Searching() {
		return d.showForm(q, http.StatusOK, fm, nil)
	}
	added, err := q.Registry.Add(q.ctx(), q.caller, d.Resource, fm.Input())
	if err != nil {
		return d.showForm(q, http.StatusUnprocessableEntity, fm, err)
	}
	if added.Generated != "" {
		return q.show("generated.html", "The "+d.Resource.One+" is added", generatedPage{
			Name: fm.Value(d.Fields[0]), Secret: added.Generated, To: q.present.RecordPath(d.Resource, added.Id),
		}, present.Link{Text: comity.Capitalize(d.Resource.Many), To: q.present.ListPath(d.Resource)})
	}
	q.notify(comity.Capitalize(d.Resource.One) + " added.")
	if d.Resource == comity.Co.Resource {
		return q.redirect(present.COPath(added.Id))
	}
	if parent, id := fm.Parent(); id != 0 {
		return q.redirect(q.present.RecordPath(parent, id))
	}
	return q.redirect(q.present.RecordPath(d.Resource, added.Id))
}

// generatedPage shows a secret that the server generated. It cannot be shown again.
type generatedPage struct{ Name, Secret, To string }

func (d generic) editForm(q *request) error {
	rec, err := d.record(q)
	if err != nil {
		return err
	}
	if rights, err := q.View.RightsTo(q.ctx(), q.caller, rec); err != nil || !rights.Edit {
		return cmp.Or[error](err, comity.Forbid())
	}
	return d.showForm(q, http.StatusOK, form.Edit(rec, q.zone()), nil)
}

// edit changes a record, unless somebody else has changed it since the form was opened.
func (d generic) edit(q *request) error {
	rec, err := d.record(q)
	if err != nil {
		return err
	}
	fm := form.Edit(rec, q.zone())
	fm.Sent = q.r.PostForm
	if fm.Searching() {
		return d.showForm(q, http.StatusOK, fm, nil)
	}
	err = q.Registry.Edit(q.ctx(), q.caller, d.Resource, rec.Id, fm.Input(), ifRevision(q.r.PostFormValue("revision")))
	if err != nil {
		return d.showForm(q, http.StatusUnprocessableEntity, fm, err)
	}
	d.notifyEdited(q, rec)
	return q.redirect(q.pathAfterForm(q.present.RecordPath(d.Resource, rec.Id)))
}

// pathAfterForm returns where to go after a form: the page that the request names, or else the path.
func (q *request) pathAfterForm(path string) string {
	if q.r.FormValue("next") != "" {
		return q.nextPath("next")
	}
	return path
}

// ifRevision returns the precondition that a record still has the revision that a form was opened at.
func ifRevision(revision string) func(*comity.Record) error {
	return func(rec *comity.Record) error {
		if revision == "" || revision == strconv.FormatInt(rec.Revision, 10) {
			return nil
		}
		return &comity.Error{
			Code: comity.Stale, Phrase: comity.PhrasePreconditionFailed,
			Detail: rec.Actor + " has saved this record since you opened it. What you wrote is below and not saved: " +
				"save again to put it in place of theirs.",
		}
	}
}

// showForm shows the form, with the field errors in err.
func (d generic) showForm(q *request, status int, fm form.Form, err error) error {
	p := formPage{One: d.Resource.One, Submit: "Add", Cancel: q.present.ListPath(d.Resource), Action: q.r.URL.RequestURI()}
	faults, text, err := form.SplitError(d.Resource, err)
	if err != nil {
		return err
	}
	p.Text = text
	name := present.AddTitle(d.Resource)
	crumbs := []present.Link{{Text: comity.Capitalize(d.Resource.Many), To: q.present.ListPath(d.Resource)}, {Text: "Add"}}
	if fm.Old != nil {
		p.Editing, p.Submit, p.Revision = true, "Save", fm.Old.Revision
		p.Cancel = q.pathAfterForm(q.present.RecordPath(d.Resource, fm.Old.Id))
		t, err := q.titles([]*comity.Record{fm.Old})
		if err != nil {
			return err
		}
		name = "Edit " + t.Of(fm.Old)
		crumbs = q.present.Crumbs(fm.Old, t.Of(fm.Old), present.Link{Text: "Edit"})
	} else if parent, id := fm.Parent(); id != 0 {
		p.Cancel = q.present.RecordPath(parent, id)
	}
	if p.Controls, err = fm.Controls(q.choices(), faults); err != nil {
		return err
	}
	p.Errors = form.Summary(p.Controls, faults)
	if q.r.Header.Get("HX-Request") != "" {
		// The form is inserted into a page that may have others: ids must be unique.
		for i := range p.Controls {
			p.Controls[i].Key = present.Segment(d.Resource) + "-" + p.Controls[i].Key
		}
	}
	return q.showAs(status, "form.html", name, p, crumbs...)
}
