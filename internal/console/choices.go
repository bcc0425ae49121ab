package console

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// maxChoices is how many records a select offers at most. If there are more, they are searched for.
const maxChoices = 200

// maxMatches is how many records a search offers at most.
const maxMatches = 20

// choices is the form.Source of a request: it reads what the caller may see of the CO.
type choices struct {
	*request
	// found are the records of resources that were read already.
	found map[*comity.Resource]offered
}

// offered are the records of a resource that a select offers; all is false if they are too many.
type offered struct {
	choices []form.Choice
	all     bool
}

// Records returns the records of a resource in the CO. all is false, and there are none, if they are too many.
func (c *choices) Records(r *comity.Resource) ([]form.Choice, bool, error) {
	o, known := c.found[r]
	if !known {
		var err error
		if o, err = c.read(r); err != nil {
			return nil, false, err
		}
		c.found[r] = o
	}
	return slices.Clone(o.choices), o.all, nil
}

func (c *choices) read(r *comity.Resource) (o offered, err error) {
	if c.co == nil || !c.caller.May(authz.View, r) {
		return offered{all: true}, nil
	}
	l, err := c.View.List(c.ctx(), c.caller, c.listQuery(r, maxChoices))
	if err != nil || l.More != 0 {
		return o, err
	}
	t, err := c.titles(l.Records)
	if err != nil {
		return o, err
	}
	for _, rec := range l.Records {
		o.choices = append(o.choices, form.Choice{Value: strconv.FormatInt(rec.Id, 10), Label: t.Of(rec)})
	}
	o.all = true
	return o, nil
}

// Types returns the active types that the CO has for an attribute.
func (c *choices) Types(attribute string) (types []form.Choice, err error) {
	f := comity.CoExtendedType
	l, err := c.View.List(c.ctx(), c.caller, c.listQuery(f.Resource, 0))
	if err != nil {
		return nil, err
	}
	for _, rec := range l.Records {
		if rec.Text(f.Attribute) == attribute && rec.Text(f.Status) == comity.Active {
			types = append(types, form.Choice{Value: rec.Text(f.Name), Label: rec.Text(f.DisplayName)})
		}
	}
	return types, nil
}

// Link returns the title of a record, and its path if the caller may see it.
func (c *choices) Link(r *comity.Resource, id int64) (present.Link, error) { return c.linkToOne(r, id) }

// SearchPath returns the path of pick for a field.
func (c *choices) SearchPath(f *comity.Field) string {
	return c.present.HomePath() + "pick/" + present.Segment(f.Resource()) + "/" + f.Name
}

// Matches returns the record that is chosen, and the records that match a text and that a field can refer to.
func (c *choices) Matches(f *comity.Field, text, chosen string) (matches []form.Choice, err error) {
	prefixes := prefixesOf(f)
	var records []*comity.Record
	if text = strings.TrimSpace(text); text != "" {
		for _, r := range comity.Stored() {
			if _, wanted := prefixes[r]; !wanted || !c.caller.May(authz.View, r) {
				continue
			}
			some, err := c.matching(r, text)
			if err != nil {
				return nil, err
			}
			records = append(records, some...)
		}
	}
	reference := form.Chosen(f, chosen)
	t, err := c.titles(records, []*comity.Record{reference})
	if err != nil {
		return nil, err
	}
	if target, id := present.Named(reference, f); id != 0 {
		name, _ := t.By(target, id)
		matches = append(matches, form.Choice{Value: prefixes[target] + strconv.FormatInt(id, 10), Label: name, Selected: true})
	}
	for _, rec := range records {
		one := form.Choice{Value: prefixes[rec.Resource] + strconv.FormatInt(rec.Id, 10), Label: t.Of(rec), Note: noteOf(rec, len(f.Owners) > 1)}
		if one.Value != chosen {
			matches = append(matches, one)
		}
	}
	return matches, nil
}

// prefixesOf returns the resources that a field can refer to, each with what precedes the id of a record in the value
// of its choice.
func prefixesOf(f *comity.Field) map[*comity.Resource]string {
	prefixes := map[*comity.Resource]string{}
	for _, o := range f.Owners {
		prefixes[comity.ByName(o.Target)] = o.Word + ":"
	}
	if f.Kind == comity.Reference {
		prefixes[f.Refers()] = ""
	}
	return prefixes
}

// matching returns the records whose title matches a text. People are matched by identifiers and addresses as well.
func (c *choices) matching(r *comity.Resource, text string) (records []*comity.Record, err error) {
	if r != comity.CoPerson.Resource {
		if f := present.TitleField(r); f != nil {
			return c.View.Find(c.ctx(), c.caller, f, c.co.Id, text, maxMatches)
		}
		return nil, nil
	}
	page, err := c.View.SearchPeople(c.ctx(), c.caller, c.co.Id, text, view.PeopleFilter{}, "", maxMatches)
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

// noteOf returns what distinguishes a record from others with the same title, with the name of its resource if kind
// is set.
func noteOf(rec *comity.Record, kind bool) string {
	var texts []string
	if kind {
		texts = append(texts, rec.Resource.One)
	}
	for _, e := range rec.Expanded {
		for _, of := range e.Records {
			texts = append(texts, present.Titles{}.Of(of))
		}
	}
	return present.Join(" · ", texts...)
}

// pickPages are the pages that answer the searches of pickers while the user types.
func pickPages() []page {
	return []page{{pattern: "GET co/{co}/pick/{resource}/{field}", handle: pick}}
}

// pick answers with the matches of a picker's search box.
func pick(q *request) error {
	var f *comity.Field
	for _, r := range comity.Stored() {
		if present.Segment(r) == q.r.PathValue("resource") {
			f = r.Field(q.r.PathValue("field"))
		}
	}
	if f == nil || f.Kind != comity.Reference && f.Kind != comity.Owner {
		return comity.Missing(comity.PhraseUnknown)
	}
	// A page may have the same field in several forms, so each sends the name of its control.
	asked := q.r.URL.Query()
	c := form.Control{Name: f.Name, Key: cmp.Or(asked.Get("key"), f.Column), Required: f.Required}
	if len(f.Owners) > 1 {
		c.Name += form.PickSuffix
	}
	c.Name = cmp.Or(asked.Get("name"), c.Name)
	if err := form.OfferSearch(&c, f, asked.Get(c.SearchName()), q.choices()); err != nil {
		return err
	}
	return q.write(http.StatusOK, "form.html", "matches", c)
}
