package console

import (
	"net/http"
	"slices"
	"strconv"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// unitPages are the custom pages of units.
func unitPages() []page {
	at := "co/{co}/" + present.Segment(comity.Cou.Resource) + "/"
	return []page{
		{pattern: "GET " + at + "{$}", handle: (*visit).units},
		{pattern: "GET " + at + "{id}/move", handle: (*visit).moveUnitForm},
		{pattern: "POST " + at + "{id}/move", handle: (*visit).moveUnit},
	}
}

// unitsPage is the tree of a CO's units.
type unitsPage struct {
	listing
	Roots []unitNode
}

// unitNode is a unit of the tree, with what can be done there; "" where the reader may not.
type unitNode struct {
	Name, To, Note   string
	People           int64
	PeopleTo         string
	Move, Add, Label string
	Below            []unitNode
}

func (v *visit) units() error {
	roots, err := v.View.Units(v.ctx(), v.caller, v.co.Id)
	if err != nil {
		return err
	}
	p := unitsPage{listing: v.listing(comity.Cou.Resource), Roots: v.unitNodes(roots)}
	return v.show("units.html", comity.Capitalize(comity.Cou.Resource.Many), p, present.Link{Text: comity.Capitalize(comity.Cou.Resource.Many)})
}

func (v *visit) unitNodes(units []*view.Unit) (nodes []unitNode) {
	for _, u := range units {
		id := strconv.FormatInt(u.Record.Id, 10)
		n := unitNode{
			Name: u.Record.Text(comity.Cou.Name), To: v.present.RecordPath(comity.Cou.Resource, u.Record.Id), Note: u.Record.Text(comity.Cou.Description),
			People: u.People, PeopleTo: v.present.ListPath(comity.CoPerson.Resource, "unit", id),
			Add: v.present.AddPathIfAllowed(comity.Cou.Resource, comity.Cou.ParentId.Name, id), Below: v.unitNodes(u.Below),
		}
		if v.caller.May(authz.Edit, comity.Cou.Resource) && v.mayMove(u.Record.Id) {
			n.Move = v.present.ActionPath(comity.Cou.Resource, u.Record.Id, "move")
		}
		nodes = append(nodes, n)
	}
	return nodes
}

// mayMove says whether a unit is the reader's to change.
func (v *visit) mayMove(id int64) bool {
	return v.caller.Through(authz.Edit, comity.Cou.Resource)&authz.InCO != 0 || slices.Contains(v.caller.Units, id)
}

// unitParts show, with a unit, its people and the units below it.
func unitParts() []part {
	return []part{{template: "unit", data: func(v *visit, rec *comity.Record) (any, error) {
		roots, err := v.View.Units(v.ctx(), v.caller, v.co.Id)
		if err != nil {
			return nil, err
		}
		u := findUnit(roots, rec.Id)
		if u == nil {
			return nil, nil //nolint:nilnil // there is nothing to show
		}
		return v.unitNodes([]*view.Unit{u})[0], nil
	}}}
}

func findUnit(units []*view.Unit, id int64) *view.Unit {
	for _, u := range units {
		if u.Record.Id == id {
			return u
		}
		if found := findUnit(u.Below, id); found != nil {
			return found
		}
	}
	return nil
}

func (v *visit) moveUnitForm() error {
	rec, err := drawn{comity.Cou.Resource}.asked(v)
	if err != nil {
		return err
	}
	if !v.mayMove(rec.Id) {
		return comity.Forbid()
	}
	value := ""
	if rec.Has(comity.Cou.ParentId) {
		value = strconv.FormatInt(rec.Int(comity.Cou.ParentId), 10)
	}
	return v.askWhere(http.StatusOK, rec, value, "")
}

// askWhere asks below which unit another is to be moved.
func (v *visit) askWhere(status int, rec *comity.Record, value, fault string) error {
	f := comity.Cou.ParentId
	c := form.Control{Name: f.Name, Key: f.Column, Label: "Below", Help: "Leave this empty to place it at the top.", Value: value}
	p := formPage{
		One: rec.Resource.One, Submit: "Move", Cancel: v.present.ListPath(rec.Resource), Action: v.present.ActionPath(rec.Resource, rec.Id, "move"),
		Editing: true, Revision: rec.Revision,
	}
	if fault != "" {
		c.Errors, p.Errors = []string{fault}, []present.Link{{Text: fault, To: "#field-" + c.Key}}
	}
	roots, err := v.View.Units(v.ctx(), v.caller, v.co.Id)
	if err != nil {
		return err
	}
	if c.Choices = parents(roots, rec.Id, ""); len(c.Choices) <= maxParents {
		c.Choices, err = form.WithChosen(c.Choices, f.Refers(), "", value, v.choices())
		if c.Type, c.Choices = "select", form.Select(c.Choices, value); err != nil {
			return err
		}
	} else if err := form.OfferSearch(&c, f, v.r.PostFormValue(f.Name+form.SearchSuffix), v.choices()); err != nil {
		return err
	}
	p.Controls = []form.Control{c}
	name := rec.Text(comity.Cou.Name)
	return v.showAs(status, "form.html", "Move "+name, p, v.present.Crumbs(rec, name, present.Link{Text: "Move"})...)
}

// maxParents is how many units a select offers: it shows them in their order, so more than others do.
const maxParents = 1000

// parents are the units that one can be moved below, by their ways from the top.
func parents(units []*view.Unit, moved int64, way string) (choices []form.Choice) {
	for _, u := range units {
		if u.Record.Id == moved {
			continue
		}
		name := present.Join(" › ", way, u.Record.Text(comity.Cou.Name))
		choices = append(choices, form.Choice{Value: strconv.FormatInt(u.Record.Id, 10), Label: name})
		choices = append(choices, parents(u.Below, moved, name)...)
	}
	return choices
}

func (v *visit) moveUnit() error {
	f := comity.Cou
	rec, err := drawn{f.Resource}.asked(v)
	if err != nil {
		return err
	}
	value := v.r.PostFormValue(f.ParentId.Name)
	if value == "" && v.r.PostFormValue(f.ParentId.Name+form.SearchSuffix) != "" {
		return v.askWhere(http.StatusOK, rec, value, "")
	}
	in := comity.NewRecord(f.Resource)
	for _, field := range f.Fields {
		if !field.ReadOnly {
			in.Set(field, rec.Get(field))
		}
	}
	cell, fault := form.ReadField(f.ParentId, v.r.PostForm, v.zone())
	if fault != "" {
		return v.askWhere(http.StatusUnprocessableEntity, rec, "", present.Sentence(fault))
	}
	in.Set(f.ParentId, cell)
	err = v.Registry.Edit(v.ctx(), v.caller, f.Resource, rec.Id, comity.Input{Record: in}, unchanged(v.r.PostFormValue("revision")))
	faults, text, err := form.SplitError(f.Resource, err)
	for _, fault := range faults {
		text = present.Join(" ", text, present.Sentence(fault.Sentence))
	}
	if err != nil {
		return err
	}
	if text != "" {
		return v.askWhere(http.StatusUnprocessableEntity, rec, value, text)
	}
	v.say(rec.Text(f.Name) + " moved.")
	return v.redirect(v.present.ListPath(f.Resource))
}
