package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// peoplePages are the custom pages of people.
func peoplePages() []page {
	at := "co/{co}/" + present.Segment(comity.CoPerson.Resource) + "/"
	return []page{
		{pattern: "GET " + at + "{$}", handle: listPeople},
		{pattern: "GET " + at + "{id}/{$}", handle: showPerson},
		{pattern: "GET " + at + "add", handle: addPersonForm},
		{pattern: "POST " + at + "add", handle: addPerson},
	}
}

// peoplePage is the list of people.
type peoplePage struct {
	listing
	Search string
	People []personFound
}

// personFound is a person in a list.
type personFound struct {
	Name, To, Identifier string
	Status, Email        present.Value
	Units                []present.Link
}

// listPeople lists the people that match the filters.
func listPeople(q *request) error {
	asked := q.r.URL.Query()
	p := peoplePage{listing: newListing(q, comity.CoPerson.Resource), Search: asked.Get("q")}
	p.Asked = isPeopleFiltered(asked)
	filter := view.PeopleFilter{
		Status: asked.Get("status"), CouId: comity.ParseId(asked.Get("unit")), CoGroupId: comity.ParseId(asked.Get("group")),
	}
	found, err := q.View.SearchPeople(q.ctx(), q.caller, q.co.Id, p.Search, filter, asked.Get("after"), pageSize)
	if err != nil {
		return err
	}
	for _, one := range found.People {
		p.People = append(p.People, newPersonFound(q, one))
	}
	p.pager = newPager(asked, found.Next)
	if p.Filters, err = peopleFilters(q, asked); err != nil {
		return err
	}
	return q.show("people.html", comity.Capitalize(comity.CoPerson.Resource.Many), p, present.Link{Text: comity.Capitalize(comity.CoPerson.Resource.Many)})
}

// isPeopleFiltered reports whether a query filters the list of people.
func isPeopleFiltered(asked url.Values) bool {
	for _, name := range []string{"q", "status", "unit", "group"} {
		if asked.Get(name) != "" {
			return true
		}
	}
	return false
}

func newPersonFound(q *request, found view.PersonFound) personFound {
	one := personFound{Name: present.PersonName(found.Person.Id, found.Name), To: q.present.RecordPath(comity.CoPerson.Resource, found.Person.Id)}
	one.Status = q.present.Value(found.Person, comity.CoPerson.Status, present.Titles{})
	if found.EmailAddress != nil {
		one.Email = q.present.Value(found.EmailAddress, comity.EmailAddress.Mail, present.Titles{})
	}
	if found.Identifier != nil {
		one.Identifier = found.Identifier.Text(comity.Identifier.Identifier)
	}
	for _, unit := range found.Units {
		one.Units = append(one.Units, present.Link{Text: unit.Text(comity.Cou.Name), To: q.present.RecordPath(unit.Resource, unit.Id)})
	}
	return one
}

// peopleFilters returns the filters of the list besides the search box.
func peopleFilters(q *request, asked url.Values) ([]form.Control, error) {
	filters := []form.Control{{
		Name: "status", Key: "status", Label: "Status", Type: "select",
		Choices: form.Codes(comity.CoPerson.Status, asked.Get("status")),
	}}
	for _, by := range []struct {
		name, label string
		resource    *comity.Resource
	}{{"unit", "Unit", comity.Cou.Resource}, {"group", "Group", comity.CoGroup.Resource}} {
		c := form.Control{Name: by.name, Key: by.name, Label: by.label, Value: asked.Get(by.name)}
		if err := form.Offer(&c, by.resource, q.choices()); err != nil {
			return nil, err
		}
		// A filter that has nothing to choose from is none.
		if c.Type != "select" || len(c.Choices) > 0 {
			filters = append(filters, c)
		}
	}
	return filters, nil
}

// addPersonPage is the form to add a person with some of their records.
type addPersonPage struct {
	Sections []addSection
	// Errors are the field errors, each with a link to its control. Text is the error about the whole form.
	Errors []present.Link
	Text   string
	Cancel string
}

// addSection asks for one of the records of the person.
type addSection struct {
	Title, Help string
	Controls    []form.Control
}

// pendingRecord is a record that is added with a person.
type pendingRecord struct {
	resource *comity.Resource
	help     string
	// fields are asked for. The record is added if one of the deciding fields has a value, or if it is required.
	fields, deciding []*comity.Field
	required         bool
	// defaultType is the type that is selected at first.
	defaultType string
}

// pendingRecords returns the records that a person can be added with. The role is the first, because through it the
// administrators of its unit may add the others.
func pendingRecords() []pendingRecord {
	role, name, mail, id := comity.CoPersonRole, comity.Name, comity.EmailAddress, comity.Identifier
	return []pendingRecord{
		{
			resource: role.Resource, help: "The person's function here, and its dates. Optional: a role can be added later.",
			fields:   []*comity.Field{role.CouId, role.Affiliation, role.Title, role.ValidFrom, role.ValidThrough},
			deciding: []*comity.Field{role.CouId, role.Affiliation, role.Title, role.ValidFrom, role.ValidThrough},
		},
		{resource: name.Resource, required: true, fields: []*comity.Field{name.Given, name.Middle, name.Family, name.Type}, defaultType: "official"},
		{
			resource: mail.Resource, fields: []*comity.Field{mail.Mail, mail.Type}, deciding: []*comity.Field{mail.Mail}, defaultType: "official",
			help: "Optional: one can be added later.",
		},
		{
			resource: id.Resource, fields: []*comity.Field{id.Identifier, id.Type}, deciding: []*comity.Field{id.Identifier}, defaultType: "uid",
			help: "Optional: one can be added later.",
		},
	}
}

func addPersonForm(q *request) error {
	if !q.caller.May(authz.Add, comity.CoPerson.Resource) {
		return comity.Forbid()
	}
	return showAddPerson(q, http.StatusOK, nil, nil)
}

// addPerson adds a person and the records that were sent with them, all or none.
func addPerson(q *request) error {
	person := comity.NewRecord(comity.CoPerson.Resource)
	person.SetInt(comity.CoPerson.CoId, q.co.Id)
	person.SetText(comity.CoPerson.Status, comity.Active)
	sent := q.r.PostForm
	var added []pendingRecord
	var inputs []comity.Input
	for _, part := range pendingRecords() {
		fm := part.form(sent, q.zone())
		if sent.Has("find") || fm.Searching() {
			return showAddPerson(q, http.StatusOK, sent, nil)
		}
		if part.wanted(fm.Sent) {
			added, inputs = append(added, part), append(inputs, fm.Input())
		}
	}
	results, err := q.Registry.AddPerson(q.ctx(), q.caller, comity.Input{Record: person}, inputs...)
	if err == nil {
		q.notify("Person added.")
		return q.redirect(q.present.RecordPath(comity.CoPerson.Resource, results[0].Id))
	}
	if len(results) == 0 || results[0].Err != nil {
		return err
	}
	failed, known := map[*comity.Resource]error{}, false
	for i, part := range added {
		failed[part.resource] = results[i+1].Err
		known = known || results[i+1].Err != nil
	}
	if !known {
		return err
	}
	return showAddPerson(q, http.StatusUnprocessableEntity, sent, failed)
}

// prefix returns what the names of the record's controls begin with.
func (n pendingRecord) prefix() string { return n.resource.Singular + "." }

// values returns the values that were sent for the record, by the names of its fields.
func (n pendingRecord) values(sent url.Values) url.Values {
	own := url.Values{}
	for name, values := range sent {
		if field, ok := strings.CutPrefix(name, n.prefix()); ok {
			own[field] = values
		}
	}
	if f := n.resource.Field("Status"); f != nil {
		own.Set(f.Name, comity.Active)
	}
	return own
}

// wanted reports whether the record is to be added, given its values.
func (n pendingRecord) wanted(own url.Values) bool {
	return n.required || slices.ContainsFunc(n.deciding, func(f *comity.Field) bool { return strings.TrimSpace(own.Get(f.Name)) != "" })
}

// form returns the form of the record; sent is nil before it is sent.
func (n pendingRecord) form(sent url.Values, zone *time.Location) form.Form {
	fm := form.Form{Resource: n.resource, Given: comity.NewRecord(n.resource), Zone: zone}
	if sent != nil {
		fm.Sent = n.values(sent)
	}
	return fm
}

// showAddPerson shows the form, with the values that were sent and their errors.
func showAddPerson(q *request, status int, sent url.Values, failed map[*comity.Resource]error) error {
	p := addPersonPage{Cancel: q.present.ListPath(comity.CoPerson.Resource)}
	for _, part := range pendingRecords() {
		faults, text, err := form.SplitError(part.resource, failed[part.resource])
		if err != nil {
			return err
		}
		p.Text = present.Join(" ", p.Text, text)
		section, err := newAddSection(q, part, sent, faults)
		if err != nil {
			return err
		}
		p.Sections = append(p.Sections, section)
		p.Errors = append(p.Errors, form.Summary(section.Controls, faults)...)
	}
	// People think of the name first.
	p.Sections = append(p.Sections[1:], p.Sections[0])
	list := comity.Capitalize(comity.CoPerson.Resource.Many)
	return q.showAs(status, "add_person.html", "Add a person", p, present.Link{Text: list, To: q.present.ListPath(comity.CoPerson.Resource)}, present.Link{Text: "Add"})
}

// newAddSection returns the section of the form for a record.
func newAddSection(q *request, part pendingRecord, sent url.Values, faults []comity.FieldError) (addSection, error) {
	section := addSection{Title: comity.Capitalize(part.resource.One), Help: part.help}
	fm := part.form(sent, q.zone())
	controls, err := fm.Controls(q.choices(), faults)
	if err != nil {
		return section, err
	}
	for _, f := range part.fields {
		i := slices.IndexFunc(controls, func(c form.Control) bool { return c.Name == f.Name })
		c := controls[i]
		if sent == nil && f.TypeOf != "" && f.Name == "Type" {
			c.Choices = form.Select(c.Choices, part.defaultType)
		}
		c.Required = c.Required && part.required
		if f == comity.CoPersonRole.CouId && !q.caller.Admin {
			c.Help = "One that you administer: you see the person by it."
		}
		c.Name, c.Key = part.prefix()+c.Name, present.Segment(part.resource)+"-"+c.Key
		section.Controls = append(section.Controls, c)
	}
	return section, nil
}
