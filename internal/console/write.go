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

// formPage is a form.
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

// newForm returns the form of a new record, as the query of the request fills it in.
func (v *visit) newForm(r *comity.Resource) form.Form {
	return form.New(r, v.present.CO, v.r.URL.Query(), v.zone())
}

func (d drawn) addForm(v *visit) error {
	if !v.caller.May(authz.Add, d.Resource) {
		return comity.Forbid()
	}
	return d.showForm(v, http.StatusOK, v.newForm(d.Resource), nil)
}

// add adds a record, and redirects to its page or to its parent's.
func (d drawn) add(v *visit) error {
	fm := v.newForm(d.Resource)
	fm.Sent = v.r.PostForm
	if fm.Searching() {
		return d.showForm(v, http.StatusOK, fm, nil)
	}
	added, err := v.Registry.Add(v.ctx(), v.caller, d.Resource, fm.Input())
	if err != nil {
		return d.showForm(v, http.StatusUnprocessableEntity, fm, err)
	}
	if added.Generated != "" {
		return v.show("minted.html", "The "+d.Resource.One+" is added", mintedPage{
			Name: fm.Value(d.Fields[0]), Secret: added.Generated, To: v.present.RecordPath(d.Resource, added.Id),
		}, present.Link{Text: comity.Capitalize(d.Resource.Many), To: v.present.ListPath(d.Resource)})
	}
	v.say(comity.Capitalize(d.Resource.One) + " added.")
	if d.Resource == comity.Co.Resource {
		return v.redirect(present.COPath(added.Id))
	}
	if parent, id := fm.Parent(); id != 0 {
		return v.redirect(v.present.RecordPath(parent, id))
	}
	return v.redirect(v.present.RecordPath(d.Resource, added.Id))
}

// mintedPage shows a secret that the server made, this once.
type mintedPage struct{ Name, Secret, To string }

func (d drawn) editForm(v *visit) error {
	rec, err := d.asked(v)
	if err != nil {
		return err
	}
	if rights, err := v.View.RightsTo(v.ctx(), v.caller, rec); err != nil || !rights.Edit {
		return cmp.Or[error](err, comity.Forbid())
	}
	return d.showForm(v, http.StatusOK, form.Edit(rec, v.zone()), nil)
}

// edit changes a record, unless somebody else has changed it since the form was opened.
func (d drawn) edit(v *visit) error {
	rec, err := d.asked(v)
	if err != nil {
		return err
	}
	fm := form.Edit(rec, v.zone())
	fm.Sent = v.r.PostForm
	if fm.Searching() {
		return d.showForm(v, http.StatusOK, fm, nil)
	}
	err = v.Registry.Edit(v.ctx(), v.caller, d.Resource, rec.Id, fm.Input(), unchanged(v.r.PostFormValue("revision")))
	if err != nil {
		return d.showForm(v, http.StatusUnprocessableEntity, fm, err)
	}
	d.sayEdited(v, rec)
	return v.redirect(v.after(v.present.RecordPath(d.Resource, rec.Id)))
}

// after returns where to go after a form: where the reader came from if the request says that, or else the path.
func (v *visit) after(path string) string {
	if v.r.FormValue("next") != "" {
		return v.next("next")
	}
	return path
}

// unchanged returns the precondition that a record still has the revision that a form was opened at.
func unchanged(revision string) func(*comity.Record) error {
	return func(rec *comity.Record) error {
		if revision == "" || revision == strconv.FormatInt(rec.Revision, 10) {
			return nil
		}
		return &comity.Error{
			Code: comity.Stale, Phrase: http.StatusText(http.StatusPreconditionFailed),
			Detail: rec.Actor + " has saved this record since you opened it. What you wrote is below and not saved: " +
				"save again to put it in place of theirs.",
		}
	}
}

// showForm shows the form, with the field errors in err.
func (d drawn) showForm(v *visit, status int, fm form.Form, err error) error {
	p := formPage{One: d.Resource.One, Submit: "Add", Cancel: v.present.ListPath(d.Resource), Action: v.r.URL.RequestURI()}
	faults, text, err := form.SplitError(d.Resource, err)
	if err != nil {
		return err
	}
	p.Text = text
	name := present.AddTitle(d.Resource)
	crumbs := []present.Link{{Text: comity.Capitalize(d.Resource.Many), To: v.present.ListPath(d.Resource)}, {Text: "Add"}}
	if fm.Old != nil {
		p.Editing, p.Submit, p.Revision = true, "Save", fm.Old.Revision
		p.Cancel = v.after(v.present.RecordPath(d.Resource, fm.Old.Id))
		t, err := v.titles([]*comity.Record{fm.Old})
		if err != nil {
			return err
		}
		name = "Edit " + t.Of(fm.Old)
		crumbs = v.present.Crumbs(fm.Old, t.Of(fm.Old), present.Link{Text: "Edit"})
	} else if parent, id := fm.Parent(); id != 0 {
		p.Cancel = v.present.RecordPath(parent, id)
	}
	if p.Controls, err = fm.Controls(v.choices(), faults); err != nil {
		return err
	}
	p.Errors = form.Summary(p.Controls, faults)
	if v.r.Header.Get("HX-Request") != "" {
		// The form is inserted into a page that may have others: ids must be unique.
		for i := range p.Controls {
			p.Controls[i].Key = present.Segment(d.Resource) + "-" + p.Controls[i].Key
		}
	}
	return v.showAs(status, "form.html", name, p, crumbs...)
}
