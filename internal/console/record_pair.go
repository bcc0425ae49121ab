package console

import (
	"net/http"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry"
)

// recordPair is a record and its settings, which one form adds, both or neither.
type recordPair struct {
	first, second form.Form
	// of is the field by which the settings name the record.
	of   *comity.Field
	page pairPage
}

// pairPage is the form of a record pair.
type pairPage struct {
	formPage
	Sections []section
	// Ways are the kinds of record that the form can be for; the one without a path is this one.
	Kinds []present.Link
	// Missing is what is to be there first; its text is "" where all is.
	Missing present.Link
}

// section is the part of the form for one of the two records.
type section struct {
	Title          string
	Controls, Rare []form.Control
	// Open says that what few need is shown, for something is wrong with it.
	Open bool
}

// newRecordPair returns the form of a new record and its settings. The field of refers from the settings to the
// record.
func newRecordPair(q *request, first, second *comity.Resource, of *comity.Field) *recordPair {
	p := &recordPair{first: newForm(q, first), second: newForm(q, second), of: of}
	p.second.Hidden = map[*comity.Field]bool{of: true}
	p.page.Submit, p.page.Cancel, p.page.Action = "Add", q.present.ListPath(first), q.r.URL.RequestURI()
	p.page.Sections = []section{{}, {}}
	return p
}

// hide gives a field of the record a value, and does not ask for it.
func (p *recordPair) hide(f *comity.Field, value string) {
	p.first.Hidden = map[*comity.Field]bool{f: true}
	p.first.Given.SetText(f, value)
}

// show shows the form, with the field errors of each record.
func (p *recordPair) show(q *request, status int, wrongs [2][]comity.FieldError) error {
	first := p.first.Resource
	if !q.caller.May(authz.Add, first) || !q.caller.May(authz.Add, p.second.Resource) {
		return comity.Forbid()
	}
	for i, fm := range []form.Form{p.first, p.second} {
		controls, err := fm.Controls(q.choices(), wrongs[i])
		if err != nil {
			return err
		}
		p.page.Errors = append(p.page.Errors, form.Summary(controls, wrongs[i])...)
		s := &p.page.Sections[i]
		for _, c := range controls {
			if f := fm.Resource.Field(c.Name); f != nil && f.Advanced {
				s.Rare = append(s.Rare, c)
				s.Open = s.Open || len(c.Errors) > 0
			} else {
				s.Controls = append(s.Controls, c)
			}
		}
	}
	return q.showAs(status, "pair.html", "Add a new "+first.One, p.page, present.Link{Text: comity.Capitalize(first.Many), To: q.present.ListPath(first)}, present.Link{Text: "Add"})
}

// add adds both records, or shows the form again with the errors of either.
func (p *recordPair) add(q *request) error {
	sent := q.r.PostForm
	p.first.Sent, p.second.Sent = sent, sent
	if p.first.Searching() || p.second.Searching() {
		return p.show(q, http.StatusOK, [2][]comity.FieldError{})
	}
	results, err := q.Registry.AddBatch(q.ctx(), q.caller, []registry.BatchPart{
		{Input: p.first.Input()}, {Input: p.second.Input(), Of: p.of},
	})
	if err == nil {
		q.notify(comity.Capitalize(p.first.Resource.One) + " added.")
		return q.redirect(q.present.RecordPath(p.first.Resource, results[0].Id))
	}
	var wrongs [2][]comity.FieldError
	shown := false
	for i, fm := range []form.Form{p.first, p.second} {
		if results[i].Err == nil {
			continue
		}
		shown = true
		faults, text, err := form.SplitError(fm.Resource, results[i].Err)
		if err != nil {
			return err
		}
		wrongs[i], p.page.Text = faults, present.Join(" ", p.page.Text, text)
	}
	if !shown {
		return err
	}
	return p.show(q, http.StatusUnprocessableEntity, wrongs)
}

// pairPages are the pages of a record pair, in place of the generic form of its record.
func pairPages(first *comity.Resource, made func(*request) (*recordPair, error)) []page {
	at := "co/{co}/" + present.Segment(first) + "/new"
	return []page{
		{pattern: "GET " + at, handle: func(q *request) error {
			p, err := made(q)
			if err != nil {
				return err
			}
			return p.show(q, http.StatusOK, [2][]comity.FieldError{})
		}},
		{pattern: "POST " + at, handle: func(q *request) error {
			p, err := made(q)
			if err != nil {
				return err
			}
			return p.add(q)
		}},
	}
}

// onlyDependent returns the dependent of a record that is the only one of its resource, nil if there is none.
func onlyDependent(q *request, r, parent *comity.Resource, id int64) (*comity.Record, error) {
	if !q.caller.May(authz.View, r) {
		return nil, nil
	}
	l, err := q.View.List(q.ctx(), q.caller, q.listQuery(r, 1).Of(parent, id))
	if err != nil || len(l.Records) == 0 {
		return nil, err
	}
	return l.Records[0], nil
}
