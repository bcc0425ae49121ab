package browser_test

import (
	"fmt"
	"strings"
	"testing"

	"comity"
	"comity/client"
)

// addRecord adds a record by the API.
func addRecord(t *testing.T, c *client.Client, r *comity.Resource, fill func(*comity.Record)) int64 {
	t.Helper()
	rec := comity.NewRecord(r)
	fill(rec)
	added, err := c.Add(t.Context(), rec)
	if err != nil {
		t.Fatal(err)
	}
	return added.Id
}

// structure holds the ids of the records that the pages of units and groups show.
type structure struct{ co, unit, group, outer int64 }

func addStructure(t *testing.T, r *registry) (s structure) {
	t.Helper()
	c := r.api()
	s.co = addRecord(t, c, comity.Co.Resource, func(rec *comity.Record) {
		rec.SetText(comity.Co.Name, "Fair")
		rec.SetText(comity.Co.Status, comity.Active)
	})
	unit := func(name string, parent int64) int64 {
		return addRecord(t, c, comity.Cou.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.Cou.CoId, s.co)
			rec.SetText(comity.Cou.Name, name)
			if parent != 0 {
				rec.SetInt(comity.Cou.ParentId, parent)
			}
		})
	}
	group := func(name string) int64 {
		return addRecord(t, c, comity.CoGroup.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.CoGroup.CoId, s.co)
			rec.SetText(comity.CoGroup.Name, name)
			rec.SetText(comity.CoGroup.Status, comity.Active)
		})
	}
	nest := func(inner, outer int64, negate bool) {
		f := comity.CoGroupNesting
		addRecord(t, c, f.Resource, func(rec *comity.Record) {
			rec.SetInt(f.CoGroupId, inner)
			rec.SetInt(f.TargetCoGroupId, outer)
			rec.SetBool(f.Negate, negate)
		})
	}
	s.unit = unit("Science", 0)
	unit("Optics", unit("Physics", s.unit))
	unit("Arts", 0)
	s.group, s.outer = group("Readers"), group("All who may read the books of the library")
	blocked := group("Blocked")
	nest(s.group, s.outer, false)
	nest(blocked, s.outer, true)
	for i, family := range []string{"Lovelace", "Hopper", "Noether"} {
		person := addRecord(t, c, comity.CoPerson.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.CoPerson.CoId, s.co)
			rec.SetText(comity.CoPerson.Status, comity.Active)
		})
		addRecord(t, c, comity.Name.Resource, func(rec *comity.Record) {
			rec.SetOwner(comity.Name.Person, comity.OwnerCO, person)
			rec.SetText(comity.Name.Given, "Someone")
			rec.SetText(comity.Name.Family, family)
			rec.SetText(comity.Name.Type, "official")
		})
		if i > 0 {
			continue
		}
		addRecord(t, c, comity.CoGroupMember.Resource, func(rec *comity.Record) {
			f := comity.CoGroupMember
			rec.SetInt(f.CoGroupId, s.group)
			rec.SetOwner(f.Person, comity.OwnerCO, person)
			rec.SetBool(f.Member, true)
			rec.SetBool(f.Owner, true)
		})
	}
	return s
}

// TestGroupsInABrowser pastes people into a group and moves a unit, with JavaScript and without.
func TestGroupsInABrowser(t *testing.T) {
	t.Parallel()
	for name, looks := range map[string][]look{"with JavaScript": nil, "without": {noScript}} {
		t.Run(name, func(t *testing.T) {
			r := serve(t)
			s := addStructure(t, r)
			b := r.open(t, looks...)
			b.signIn(r)
			b.visit(fmt.Sprintf("/console/co/%d/co_groups/%d/", s.co, s.group))
			b.press("Paste a list of people")
			b.fill("People, one a line", "Someone Hopper\nNoether, Someone\nNobody Else")
			b.press("Look who they are")
			b.says("2 lines are clear")
			b.says("1 line means nobody")
			b.press("Add these people")
			b.says("2 people added.")
			b.press("Make owner: Someone Hopper")
			b.says("Someone Hopper is an owner now.")
			b.press("Units")
			b.press("Move Arts")
			b.fill("Below", "Science › Physics")
			b.press("Move")
			b.says("Arts moved.")
		})
	}
}

// TestAccessibleGroups has axe look at the pages of units and groups, and at a form that asks for a
// person by a search.
func TestAccessibleGroups(t *testing.T) {
	t.Parallel()
	r := serve(t)
	s := addStructure(t, r)
	home := fmt.Sprintf("/console/co/%d/", s.co)
	for _, l := range [][]look{{light}, {dark, phone}} {
		var names []string
		for _, one := range l {
			names = append(names, one.name)
		}
		name := "-" + strings.Join(names, "-")
		t.Run(name[1:], func(t *testing.T) {
			b := r.open(t, l...)
			b.signIn(r)
			for page, path := range map[string]string{
				"units": "cous/", "unit": fmt.Sprintf("cous/%d/", s.unit), "move": fmt.Sprintf("cous/%d/move", s.unit),
				"groups": "co_groups/", "group": fmt.Sprintf("co_groups/%d/", s.group), "outer-group": fmt.Sprintf("co_groups/%d/", s.outer),
				"members-at": fmt.Sprintf("co_groups/%d/members-at?date=2099-01-01", s.group), "paste": fmt.Sprintf("co_groups/%d/paste", s.group),
				"pick": "names/new",
			} {
				b.visit(home + path)
				b.accessible()
				b.shoot(page + name)
			}
			b.visit(home + fmt.Sprintf("co_groups/%d/paste", s.group))
			b.fill("People, one a line", "Someone Hopper\nNobody Else\nSomeone Lovelace")
			b.press("Look who they are")
			b.accessible()
			b.shoot("pasted" + name)
			b.visit(home + "names/new")
			b.fill("Belongs to", "someone")
			b.press("Find Belongs to")
			b.says("Someone Noether")
			b.accessible()
			b.shoot("picked" + name)
		})
	}
}
