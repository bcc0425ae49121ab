package form

import (
	"slices"
	"strconv"
	"strings"

	"comity"
	"comity/internal/console/present"
)

// Source finds the records that controls offer to choose from, as far as the caller may see them.
type Source interface {
	// Records returns the records of a resource. all is false, and there are none, if they are too many for a select.
	Records(r *comity.Resource) (choices []Choice, all bool, err error)
	// Types returns the active types of the CO for an attribute.
	Types(attribute string) ([]Choice, error)
	// Matches returns the records that match a text and that a field can refer to, after the one that is chosen. Both
	// texts may be "".
	Matches(f *comity.Field, text, chosen string) ([]Choice, error)
	// SearchPath returns the path that answers with the matches while the user types.
	SearchPath(f *comity.Field) string
	// Link returns the title of a record, and its path if the caller may see it.
	Link(r *comity.Resource, id int64) (present.Link, error)
}

// Select marks the choice that has a value as selected.
func Select(choices []Choice, value string) []Choice {
	for i := range choices {
		choices[i].Selected = choices[i].Value == value
	}
	return choices
}

// Codes returns the codes of a field as choices, with that of a value selected.
func Codes(f *comity.Field, value string) []Choice { return Select(codes(f, false), value) }

// codes returns the codes of a field, or those that a new record can have.
func codes(f *comity.Field, adding bool) []Choice {
	var choices []Choice
	for _, w := range f.Words {
		if !adding || len(f.OnAdd) == 0 || slices.Contains(f.OnAdd, w.Word) {
			choices = append(choices, Choice{Value: w.Word, Label: f.WordLabel(w.Word), Note: f.WordDoc(w.Word)})
		}
	}
	return choices
}

// Offer makes a control a select of the records of a resource, or a box for the id if they are too many.
func Offer(c *Control, r *comity.Resource, source Source) error {
	choices, all, err := source.Records(r)
	if err != nil {
		return err
	}
	if !all {
		c.Type, c.Help = "number", present.Join(" ", c.Help, "The id of "+present.WithArticle(r.One)+": there are too many to list.")
		return nil
	}
	if choices, err = WithChosen(choices, r, "", c.Value, source); err != nil {
		return err
	}
	c.Type, c.Choices = "select", Select(choices, c.Value)
	if len(choices) == 0 {
		c.Help = present.Join(" ", c.Help, "There is no "+r.One+" in this CO yet.")
	}
	return nil
}

// OfferSearch makes a control a picker: a search box with the matches of a text to choose from. Without JavaScript its
// button sends the form, which comes back with the matches and saves nothing.
func OfferSearch(c *Control, f *comity.Field, text string, source Source) (err error) {
	c.Type, c.Search, c.SearchAt = "pick", text, source.SearchPath(f)
	c.Choices, err = source.Matches(f, text, c.Value)
	c.Nothing = text != "" && len(c.Choices) == 0
	return err
}

// WithChosen returns the choices and the record that is chosen already, if it is not among them because the caller may
// not see it: a form that is saved unchanged keeps it. prefix precedes the id of a record in the value of its choice.
func WithChosen(choices []Choice, r *comity.Resource, prefix, value string, source Source) ([]Choice, error) {
	id := comity.ParseId(strings.TrimPrefix(value, prefix))
	if id == 0 || slices.ContainsFunc(choices, func(c Choice) bool { return c.Value == value }) {
		return choices, nil
	}
	to, err := source.Link(r, id)
	return append(choices, Choice{Value: value, Label: to.Text}), err
}

// offerReference makes a control ask for the record that a field refers to: one of a few, or one that is searched for.
func (fm Form) offerReference(c *Control, f *comity.Field, source Source) error {
	_, all, err := source.Records(f.Refers())
	if err != nil {
		return err
	}
	if !all && (present.TitleField(f.Refers()) != nil || f.Refers() == comity.CoPerson.Resource) {
		return OfferSearch(c, f, fm.searchText(f), source)
	}
	return Offer(c, f.Refers(), source)
}

// offerTypes makes a control a select of the types of the CO for a field. A value that is not among them any more can
// be kept.
func offerTypes(c *Control, f *comity.Field, source Source) error {
	types, err := source.Types(f.TypeOf)
	if err != nil {
		return err
	}
	if c.Value != "" && !slices.ContainsFunc(types, func(o Choice) bool { return o.Value == c.Value }) {
		types = append(types, Choice{Value: c.Value, Label: c.Value})
	}
	c.Type, c.Choices = "select", Select(types, c.Value)
	return nil
}

// offerOwners makes a control ask for the owner of a record: one of a few if owners are of one kind, else one that is
// searched for, or its kind and number.
func (fm Form) offerOwners(c *Control, f *comity.Field, source Source) error {
	if len(f.Owners) == 1 {
		return fm.offerOwner(c, f, source)
	}
	c.Type = "owner"
	c.Pick = &Control{Name: f.Name + PickSuffix, Key: f.Column, Label: c.Label, Value: c.Value, Required: c.Required, Errors: c.Errors, Help: c.Help}
	if err := OfferSearch(c.Pick, f, fm.searchText(f), source); err != nil {
		return err
	}
	kind, id := ownerOf(c.Value)
	for _, o := range f.Owners {
		c.Choices = append(c.Choices, Choice{Value: o.Word, Label: comity.Capitalize(comity.ByName(o.Target).One)})
	}
	c.Choices, c.Value = Select(c.Choices, kind), ""
	if id != 0 {
		c.Value = strconv.FormatInt(id, 10)
	}
	return nil
}

// offerOwner makes a control ask for the owner of a record whose owners are of one kind.
func (fm Form) offerOwner(c *Control, f *comity.Field, source Source) error {
	target, prefix := comity.ByName(f.Owners[0].Target), f.Owners[0].Word+":"
	choices, all, err := source.Records(target)
	if err != nil {
		return err
	}
	c.Label = comity.Capitalize(target.One)
	if !all {
		return OfferSearch(c, f, fm.searchText(f), source)
	}
	for i := range choices {
		choices[i].Value = prefix + choices[i].Value
	}
	choices, err = WithChosen(choices, target, prefix, c.Value, source)
	c.Type, c.Choices = "select", Select(choices, c.Value)
	return err
}
