package console

import (
	"slices"
	"strconv"
	"strings"

	"comity"
	"comity/internal/authz"
)

// few is how many records a select offers; where there are more, their ids are asked for.
const few = 200

// offer makes a control ask for a record of the CO: one of a few, or one by its id.
func (v *visit) offer(c *control, r *comity.Resource) error {
	choices, all, err := v.recordsToChoose(r)
	if err != nil {
		return err
	}
	if !all {
		c.Type, c.Help = "number", join(" ", c.Help, "The id of "+a(r.One)+": there are too many to list.")
		return nil
	}
	if choices, err = v.withChosen(choices, r, "", c.Value); err != nil {
		return err
	}
	c.Type, c.Choices = "select", selected(choices, c.Value)
	if len(choices) == 0 {
		c.Help = join(" ", c.Help, "There is no "+r.One+" in this CO yet.")
	}
	return nil
}

// offerOrFind makes a control ask for what a field refers to: one of a few, or one that is searched for.
func (v *visit) offerOrFind(c *control, f *comity.Field, fm form) error {
	_, all, err := v.recordsToChoose(f.Refers())
	if err != nil {
		return err
	}
	if !all && (titleField(f.Refers()) != nil || f.Refers() == comity.CoPerson.Resource) {
		return v.find(c, f, fm.searched(f))
	}
	return v.offer(c, f.Refers())
}

// withChosen are the choices with what is chosen already, where the reader may not see that: a form that is
// saved as it is shown leaves it. word is what stands before a record's id in the value of a choice.
func (v *visit) withChosen(choices []choice, r *comity.Resource, word, value string) ([]choice, error) {
	id := comity.ParseId(strings.TrimPrefix(value, word))
	if id == 0 || slices.ContainsFunc(choices, func(c choice) bool { return c.Value == value }) {
		return choices, nil
	}
	to, err := v.linkToOne(r, id)
	return append(choices, choice{Value: value, Label: to.Text}), err
}

// offered are the records that selects of one kind offer, found once for all fields of a page.
type offered struct {
	choices []choice
	all     bool
}

// recordsToChoose are the records of a CO if they are few; all says that they are.
func (v *visit) recordsToChoose(r *comity.Resource) (choices []choice, all bool, err error) {
	o, known := v.offers[r]
	if !known {
		if o.choices, o.all, err = v.findToChoose(r); err != nil {
			return nil, false, err
		}
		if v.offers == nil {
			v.offers = map[*comity.Resource]offered{}
		}
		v.offers[r] = o
	}
	return slices.Clone(o.choices), o.all, nil
}

func (v *visit) findToChoose(r *comity.Resource) (choices []choice, all bool, err error) {
	if v.co == nil || !v.caller.May(authz.View, r) {
		return nil, true, nil
	}
	l, err := v.View.List(v.ctx(), v.caller, v.listOf(r, few))
	if err != nil || l.More != 0 {
		return nil, false, err
	}
	t, err := v.titles(l.Records)
	if err != nil {
		return nil, false, err
	}
	for _, rec := range l.Records {
		choices = append(choices, choice{Value: strconv.FormatInt(rec.Id, 10), Label: t.of(rec)})
	}
	return choices, true, nil
}

// offerTypes makes a control ask for one of the types that the CO has for a field. One that the CO has
// no more stays where it is.
func (v *visit) offerTypes(c *control, f *comity.Field) error {
	x := comity.CoExtendedType
	l, err := v.View.List(v.ctx(), v.caller, v.listOf(x.Resource, 0))
	if err != nil {
		return err
	}
	there := c.Value == ""
	for _, rec := range l.Records {
		if rec.Text(x.Attribute) != f.TypeOf || rec.Text(x.Status) != comity.Active {
			continue
		}
		c.Choices = append(c.Choices, choice{Value: rec.Text(x.Name), Label: rec.Text(x.DisplayName)})
		there = there || rec.Text(x.Name) == c.Value
	}
	if !there {
		c.Choices = append(c.Choices, choice{Value: c.Value, Label: c.Value})
	}
	c.Type, c.Choices = "select", selected(c.Choices, c.Value)
	return nil
}

// offerOwners makes a control ask what a record hangs on: one of a few where it can be of one kind,
// else one that is searched for, or its kind and number.
func (v *visit) offerOwners(c *control, f *comity.Field, fm form) error {
	if len(f.Owners) == 1 {
		target, word := comity.ByName(f.Owners[0].Target), f.Owners[0].Word+":"
		choices, all, err := v.recordsToChoose(target)
		if err != nil {
			return err
		}
		c.Label = comity.Capitalize(target.One)
		if all {
			for i := range choices {
				choices[i].Value = word + choices[i].Value
			}
			choices, err = v.withChosen(choices, target, word, c.Value)
			c.Type, c.Choices = "select", selected(choices, c.Value)
			return err
		}
		return v.find(c, f, fm.searched(f))
	}
	c.Type, c.Pick = "owner", &control{Name: f.Name + pickSuffix, Key: f.Column, Label: c.Label, Value: c.Value, Required: c.Required, Faults: c.Faults, Help: c.Help}
	if err := v.find(c.Pick, f, fm.searched(f)); err != nil {
		return err
	}
	kind, id := ownerOf(c.Value)
	for _, o := range f.Owners {
		c.Choices = append(c.Choices, choice{Value: o.Word, Label: comity.Capitalize(comity.ByName(o.Target).One)})
	}
	c.Choices, c.Value = selected(c.Choices, kind), ""
	if id != 0 {
		c.Value = strconv.FormatInt(id, 10)
	}
	return nil
}
