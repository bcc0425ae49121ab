package console

import (
	"maps"
	"strconv"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

// personPage is a person with all their records.
type personPage struct {
	head
	trail
	Fields []present.Field
	Status present.Value
	// Email is the first email address.
	Email present.Value
	// At is the time as of which the person is shown, zero for now; Now leads to the present.
	At  time.Time
	Now string
	// AsItWas is the form for another time, nil if the reader may not see the past.
	AsItWas *asItWas
	Roles   personPart
	Groups  groupsPart
	// Parts are the other records of the person, by kind; Missing are the kinds without records, with links to
	// add some.
	Parts   []personPart
	Missing []personPart
	Linked  personPart
	Sent    []targetOfPerson
	// Latest are the last lines of the history, and AllHistory leads to the others.
	Latest     []happening
	AllHistory string
}

// personView collects what a person's page shows.
type personView struct {
	*visit
	model  view.PersonView
	titles present.Titles
	// rights are the reader's rights to the person's records; empty for the past.
	rights map[*comity.Resource]map[int64]authz.Rights
	// at is the time as of which the person is shown, zero for now.
	at time.Time
}

// apart says that the reader sees only what distinguishes the person from others, as the owner of a group does:
// then neither the status nor the past is shown.
func (p *personView) apart() bool {
	return p.caller.OwnsGroup && !p.model.Record.Has(comity.CoPerson.Status)
}

func (p *personView) past() bool { return !p.at.IsZero() }

// person shows a person, now or as of a time.
func (v *visit) person() error {
	if v.r.URL.Query().Has("revision") {
		return drawn{comity.CoPerson.Resource}.detail(v)
	}
	dated, at := v.asItWas(v.present.RecordPath(comity.CoPerson.Resource, comity.ParseId(v.r.PathValue("id"))))
	view, err := v.viewAt(comity.ParseId(v.r.PathValue("id")), at)
	if err != nil {
		return err
	}
	p, err := view.page()
	if err != nil {
		return err
	}
	if !view.apart() {
		p.AsItWas = &dated
	}
	name := view.titles.Of(view.model.Record)
	if view.past() {
		return v.show("person.html", name, p, v.present.Crumbs(view.model.Record, name, present.Link{Text: "On " + dated.At})...)
	}
	return v.showAs(dated.Status(), "person.html", name, p, v.present.Crumbs(view.model.Record, name)...)
}

// viewAt reads the person view as of a time, the zero time for now.
func (v *visit) viewAt(id int64, at time.Time) (view *personView, err error) {
	view = &personView{visit: v, at: at}
	if view.past() {
		view.model, err = v.View.PersonAsOf(v.ctx(), v.caller, id, at)
		err = notThen(err)
	} else {
		view.model, err = v.View.Person(v.ctx(), v.caller, id)
	}
	if err != nil {
		return nil, err
	}
	if view.model.Record.CoId != v.co.Id {
		return nil, comity.Missing(comity.CoPerson.UnknownOnView)
	}
	view.titles = v.titlesOf(view.model)
	if !view.past() {
		view.rights, err = v.View.RightsToAll(v.ctx(), v.caller, withHanging(view.model.Record))
	}
	return view, err
}

// withHanging returns a record and all its dependents.
func withHanging(rec *comity.Record) []*comity.Record {
	all := []*comity.Record{rec}
	for _, e := range rec.Expanded {
		all = append(all, e.Records...)
	}
	return all
}

// titlesOf returns the titles of the records that a person view names, without a query.
func (v *visit) titlesOf(g view.PersonView) present.Titles {
	found := view.Named{}
	maps.Copy(found, g.Named)
	people := map[int64]*comity.Record{}
	maps.Copy(people, g.Named[comity.CoPerson.Resource])
	people[g.Record.Id] = g.Record
	found[comity.CoPerson.Resource] = people
	return present.Titles{Found: found, Caller: v.caller}
}

func (p *personView) page() (page personPage, err error) {
	rec := p.model.Record
	page = personPage{
		head: p.headOf(rec, p.rights[rec.Resource][rec.Id]), trail: trail{Record: rec}, At: p.at, Now: p.present.RecordPath(rec.Resource, rec.Id),
		Status: p.present.Value(rec, comity.CoPerson.Status, p.titles),
	}
	for _, f := range p.present.Fields(rec, p.titles) {
		if f.Label != comity.CoPerson.Status.Label {
			page.Fields = append(page.Fields, f)
		}
	}
	if mails := view.Dependents(rec, comity.EmailAddress.Resource); len(mails) > 0 {
		page.Email = p.present.Value(mails[0], comity.EmailAddress.Mail, p.titles)
	}
	page.Roles, page.Groups, page.Linked = p.roles(), p.groups(), p.linked()
	for _, part := range p.parts() {
		if len(part.Rows) > 0 {
			page.Parts = append(page.Parts, part)
		} else if part.Add != "" {
			page.Missing = append(page.Missing, part)
		}
	}
	if p.past() {
		return page, nil
	}
	if page.Sent, err = p.targetsOfPerson(rec.Id); err != nil {
		return page, err
	}
	if !p.apart() && p.caller.May(authz.View, comity.HistoryRecord.Resource) {
		page.AllHistory = p.present.ListPath(comity.HistoryRecord.Resource, "copersonid", strconv.FormatInt(rec.Id, 10))
		page.Latest, err = p.latest(rec.Id)
	}
	return page, err
}
