package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"comity"
	"comity/internal/authz"
)

// formPage is a form.
type formPage struct {
	One      string
	Controls []control
	// Faults are the field errors, each with the id of its control; Text is the error about the form as a
	// whole.
	Faults []link
	Text   string
	// Revision is the revision that is edited, Submit the text of the button, Cancel the path to leave without
	// saving.
	Revision       int64
	Editing        bool
	Submit, Cancel string
	// Of are fields that are sent along unseen.
	Of url.Values
	// Action is where the form is sent.
	Action string
}

// newForm returns the form of a new record, whose parents are given by the query.
func (d drawn) newForm(v *visit) form {
	fm := form{resource: d.Resource, given: comity.NewRecord(d.Resource), set: map[*comity.Field]bool{}, zone: v.zone()}
	if f := d.CoId(); f != nil && v.co != nil {
		fm.given.SetInt(f, v.co.Id)
	}
	for _, f := range d.Fields {
		if len(f.OnAdd) == 1 {
			fm.given.SetText(f, f.OnAdd[0])
		}
	}
	if of, id := parentOf(d.Resource, v.r.URL.Query()); of.Field != nil {
		hang(fm.given, of, id)
		fm.set[of.Field] = true
	}
	query := v.r.URL.Query()
	for _, f := range d.Fields {
		if !query.Has(f.Name) || !fm.asks(f) || f.Kind == comity.Secret || fm.set[f] {
			continue
		}
		if cell, fault := fm.readField(f, query); fault == "" {
			fm.given.Set(f, cell)
		}
	}
	return fm
}

// hang sets the reference of a record to its parent.
func hang(rec *comity.Record, of comity.Parent, id int64) {
	for _, o := range of.Field.Owners {
		if o.Column == of.Column {
			rec.SetOwner(of.Field, o, id)
			return
		}
	}
	rec.SetInt(of.Field, id)
}

func (d drawn) addForm(v *visit) error {
	if !v.caller.May(authz.Add, d.Resource) {
		return comity.Forbid()
	}
	return d.showForm(v, http.StatusOK, d.newForm(v), nil)
}

// add adds a record, and redirects to its page or to its parent's.
func (d drawn) add(v *visit) error {
	fm := d.newForm(v)
	fm.sent = v.r.PostForm
	if fm.searching() {
		return d.showForm(v, http.StatusOK, fm, nil)
	}
	added, err := v.Registry.Add(v.ctx(), v.caller, d.Resource, fm.read(v.r.PostForm))
	if err != nil {
		return d.showForm(v, http.StatusUnprocessableEntity, fm, err)
	}
	if added.Minted != "" {
		return v.show("minted.html", "The "+d.Resource.One+" is added", mintedPage{
			Name: fm.value(d.Fields[0]), Secret: added.Minted, To: v.record(d.Resource, added.Id),
		}, link{comity.Capitalize(d.Resource.Many), v.list(d.Resource)})
	}
	v.say(comity.Capitalize(d.Resource.One) + " added.")
	if d.Resource == comity.Co.Resource {
		return v.redirect(coPath(added.Id))
	}
	for f := range fm.set {
		if target, id := named(fm.given, f); id != 0 {
			return v.redirect(v.record(target, id))
		}
	}
	return v.redirect(v.record(d.Resource, added.Id))
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
	return d.showForm(v, http.StatusOK, form{resource: d.Resource, old: rec, given: rec, zone: v.zone()}, nil)
}

// edit changes a record, unless somebody else has changed it since the form was opened.
func (d drawn) edit(v *visit) error {
	rec, err := d.asked(v)
	if err != nil {
		return err
	}
	fm := form{resource: d.Resource, old: rec, given: rec, sent: v.r.PostForm, zone: v.zone()}
	if fm.searching() {
		return d.showForm(v, http.StatusOK, fm, nil)
	}
	err = v.Registry.Edit(v.ctx(), v.caller, d.Resource, rec.Id, fm.read(v.r.PostForm), unchanged(v.r.PostFormValue("revision")))
	if err != nil {
		return d.showForm(v, http.StatusUnprocessableEntity, fm, err)
	}
	d.sayEdited(v, rec)
	return v.redirect(v.after(v.record(d.Resource, rec.Id)))
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
func (d drawn) showForm(v *visit, status int, fm form, err error) error {
	p := formPage{One: d.Resource.One, Submit: "Add", Cancel: v.list(d.Resource), Action: v.r.URL.RequestURI()}
	faults, text, err := wrong(d.Resource, err)
	if err != nil {
		return err
	}
	p.Text = text
	name := addName(d.Resource)
	crumbs := []link{{comity.Capitalize(d.Resource.Many), v.list(d.Resource)}, {"Add", ""}}
	if fm.old != nil {
		p.Editing, p.Submit, p.Revision = true, "Save", fm.old.Revision
		p.Cancel = v.after(v.record(d.Resource, fm.old.Id))
		t, err := v.titles([]*comity.Record{fm.old})
		if err != nil {
			return err
		}
		name = "Edit " + t.of(fm.old)
		crumbs = v.crumbs(fm.old, t.of(fm.old), link{"Edit", ""})
	} else {
		for f := range fm.set {
			if target, id := named(fm.given, f); id != 0 {
				p.Cancel = v.record(target, id)
			}
		}
	}
	if p.Controls, err = v.controls(fm, faults); err != nil {
		return err
	}
	p.Faults = summary(p.Controls, faults)
	if v.r.Header.Get("HX-Request") != "" {
		// The form is inserted into a page that may have others: ids must be unique.
		for i := range p.Controls {
			p.Controls[i].Key = segment(d.Resource) + "-" + p.Controls[i].Key
		}
	}
	return v.showAs(status, "form.html", name, p, crumbs...)
}

// summary returns all field errors, each with a link to its control.
func summary(controls []control, faults []comity.Fault) []link {
	var links []link
	shown := 0
	for _, c := range controls {
		for _, f := range c.Faults {
			links = append(links, link{f, "#field-" + c.Key})
			shown++
		}
	}
	if shown > 0 || len(faults) == 0 {
		return links
	}
	for _, f := range faults {
		links = append(links, link{f.Sentence + ".", ""})
	}
	return links
}

// wrong splits an error about the input into field errors or a text. It returns every other error as it is.
func wrong(r *comity.Resource, err error) ([]comity.Fault, string, error) {
	var e *comity.Error
	if err == nil || !errors.As(err, &e) {
		return nil, "", err
	}
	switch e.Code {
	case comity.Invalid:
		return e.Fields, "", nil
	case comity.Refused:
		for _, u := range r.Uniques {
			if u.Phrase == e.Phrase {
				f := u.Fields[len(u.Fields)-1]
				return []comity.Fault{{Field: f.Column, Sentence: join(": ", sentenceOf(e.Phrase), e.Detail)}}, "", nil
			}
		}
		if f := blamed(r, e.Phrase); f != nil {
			return []comity.Fault{{Field: f.Column, Sentence: join(": ", sentenceOf(e.Phrase), e.Detail)}}, "", nil
		}
		return nil, join(" ", sentence(e.Phrase), e.Detail), nil
	case comity.Stale:
		return nil, e.Detail, nil
	case comity.Internal, comity.Malformed, comity.Unauthorised, comity.NotFound, comity.TooLarge,
		comity.Unprocessable, comity.TooMany, comity.Undelivered, comity.Unsupported, comity.NotNow:
	}
	return nil, "", err
}

// blamed returns the field that a refusal is about, nil if it is about the whole record.
func blamed(r *comity.Resource, phrase string) *comity.Field {
	switch phrase {
	case "Parent Would Create Cycle":
		return comity.Cou.ParentId
	case "Nesting Would Create Cycle":
		return comity.CoGroupNesting.CoGroupId
	case comity.PhraseNoPerson, comity.PhrasePersonGone:
		return r.Owner()
	case comity.PhraseWrongCO:
		if r == comity.Cou.Resource {
			return comity.Cou.ParentId
		}
	}
	return nil
}

func sentenceOf(phrase string) string {
	s := sentence(phrase)
	return s[:len(s)-1]
}
