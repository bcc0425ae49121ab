package console

import (
	"net/url"

	"comity"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// peoplePages are the custom pages of people.
func peoplePages() []page {
	at := "co/{co}/" + present.Segment(comity.CoPerson.Resource) + "/"
	return []page{
		{pattern: "GET " + at + "{$}", handle: (*visit).people},
		{pattern: "GET " + at + "{id}/{$}", handle: (*visit).person},
		{pattern: "GET " + at + "add", handle: (*visit).addPersonForm},
		{pattern: "POST " + at + "add", handle: (*visit).addPerson},
	}
}

// peoplePage is the list of people.
type peoplePage struct {
	listing
	Search string
	People []personFound
}

type personFound struct {
	Name, To, Identifier string
	Status, Email        present.Value
	Units                []present.Link
}

// people lists the people whom a search finds.
func (v *visit) people() error {
	asked := v.r.URL.Query()
	p := peoplePage{listing: v.listing(comity.CoPerson.Resource), Search: asked.Get("q")}
	p.Asked = narrowed(asked)
	filter := view.PeopleFilter{
		Status: asked.Get("status"), CouId: comity.ParseId(asked.Get("unit")), CoGroupId: comity.ParseId(asked.Get("group")),
	}
	found, err := v.View.SearchPeople(v.ctx(), v.caller, v.co.Id, p.Search, filter, asked.Get("after"), pageSize)
	if err != nil {
		return err
	}
	for _, one := range found.People {
		p.People = append(p.People, v.personFound(one))
	}
	p.pager = pagerOf(asked, found.Next)
	if p.Filters, err = v.peopleFilters(asked); err != nil {
		return err
	}
	return v.show("people.html", comity.Capitalize(comity.CoPerson.Resource.Many), p, present.Link{Text: comity.Capitalize(comity.CoPerson.Resource.Many)})
}

// narrowed says whether a query asks for fewer than all people.
func narrowed(asked url.Values) bool {
	for _, name := range []string{"q", "status", "unit", "group"} {
		if asked.Get(name) != "" {
			return true
		}
	}
	return false
}

func (v *visit) personFound(found view.PersonFound) personFound {
	one := personFound{Name: present.PersonName(found.Person.Id, found.Name), To: v.present.RecordPath(comity.CoPerson.Resource, found.Person.Id)}
	one.Status = v.present.Value(found.Person, comity.CoPerson.Status, present.Titles{})
	if found.EmailAddress != nil {
		one.Email = v.present.Value(found.EmailAddress, comity.EmailAddress.Mail, present.Titles{})
	}
	if found.Identifier != nil {
		one.Identifier = found.Identifier.Text(comity.Identifier.Identifier)
	}
	for _, unit := range found.Units {
		one.Units = append(one.Units, present.Link{Text: unit.Text(comity.Cou.Name), To: v.present.RecordPath(unit.Resource, unit.Id)})
	}
	return one
}

// peopleFilters are what the list can be narrowed by besides the search.
func (v *visit) peopleFilters(asked url.Values) ([]form.Control, error) {
	filters := []form.Control{{
		Name: "status", Key: "status", Label: "Status", Type: "select",
		Choices: form.Codes(comity.CoPerson.Status, asked.Get("status")),
	}}
	for _, by := range []struct {
		name, label string
		resource    *comity.Resource
	}{{"unit", "Unit", comity.Cou.Resource}, {"group", "Group", comity.CoGroup.Resource}} {
		c := form.Control{Name: by.name, Key: by.name, Label: by.label, Value: asked.Get(by.name)}
		if err := form.Offer(&c, by.resource, v.choices()); err != nil {
			return nil, err
		}
		// A filter that has nothing to choose from is none.
		if c.Type != "select" || len(c.Choices) > 0 {
			filters = append(filters, c)
		}
	}
	return filters, nil
}
