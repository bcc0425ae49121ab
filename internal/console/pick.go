package console

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/view"
)

// searchSuffix is appended to a field's name for the name of its picker's search box.
const searchSuffix = ".Search"

// matches is how many records a search offers at most.
const matches = 20

// pickPages answer the searches of a picker while the reader types.
func pickPages() []page {
	return []page{{pattern: "GET co/{co}/pick/{resource}/{field}", handle: (*visit).pick}}
}

// find makes a control a picker: a search box with the matches to choose from. Without JavaScript its button
// sends the form, which comes back with the matches and saves nothing.
func (v *visit) find(c *control, f *comity.Field, text string) error {
	c.Type, c.Search = "pick", text
	c.SearchAt = v.home() + "pick/" + segment(f.Resource()) + "/" + f.Name
	var err error
	c.Choices, err = v.found(f, text, c.Value)
	c.Nothing = text != "" && len(c.Choices) == 0
	return err
}

// found returns the choices of a picker: the present choice, and the matches of a text.
func (v *visit) found(f *comity.Field, text, chosen string) (choices []choice, err error) {
	var records []*comity.Record
	words := map[*comity.Resource]string{}
	for _, o := range f.Owners {
		words[comity.ByName(o.Target)] = o.Word + ":"
	}
	if f.Kind == comity.Reference {
		words[f.Refers()] = ""
	}
	if text = strings.TrimSpace(text); text != "" {
		for _, r := range comity.Stored() {
			if _, wanted := words[r]; !wanted || !v.caller.May(authz.View, r) {
				continue
			}
			some, err := v.candidates(r, text)
			if err != nil {
				return nil, err
			}
			records = append(records, some...)
		}
	}
	hung := comity.NewRecord(f.Resource())
	if cell, fault := f.Read(comity.Scalar{Type: comity.TextScalar, Text: chosen}); chosen != "" && fault == "" && f.Kind == comity.Reference {
		hung.Set(f, cell)
	} else if o, known := f.Owner(strings.Split(chosen+":", ":")[0]); known {
		_, id := ownerOf(chosen)
		hung.SetOwner(f, o, id)
	}
	t, err := v.titles(records, []*comity.Record{hung})
	if err != nil {
		return nil, err
	}
	if target, id := named(hung, f); id != 0 {
		name, _ := t.by(target, id)
		choices = append(choices, choice{Value: words[target] + strconv.FormatInt(id, 10), Label: name, Selected: true})
	}
	for _, rec := range records {
		one := choice{Value: words[rec.Resource] + strconv.FormatInt(rec.Id, 10), Label: t.of(rec), Note: v.note(rec, len(f.Owners) > 1)}
		if one.Value != chosen {
			choices = append(choices, one)
		}
	}
	return choices, nil
}

// candidates returns the records whose title matches a text; people are matched by identifiers and addresses
// as well.
func (v *visit) candidates(r *comity.Resource, text string) (records []*comity.Record, err error) {
	if r != comity.CoPerson.Resource {
		if f := titleField(r); f != nil {
			return v.View.Find(v.ctx(), v.caller, f, v.co.Id, text, matches)
		}
		return nil, nil
	}
	page, err := v.View.SearchPeople(v.ctx(), v.caller, v.co.Id, text, view.PeopleFilter{}, "", matches)
	for _, p := range page.People {
		for _, of := range []*comity.Record{p.EmailAddress, p.Identifier} {
			if of != nil {
				p.Person.Expanded = append(p.Person.Expanded, comity.Expansion{Resource: of.Resource, Records: []*comity.Record{of}})
			}
		}
		records = append(records, p.Person)
	}
	return records, err
}

// note returns what distinguishes a record from others with the same title.
func (v *visit) note(rec *comity.Record, kinds bool) string {
	var texts []string
	if kinds {
		texts = append(texts, rec.Resource.One)
	}
	for _, e := range rec.Expanded {
		for _, of := range e.Records {
			texts = append(texts, titles{}.of(of))
		}
	}
	return join(" · ", texts...)
}

// pick answers with the matches of a form's search box.
func (v *visit) pick() error {
	var f *comity.Field
	for _, r := range comity.Stored() {
		if segment(r) == v.r.PathValue("resource") {
			f = r.Field(v.r.PathValue("field"))
		}
	}
	if f == nil || f.Kind != comity.Reference && f.Kind != comity.Owner {
		return comity.Missing(comity.PhraseUnknown)
	}
	// A page may have the same field in several forms, so each sends the name of its control.
	asked := v.r.URL.Query()
	c := control{Name: f.Name, Key: cmp.Or(asked.Get("key"), f.Column), Required: f.Required}
	if len(f.Owners) > 1 {
		c.Name += pickSuffix
	}
	c.Name = cmp.Or(asked.Get("name"), c.Name)
	if err := v.find(&c, f, asked.Get(c.SearchName())); err != nil {
		return err
	}
	return v.write(http.StatusOK, "form.html", "matches", c)
}

// SearchName is the name of a picker's search box.
func (c control) SearchName() string { return strings.TrimSuffix(c.Name, pickSuffix) + searchSuffix }

// pickSuffix is appended to the name of an owner field whose owner is picked, not given by kind and id.
const pickSuffix = ".Pick"

// searching reports whether a form was sent to search and not to be saved: by the button of a search, or with a
// search text and nothing chosen.
func (fm form) searching() bool {
	if len(fm.sent["find"]) > 0 {
		return true
	}
	for _, f := range fm.resource.Fields {
		text := fm.sent[f.Name+searchSuffix]
		if len(text) == 0 || text[0] == "" {
			continue
		}
		if cell, _ := fm.readField(f, fm.sent); !cell.HasValue() {
			return true
		}
	}
	return false
}

// searched returns the text of a field's search box.
func (fm form) searched(f *comity.Field) string {
	if text := fm.sent[f.Name+searchSuffix]; len(text) > 0 {
		return text[0]
	}
	return ""
}
