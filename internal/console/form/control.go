package form

import (
	"slices"
	"strings"
	"time"

	"comity"
	"comity/internal/console/present"
)

// Control is the control of one field. The template "control" writes it.
type Control struct {
	// Name is the name that it is sent with. Its id is made from Key.
	Name, Key, Label, Help, Value string
	// Type is text, number, time, date, textarea, checkbox, select, password, search, fixed, pick or owner. Numbers,
	// times and dates are text boxes: a browser's own controls for them send nothing if the text cannot be read,
	// and the user would not learn of it.
	Type string
	// Zone is the time zone of a time.
	Zone string
	// Errors are the field errors.
	Errors            []string
	Required, Checked bool
	// Choices are those of a select or picker, or the kinds of an owner.
	Choices []Choice
	// Kept says that a secret is not shown, and is kept if nothing is entered.
	Kept bool
	// To is the path of the page of a fixed reference.
	To string
	// Search is the text that a picker searched for, SearchAt the path of its search. Nothing says that nothing
	// matched.
	Search, SearchAt string
	Nothing          bool
	// Pick is the picker of an owner, beside the controls for its kind and number.
	Pick *Control
}

// Choice is one of several values to choose from.
type Choice struct {
	Value, Label, Note string
	Selected           bool
}

// Described returns the ids of the elements that describe the control.
func (c Control) Described() string {
	var ids []string
	if len(c.Errors) > 0 {
		ids = append(ids, "fault-"+c.Key)
	}
	if c.Help != "" {
		ids = append(ids, "help-"+c.Key)
	}
	return strings.Join(ids, " ")
}

// Notes returns the choices that have a note.
func (c Control) Notes() []Choice {
	return slices.DeleteFunc(slices.Clone(c.Choices), func(o Choice) bool { return o.Note == "" })
}

// SearchName returns the name of the search box of a picker.
func (c Control) SearchName() string { return strings.TrimSuffix(c.Name, PickSuffix) + SearchSuffix }

// SearchBox returns a search box to filter a list by.
func SearchBox(name, label, value string) Control {
	return Control{Name: name, Key: name, Label: label, Type: "search", Value: value}
}

// Controls returns the controls of the form, with the field errors of what was sent.
func (fm Form) Controls(source Source, faults []comity.FieldError) ([]Control, error) {
	var controls []Control
	for _, f := range fm.Resource.Fields {
		if !fm.asksFor(f) {
			continue
		}
		c := Control{
			Name: f.Name, Key: f.Column, Label: f.Label, Help: plainText(f.Doc), Required: f.Required,
			Type: "text", Value: fm.Value(f), Errors: sentencesOf(f, faults),
		}
		if err := fm.shape(&c, f, source); err != nil {
			return nil, err
		}
		controls = append(controls, c)
	}
	return controls, nil
}

// shape sets what the control of a field has for the kind of the field.
func (fm Form) shape(c *Control, f *comity.Field, source Source) error {
	if fm.Parents[f] {
		target, id := present.Named(fm.Given, f)
		to, err := source.Link(target, id)
		if err != nil {
			return err
		}
		c.Value = fm.givenValue(f)
		c.Type, c.To, c.Choices = "fixed", to.To, []Choice{{Label: to.Text}}
		return nil
	}
	switch f.Kind {
	case comity.Text:
		if f.Max >= present.LongText {
			c.Type = "textarea"
		}
		if f.TypeOf != "" {
			return offerTypes(c, f, source)
		}
	case comity.Integer:
		c.Type = "number"
		if f.Sequential {
			c.Help = "Leave this empty to place it last."
		}
	case comity.Boolean:
		c.Type, c.Checked, c.Required = "checkbox", c.Value == "true", false
		if f.Default.IsAbsent() {
			c.Type, c.Choices = "select", Select([]Choice{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}, c.Value)
		}
	case comity.Time:
		c.Type, c.Zone, c.Help = "time", fm.Zone.String(), present.Join(" ", c.Help, timeHelp(f, fm.Zone))
	case comity.Date:
		c.Type, c.Help = "date", present.Join(" ", c.Help, "Such as 1990-11-30.")
	case comity.Code:
		c.Type, c.Choices = "select", Select(codes(f, fm.Old == nil), c.Value)
	case comity.Secret:
		c.Type, c.Kept = "password", fm.Old != nil
	case comity.Reference:
		return fm.offerReference(c, f, source)
	case comity.Owner:
		return fm.offerOwners(c, f, source)
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
