package console

import (
	"net/http"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry"
)

// pair are a record and its settings, added by one form, both or neither.
type pair struct {
	first, second form.Form
	// of is the field by which the settings name the record.
	of   *comity.Field
	page pairPage
}

// pairPage is the form of a pair.
type pairPage struct {
	formPage
	Sections []section
	// Ways are the kinds of record that the form can be for; the one without a path is this one.
	Ways []present.Link
	// Missing is what is to be there first; its text is "" where all is.
	Missing present.Link
}

// section is one of the two records in the form.
type section struct {
	Title            string
	Controls, Seldom []form.Control
	// Open says that what few need is shown, for something is wrong with it.
	Open bool
}

// newPair is the form of a new record and its settings.
func newPair(v *visit, first, second *comity.Resource, of *comity.Field) *pair {
	p := &pair{first: v.newForm(first), second: v.newForm(second), of: of}
	p.second.Hidden = map[*comity.Field]bool{of: true}
	p.page.Submit, p.page.Cancel, p.page.Action = "Add", v.present.ListPath(first), v.r.URL.RequestURI()
	p.page.Sections = []section{{}, {}}
	return p
}

// know gives a field of the record a value that is not asked for.
func (p *pair) know(f *comity.Field, value string) {
	p.first.Hidden = map[*comity.Field]bool{f: true}
	p.first.Given.SetText(f, value)
}

// show shows the form, with what is wrong with what was sent.
func (p *pair) show(v *visit, status int, wrongs [2][]comity.FieldError) error {
	first := p.first.Resource
	if !v.caller.May(authz.Add, first) || !v.caller.May(authz.Add, p.second.Resource) {
		return comity.Forbid()
	}
	for i, fm := range []form.Form{p.first, p.second} {
		controls, err := fm.Controls(v.choices(), wrongs[i])
		if err != nil {
			return err
		}
		p.page.Errors = append(p.page.Errors, form.Summary(controls, wrongs[i])...)
		s := &p.page.Sections[i]
		for _, c := range controls {
			if f := fm.Resource.Field(c.Name); f != nil && f.Advanced {
				s.Seldom = append(s.Seldom, c)
				s.Open = s.Open || len(c.Errors) > 0
			} else {
				s.Controls = append(s.Controls, c)
			}
		}
	}
	return v.showAs(status, "pair.html", "Add a new "+first.One, p.page, present.Link{Text: comity.Capitalize(first.Many), To: v.present.ListPath(first)}, present.Link{Text: "Add"})
}

// add adds both, or shows the form again with what is wrong with either.
func (p *pair) add(v *visit) error {
	sent := v.r.PostForm
	p.first.Sent, p.second.Sent = sent, sent
	if p.first.Searching() || p.second.Searching() {
		return p.show(v, http.StatusOK, [2][]comity.FieldError{})
	}
	results, err := v.Registry.AddBatch(v.ctx(), v.caller, []registry.BatchPart{
		{Input: p.first.Input()}, {Input: p.second.Input(), Of: p.of},
	})
	if err == nil {
		v.say(comity.Capitalize(p.first.Resource.One) + " added.")
		return v.redirect(v.present.RecordPath(p.first.Resource, results[0].Id))
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
	return p.show(v, http.StatusUnprocessableEntity, wrongs)
}

// pairPages are the pages that add a pair in place of the drawn form of its record.
func pairPages(first *comity.Resource, made func(*visit) (*pair, error)) []page {
	at := "co/{co}/" + present.Segment(first) + "/new"
	return []page{
		{pattern: "GET " + at, handle: func(v *visit) error {
			p, err := made(v)
			if err != nil {
				return err
			}
			return p.show(v, http.StatusOK, [2][]comity.FieldError{})
		}},
		{pattern: "POST " + at, handle: func(v *visit) error {
			p, err := made(v)
			if err != nil {
				return err
			}
			return p.add(v)
		}},
	}
}

// only is the one record of a resource that belongs to one of a parent, nil where there is none.
func (v *visit) only(r, parent *comity.Resource, id int64) (*comity.Record, error) {
	if !v.caller.May(authz.View, r) {
		return nil, nil
	}
	l, err := v.View.List(v.ctx(), v.caller, v.listOf(r, 1).Of(parent, id))
	if err != nil || len(l.Records) == 0 {
		return nil, err
	}
	return l.Records[0], nil
}
