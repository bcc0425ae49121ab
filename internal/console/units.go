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
		{pattern: "GET " + at + "{$}", handle: listUnits},
		{pattern: "GET " + at + "{id}/move", handle: moveUnitForm},
		{pattern: "POST " + at + "{id}/move", handle: moveUnit},
	}
}

// unitsPage is the tree of a CO's units.
type unitsPage struct {
	listing
	Roots []unitNode
}

// unitNode is a unit of the tree, with the paths of what the caller may do with it; "" where they may not.
type unitNode struct {
	Name, To, Note   string
	People           int64
	AtLeast          bool
	PeopleTo         string
	Move, Add, Label string
	Below            []unitNode
}

func listUnits(q *request) error {
	roots, err := q.View.Units(q.ctx(), q.caller, q.co.Id)
	if err != nil {
		return err
	}
	p := unitsPage{listing: newListing(q, comity.Cou.Resource), Roots: unitNodes(q, roots)}
	return q.show("units.html", comity.Capitalize(comity.Cou.Resource.Many), p, present.Link{Text: comity.Capitalize(comity.Cou.Resource.Many)})
}

func unitNodes(q *request, units []*view.Unit) (nodes []unitNode) {
	for _, u := range units {
		id := strconv.FormatInt(u.Record.Id, 10)
		n := unitNode{
			Name: u.Record.Text(comity.Cou.Name), To: q.present.RecordPath(comity.Cou.Resource, u.Record.Id), Note: u.Record.Text(comity.Cou.Description),
			People: u.People, AtLeast: u.AtLeast, PeopleTo: q.present.ListPath(comity.CoPerson.Resource, "unit", id),
			Add: q.present.AddPathIfAllowed(comity.Cou.Resource, comity.Cou.ParentId.Name, id), Below: unitNodes(q, u.Below),
		}
		if q.caller.May(authz.Edit, comity.Cou.Resource) && mayMoveUnit(q, u.Record.Id) {
			n.Move = q.present.ActionPath(comity.Cou.Resource, u.Record.Id, "move")
		}
		nodes = append(nodes, n)
	}
	return nodes
}

// mayMoveUnit reports whether the caller may change a unit.
func mayMoveUnit(q *request, id int64) bool {
	return q.caller.Through(authz.Edit, comity.Cou.Resource)&authz.InCO != 0 || slices.Contains(q.caller.Units, id)
}

// unitParts are the custom parts of a unit: its people and the units below it.
func unitParts() []part {
	return []part{{template: "unit", data: func(q *request, rec *comity.Record) (any, error) {
		roots, err := q.View.Units(q.ctx(), q.caller, q.co.Id)
		if err != nil {
			return nil, err
		}
		u := findUnit(roots, rec.Id)
		if u == nil {
			return nil, nil //nolint:nilnil // there is nothing to show
		}
		return unitNodes(q, []*view.Unit{u})[0], nil
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

func moveUnitForm(q *request) error {
	rec, err := generic{comity.Cou.Resource}.record(q)
	if err != nil {
		return err
	}
	if !mayMoveUnit(q, rec.Id) {
		return comity.Forbid()
	}
	value := ""
	if rec.Has(comity.Cou.ParentId) {
		value = strconv.FormatInt(rec.Int(comity.Cou.ParentId), 10)
	}
	return showMoveUnit(q, http.StatusOK, rec, value, "")
}

// showMoveUnit asks for the parent that a unit is moved to.
func showMoveUnit(q *request, status int, rec *comity.Record, value, fault string) error {
	f := comity.Cou.ParentId
	c := form.Control{Name: f.Name, Key: f.Column, Label: "Below", Help: "Leave this empty to place it at the top.", Value: value}
	p := formPage{
		One: rec.Resource.One, Submit: "Move", Cancel: q.present.ListPath(rec.Resource), Action: q.present.ActionPath(rec.Resource, rec.Id, "move"),
		Editing: true, Revision: rec.Revision,
	}
	if fault != "" {
		c.Errors, p.Errors = []string{fault}, []present.Link{{Text: fault, To: "#field-" + c.Key}}
	}
	roots, err := q.View.Units(q.ctx(), q.caller, q.co.Id)
	if err != nil {
		return err
	}
	if c.Choices = parents(roots, rec.Id, ""); len(c.Choices) <= maxParents {
		c.Choices, err = form.WithChosen(c.Choices, f.Refers(), "", value, q.choices())
		if c.Type, c.Choices = "select", form.Select(c.Choices, value); err != nil {
			return err
		}
	} else if err := form.OfferSearch(&c, f, q.r.PostFormValue(f.Name+form.SearchSuffix), q.choices()); err != nil {
		return err
	}
	p.Controls = []form.Control{c}
	name := rec.Text(comity.Cou.Name)
	return q.showAs(status, "form.html", "Move "+name, p, q.present.Crumbs(rec, name, present.Link{Text: "Move"})...)
}

// maxParents is how many units a select offers. It is more than other selects offer, because it shows them as a
// tree.
const maxParents = 1000

// parents returns the units that a unit can be moved below, each with its path from the top.
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

func moveUnit(q *request) error {
	f := comity.Cou
	rec, err := generic{f.Resource}.record(q)
	if err != nil {
		return err
	}
	value := q.r.PostFormValue(f.ParentId.Name)
	if value == "" && q.r.PostFormValue(f.ParentId.Name+form.SearchSuffix) != "" {
		return showMoveUnit(q, http.StatusOK, rec, value, "")
	}
	in := comity.NewRecord(f.Resource)
	for _, field := range f.Fields {
		if !field.ReadOnly {
			in.Set(field, rec.Get(field))
		}
	}
	cell, fault := form.ReadField(f.ParentId, q.r.PostForm, q.zone())
	if fault != "" {
		return showMoveUnit(q, http.StatusUnprocessableEntity, rec, "", fault+".")
	}
	in.Set(f.ParentId, cell)
	err = q.Registry.Edit(q.ctx(), q.caller, f.Resource, rec.Id, comity.Input{Record: in}, ifRevision(q.r.PostFormValue("revision")))
	faults, text, err := form.SplitError(f.Resource, err)
	for _, fault := range faults {
		text = present.Join(" ", text, fault.Sentence+".")
	}
	if err != nil {
		return err
	}
	if text != "" {
		return showMoveUnit(q, http.StatusUnprocessableEntity, rec, value, text)
	}
	q.notify(rec.Text(f.Name) + " moved.")
	return q.redirect(q.present.ListPath(f.Resource))
}
