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

// personPage is a person with their records.
type personPage struct {
	heading
	recordFooter
	Fields []present.Field
	Status present.Value
	// Email is the first email address.
	Email present.Value
	// At is the time as of which the person is shown, zero for now. Now is the path of the present record.
	At  time.Time
	Now string
	// AsItWas is the form for another time, nil if the caller may not see the past.
	AsItWas *asOfForm
	Roles   personPart
	Groups  groupsPart
	// Parts are the other records of the person, by kind; Missing are the kinds without records, with links to
	// add some.
	Parts   []personPart
	Missing []personPart
	Linked  personPart
	Sent    []targetOfPerson
	// Latest are the last lines of the history, and AllHistory leads to the others.
	Latest     []historyEntry
	AllHistory string
}

// personView collects what a person's page shows.
type personView struct {
	*request
	model  view.PersonView
	titles present.Titles
	// rights are the reader's rights to the person's records; empty for the past.
	rights map[*comity.Resource]map[int64]authz.Rights
	// at is the time as of which the person is shown, zero for now.
	at time.Time
}

// limited reports whether the caller sees only what distinguishes the person from others, as owners of groups
// do. Then neither the status nor the past is shown.
func (p *personView) limited() bool {
	return p.caller.OwnsGroup && !p.model.Record.Has(comity.CoPerson.Status)
}

func (p *personView) past() bool { return !p.at.IsZero() }

// showPerson shows a person, now or as of a time.
func showPerson(q *request) error {
	if q.r.URL.Query().Has("revision") {
		return generic{comity.CoPerson.Resource}.detail(q)
	}
	dated, at := readAsOf(q, q.present.RecordPath(comity.CoPerson.Resource, comity.ParseId(q.r.PathValue("id"))))
	view, err := readPersonView(q, comity.ParseId(q.r.PathValue("id")), at)
	if err != nil {
		return err
	}
	p, err := view.page()
	if err != nil {
		return err
	}
	if !view.limited() {
		p.AsItWas = &dated
	}
	name := view.titles.Of(view.model.Record)
	if view.past() {
		return q.show("person.html", name, p, q.present.Crumbs(view.model.Record, name, present.Link{Text: "On " + dated.At})...)
	}
	return q.showAs(dated.Status(), "person.html", name, p, q.present.Crumbs(view.model.Record, name)...)
}

// readPersonView reads the person view as of a time, the zero time for now.
func readPersonView(q *request, id int64, at time.Time) (view *personView, err error) {
	view = &personView{request: q, at: at}
	if view.past() {
		view.model, err = q.View.PersonAsOf(q.ctx(), q.caller, id, at)
		err = didNotExist(err)
	} else {
		view.model, err = q.View.Person(q.ctx(), q.caller, id)
	}
	if err != nil {
		return nil, err
	}
	if view.model.Record.CoId != q.co.Id {
		return nil, comity.Missing(comity.CoPerson.UnknownOnView)
	}
	view.titles = titlesOfView(q, view.model)
	if !view.past() {
		view.rights, err = q.View.RightsToAll(q.ctx(), q.caller, withDependents(view.model.Record))
	}
	return view, err
}

// withDependents returns a record and all its dependents.
func withDependents(rec *comity.Record) []*comity.Record {
	all := []*comity.Record{rec}
	for _, e := range rec.Expanded {
		all = append(all, e.Records...)
	}
	return all
}

// titlesOfView returns the titles of the records that a person view refers to, without a query.
func titlesOfView(q *request, g view.PersonView) present.Titles {
	found := view.Named{}
	maps.Copy(found, g.Named)
	people := map[int64]*comity.Record{}
	maps.Copy(people, g.Named[comity.CoPerson.Resource])
	people[g.Record.Id] = g.Record
	found[comity.CoPerson.Resource] = people
	return present.Titles{Found: found, Caller: q.caller}
}

func (p *personView) page() (page personPage, err error) {
	rec := p.model.Record
	page = personPage{
		heading: headingOf(p.request, rec, p.rights[rec.Resource][rec.Id]), recordFooter: recordFooter{Record: rec}, At: p.at, Now: p.present.RecordPath(rec.Resource, rec.Id),
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
	if page.Sent, err = targetsOfPerson(p.request, rec.Id); err != nil {
		return page, err
	}
	if !p.limited() && p.caller.May(authz.View, comity.HistoryRecord.Resource) {
		page.AllHistory = p.present.ListPath(comity.HistoryRecord.Resource, "copersonid", strconv.FormatInt(rec.Id, 10))
		page.Latest, err = latestHistory(p.request, rec.Id)
	}
	return page, err
}

// latestSize is how many entries of the history a person's page shows.
const latestSize = 8

// latestHistory returns the last entries of a person's history. They do not repeat whom they are about.
func latestHistory(q *request, person int64) ([]historyEntry, error) {
	filter := view.HistoryFilter{CoId: q.co.Id, CoPersonId: person}
	found, err := q.View.History(q.ctx(), q.caller, filter, 0, latestSize)
	if err != nil {
		return nil, err
	}
	t, err := q.titles(recordsOf(filter, found)...)
	if err != nil {
		return nil, err
	}
	var lines []historyEntry
	for _, h := range found.Entries {
		line := newHistoryEntry(q, h, t)
		line.Whom = present.Link{}
		lines = append(lines, line)
	}
	return lines, nil
}
