package console

import (
	"comity"
	"comity/internal/authz"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// peopleToProvision lists the people of the CO, to choose one whose message is to be shown or sent.
func (v *visit) peopleToProvision() error {
	target, err := v.target(authz.View)
	if err != nil {
		return err
	}
	r := comity.CoPerson.Resource
	asked := v.r.URL.Query()
	found, err := v.View.SearchPeople(v.ctx(), v.caller, v.co.Id, asked.Get("q"), view.PeopleFilter{}, asked.Get("after"), pageSize)
	if err != nil {
		return err
	}
	p := listPage{listing: v.listing(r), Columns: []string{"Status", "Email address", "Identifier"}}
	p.All, p.Asked = v.atTarget(target.Id, "people/"), asked.Get("q") != ""
	p.Filters = []form.Control{form.SearchBox("q", "Name, address or identifier", asked.Get("q"))}
	p.Purpose = "Whose message do you want to see? Nothing is sent until you confirm it."
	for _, one := range found.People {
		p.Rows = append(p.Rows, v.personToProvision(target, one))
	}
	p.pager = pagerOf(asked, found.Next)
	return v.show("list.html", "Choose a person", p, v.targetCrumbs(target, present.Link{Text: "A person's message"})...)
}

func (v *visit) personToProvision(target *comity.Record, found view.PersonFound) present.Row {
	one := v.personFound(found)
	return present.Row{Title: one.Name, To: v.subjectPath(target.Id, comity.PersonSubject(found.Person.Id)), Values: []present.Value{
		one.Status, {Text: one.Email.Text}, {Text: one.Identifier},
	}}
}
