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
)

// addPersonPage is the form that a person is added by, with what is known of them.
type addPersonPage struct {
	Sections []addSection
	// Faults are what is wrong with what was sent, each with the id of its control; Text is what is
	// wrong with it as a whole.
	Errors []present.Link
	Text   string
	Cancel string
}

// addSection asks for one of the records that hang on the person.
type addSection struct {
	Title, Help string
	Controls    []form.Control
}

// newcomerPart is a record that is added with a person.
type newcomerPart struct {
	resource *comity.Resource
	help     string
	// fields are those that are asked for. Without a value in any of the deciding ones there is no such
	// record, but a required part is always there.
	fields, deciding []*comity.Field
	required         bool
	// usual is the type that is chosen to begin with.
	usual string
}

// newcomerParts are what a person is added with. The role is first: it lets the administrators of its
// unit add the rest.
func newcomerParts() []newcomerPart {
	role, name, mail, id := comity.CoPersonRole, comity.Name, comity.EmailAddress, comity.Identifier
	return []newcomerPart{
		{
			resource: role.Resource, help: "The person's function here, and its dates. Optional: a role can be added later.",
			fields:   []*comity.Field{role.CouId, role.Affiliation, role.Title, role.ValidFrom, role.ValidThrough},
			deciding: []*comity.Field{role.CouId, role.Affiliation, role.Title, role.ValidFrom, role.ValidThrough},
		},
		{resource: name.Resource, required: true, fields: []*comity.Field{name.Given, name.Middle, name.Family, name.Type}, usual: "official"},
		{
			resource: mail.Resource, fields: []*comity.Field{mail.Mail, mail.Type}, deciding: []*comity.Field{mail.Mail}, usual: "official",
			help: "Optional: one can be added later.",
		},
		{
			resource: id.Resource, fields: []*comity.Field{id.Identifier, id.Type}, deciding: []*comity.Field{id.Identifier}, usual: "uid",
			help: "Optional: one can be added later.",
		},
	}
}

func (v *visit) addPersonForm() error {
	if !v.caller.May(authz.Add, comity.CoPerson.Resource) {
		return comity.Forbid()
	}
	return v.showAddPerson(http.StatusOK, nil, nil)
}

// addPerson adds a person and all that was sent with them, or nothing.
func (v *visit) addPerson() error {
	person := comity.NewRecord(comity.CoPerson.Resource)
	person.SetInt(comity.CoPerson.CoId, v.co.Id)
	person.SetText(comity.CoPerson.Status, comity.Active)
	sent := v.r.PostForm
	var asked []newcomerPart
	var hanging []comity.Input
	for _, part := range newcomerParts() {
		fm := part.form(sent, v.zone())
		if sent.Has("find") || fm.Searching() {
			return v.showAddPerson(http.StatusOK, sent, nil)
		}
		if part.given(fm.Sent) {
			asked, hanging = append(asked, part), append(hanging, fm.Input())
		}
	}
	results, err := v.Registry.AddPerson(v.ctx(), v.caller, comity.Input{Record: person}, hanging...)
	if err == nil {
		v.say("Person added.")
		return v.redirect(v.present.RecordPath(comity.CoPerson.Resource, results[0].Id))
	}
	if len(results) == 0 || results[0].Err != nil {
		return err
	}
	failed, known := map[*comity.Resource]error{}, false
	for i, part := range asked {
		failed[part.resource] = results[i+1].Err
		known = known || results[i+1].Err != nil
	}
	if !known {
		return err
	}
	return v.showAddPerson(http.StatusUnprocessableEntity, sent, failed)
}

// prefix is what the names of a part's controls begin with.
func (n newcomerPart) prefix() string { return n.resource.Singular + "." }

// own are the values that were sent for the part, by the names of its fields.
func (n newcomerPart) own(sent url.Values) url.Values {
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

// given says whether there is to be a record of the part, by its own values.
func (n newcomerPart) given(own url.Values) bool {
	return n.required || slices.ContainsFunc(n.deciding, func(f *comity.Field) bool { return strings.TrimSpace(own.Get(f.Name)) != "" })
}

// form returns the form of the record; sent is nil before it is sent.
func (n newcomerPart) form(sent url.Values, zone *time.Location) form.Form {
	fm := form.Form{Resource: n.resource, Given: comity.NewRecord(n.resource), Zone: zone}
	if sent != nil {
		fm.Sent = n.own(sent)
	}
	return fm
}

// showAddPerson shows the form, with what was sent and what is wrong with it.
func (v *visit) showAddPerson(status int, sent url.Values, failed map[*comity.Resource]error) error {
	p := addPersonPage{Cancel: v.present.ListPath(comity.CoPerson.Resource)}
	for _, part := range newcomerParts() {
		faults, text, err := form.SplitError(part.resource, failed[part.resource])
		if err != nil {
			return err
		}
		p.Text = present.Join(" ", p.Text, text)
		section, err := v.addSection(part, sent, faults)
		if err != nil {
			return err
		}
		p.Sections = append(p.Sections, section)
		p.Errors = append(p.Errors, form.Summary(section.Controls, faults)...)
	}
	// People think of the name first.
	p.Sections = append(p.Sections[1:], p.Sections[0])
	list := comity.Capitalize(comity.CoPerson.Resource.Many)
	return v.showAs(status, "add_person.html", "Add a person", p, present.Link{Text: list, To: v.present.ListPath(comity.CoPerson.Resource)}, present.Link{Text: "Add"})
}

func (v *visit) addSection(part newcomerPart, sent url.Values, faults []comity.FieldError) (addSection, error) {
	section := addSection{Title: comity.Capitalize(part.resource.One), Help: part.help}
	fm := part.form(sent, v.zone())
	controls, err := fm.Controls(v.choices(), faults)
	if err != nil {
		return section, err
	}
	for _, f := range part.fields {
		i := slices.IndexFunc(controls, func(c form.Control) bool { return c.Name == f.Name })
		c := controls[i]
		if sent == nil && f.TypeOf != "" && f.Name == "Type" {
			c.Choices = form.Select(c.Choices, part.usual)
		}
		c.Required = c.Required && part.required
		if f == comity.CoPersonRole.CouId && !v.caller.Admin {
			c.Help = "One that you administer: you see the person by it."
		}
		c.Name, c.Key = part.prefix()+c.Name, present.Segment(part.resource)+"-"+c.Key
		section.Controls = append(section.Controls, c)
	}
	return section, nil
}
