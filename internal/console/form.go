package console

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"comity"
)

// form is a form made from a resource's table.
type form struct {
	resource *comity.Resource
	// old is the record that is edited, nil for a new one.
	old *comity.Record
	// given are the values to begin with: of the record, of the request, or of what was sent.
	given *comity.Record
	// sent are the values as they were sent, nil before.
	sent url.Values
	// set are the fields that are given and not asked for: what the record hangs on.
	set map[*comity.Field]bool
	// known are the fields that are given and neither asked for nor shown.
	known map[*comity.Field]bool
	// zone is the time zone of the times in it.
	zone *time.Location
}

// control is one field of a form, shown by the part "control".
type control struct {
	// Name is what it is sent by, Key the field's name in faults, by which its id is made.
	Name, Key, Label, Help, Value string
	// Type is text, number, time, date, textarea, checkbox, select, password, fixed, pick or owner. Numbers,
	// times and dates are asked for as text: a browser's own controls for them send nothing where they
	// cannot read what was typed, and nobody would learn of it.
	Type string
	// Zone is the time zone of a time.
	Zone string
	// Faults are what is wrong with what was sent.
	Faults            []string
	Required, Checked bool
	Max               int
	// Choices are those of a select. An owner has its types there.
	Choices []choice
	// Kept says that a secret is not shown and stays if nothing is given.
	Kept bool
	// To leads to what a fixed reference names.
	To string
	// Search is what a picker was asked to find, SearchAt where it asks as somebody types; Nothing says
	// that nothing was found.
	Search, SearchAt string
	Nothing          bool
	// Pick is an owner's picker, beside its kind and number.
	Pick *control
}

// choice is one of several.
type choice struct {
	Value, Label, Note string
	Selected           bool
}

// Described are the ids of what describes the control, for those who do not see the page.
func (c control) Described() string {
	var ids []string
	if len(c.Faults) > 0 {
		ids = append(ids, "fault-"+c.Key)
	}
	if c.Help != "" {
		ids = append(ids, "help-"+c.Key)
	}
	return strings.Join(ids, " ")
}

// Notes are the choices that have something to be said of.
func (c control) Notes() []choice {
	return slices.DeleteFunc(slices.Clone(c.Choices), func(o choice) bool { return o.Note == "" })
}

// asks reports whether the form has a control for a field.
func (fm form) asks(f *comity.Field) bool {
	switch {
	case f.ReadOnly, f == f.Resource().CoId(), fm.known[f]:
		return false
	case fm.old != nil && (f.Kept || f.Fixed || f.Kind == comity.Owner):
		return false
	case fm.old == nil && len(f.OnAdd) == 1:
		return false
	}
	return true
}

// controls returns the controls of the form.
func (v *visit) controls(fm form, faults []comity.Fault) ([]control, error) {
	var controls []control
	for _, f := range fm.resource.Fields {
		if !fm.asks(f) {
			continue
		}
		c := control{
			Name: f.Name, Key: f.Column, Label: f.Label, Help: plainText(f.Doc), Required: f.Required, Max: f.Max,
			Type: "text", Value: fm.value(f), Faults: faultsOf(f, faults),
		}
		if err := v.shape(&c, f, fm); err != nil {
			return nil, err
		}
		controls = append(controls, c)
	}
	return controls, nil
}

// value returns the content of a field's control.
func (fm form) value(f *comity.Field) string {
	if fm.sent != nil {
		if f.Kind == comity.Owner {
			cell, _ := readOwner(f, fm.sent)
			return ownerText(cell)
		}
		if values := fm.sent[f.Name]; len(values) > 0 {
			return values[0]
		}
		return ""
	}
	cell := fm.given.Get(f)
	if fm.old == nil && !cell.HasValue() {
		if cell = usual(f); !cell.HasValue() {
			cell = f.Default
		}
	}
	if !cell.HasValue() {
		return ""
	}
	switch f.Kind {
	case comity.Text, comity.Date, comity.Code:
		return cell.Text()
	case comity.Time:
		return writeMoment(fm.given.Time(f), fm.zone)
	case comity.Integer, comity.Reference:
		return strconv.FormatInt(cell.Int(), 10)
	case comity.Boolean:
		return strconv.FormatBool(cell.Bool())
	case comity.Owner:
		return ownerText(cell)
	case comity.Secret:
	}
	return ""
}

// shape sets the type of a field's control.
func (v *visit) shape(c *control, f *comity.Field, fm form) error {
	if fm.set[f] {
		target, id := named(fm.given, f)
		to, err := v.linkToOne(target, id)
		if err != nil {
			return err
		}
		c.Value = fm.valueOfGiven(f)
		c.Type, c.To, c.Choices = "fixed", to.To, []choice{{Label: to.Text}}
		return nil
	}
	switch f.Kind {
	case comity.Text:
		if f.Max >= longText {
			c.Type = "textarea"
		}
		if f.TypeOf != "" {
			return v.offerTypes(c, f)
		}
	case comity.Integer:
		c.Type = "number"
		if f.Sequential {
			c.Help = "Leave this empty to place it last."
		}
	case comity.Boolean:
		c.Type, c.Checked, c.Required = "checkbox", c.Value == "true", false
		if f.Default.IsAbsent() {
			c.Type, c.Choices = "select", selected([]choice{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}, c.Value)
		}
	case comity.Time:
		c.Type, c.Zone, c.Help = "time", fm.zone.String(), join(" ", c.Help, timeHelp(f, fm.zone))
	case comity.Date:
		c.Type, c.Help = "date", join(" ", c.Help, "Such as 1990-11-30.")
	case comity.Code:
		c.Type, c.Choices = "select", selected(codes(f, fm.old == nil), c.Value)
	case comity.Secret:
		c.Type, c.Kept = "password", fm.old != nil
	case comity.Reference:
		return v.offerOrFind(c, f, fm)
	case comity.Owner:
		return v.offerOwners(c, f, fm)
	}
	return nil
}

// timeHelp returns the help text of a time field.
func timeHelp(f *comity.Field, zone *time.Location) string {
	alone := "its beginning"
	if f.Ends {
		alone = "its end"
	}
	return "Such as 2026-11-30, which means " + alone + ", or 2026-11-30 14:00. Time zone: " + zone.String() + "."
}

func (fm form) valueOfGiven(f *comity.Field) string {
	fm.sent = nil
	return fm.value(f)
}

// codes are the choices of a code.
func codes(f *comity.Field, adding bool) []choice {
	var choices []choice
	for _, w := range f.Words {
		if !adding || len(f.OnAdd) == 0 || contains(f.OnAdd, w.Word) {
			choices = append(choices, choice{Value: w.Word, Label: f.WordLabel(w.Word), Note: f.WordDoc(w.Word)})
		}
	}
	return choices
}

// selected marks the choice of that value.
func selected(choices []choice, value string) []choice {
	for i := range choices {
		choices[i].Selected = choices[i].Value == value
	}
	return choices
}

func contains(texts []string, text string) bool {
	for _, t := range texts {
		if t == text {
			return true
		}
	}
	return false
}

// faultsOf returns the sentences about a field.
func faultsOf(f *comity.Field, faults []comity.Fault) []string {
	var sentences []string
	for _, fault := range faults {
		switch {
		case fault == f.Missing():
			sentences = append(sentences, f.Label+" is required.")
		case fault.Field == f.Column, len(f.Owners) > 0 && fault.Field == f.Owners[0].Column:
			sentences = append(sentences, fault.Sentence+".")
		}
	}
	return sentences
}
