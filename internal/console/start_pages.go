package console

import (
	"comity"
	"comity/internal/authz"
	"comity/internal/console/chart"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

func homePages() []page {
	return []page{{pattern: "GET {$}", handle: chooseCO}}
}

// choosePage lists the COs that the caller can go to.
type choosePage struct {
	heading
	COs []coCard
	pager
}

// coCard is a CO that the caller can go to.
type coCard struct {
	present.Link
	Note   string
	Status present.Value
}

// chooseCO shows the COs, or goes to the only one.
func chooseCO(q *request) error {
	var p choosePage
	switch {
	case q.caller.Platform:
		asked := q.r.URL.Query()
		l, err := q.View.List(q.ctx(), q.caller, view.ListQuery{
			Resource: comity.Co.Resource, Limit: pageSize, After: comity.ParseId(asked.Get("after")),
		})
		if err != nil {
			return err
		}
		for _, co := range l.Records {
			p.COs = append(p.COs, coCard{
				present.Link{Text: co.Text(comity.Co.Name), To: present.COPath(co.Id)}, co.Text(comity.Co.Description), q.present.Value(co, comity.Co.Status, present.Titles{}),
			})
		}
		p.pager = newPager(asked, afterId(l.More))
		if q.caller.May(authz.Add, comity.Co.Resource) {
			p.Add, p.AddText = q.present.AddPath(comity.Co.Resource), "Add a CO"
		}
	case q.session.OfApiUser():
		if !q.caller.MayAnything() {
			break
		}
		return q.redirect(present.COPath(q.caller.CoId))
	default:
		for _, m := range q.memberships {
			p.COs = append(p.COs, coCard{Link: present.Link{Text: m.CoName, To: present.COPath(m.CoId)}})
		}
		if len(p.COs) == 1 {
			return q.redirect(p.COs[0].To)
		}
	}
	return q.show("choose.html", "Choose a CO", p)
}

func overviewPages() []page {
	return []page{
		{pattern: "GET co/{co}/{$}", handle: showOverview},
		{pattern: "GET co/{co}/everything/{$}", handle: showAllRecords},
	}
}

// overviewPage is the start page of a CO.
type overviewPage struct {
	heading
	// Counts are the numbers of people by status, People the number of all.
	Counts []count
	People int64
	// AtLeast says that there may be more.
	AtLeast bool
	// Plot shows the numbers over time, nil if there is nothing to draw.
	Plot    *chart.Areas
	Targets []targetState
	Ends    []upcoming
	Begins  []upcoming
	// Next are the first steps in a CO that is empty.
	Next []navLink
	// Groups are the links of the navigation.
	Groups []navGroup
}

// count is a number of people, and the path of their list.
type count struct {
	Number int64
	Status present.Value
	To     string
}

func showOverview(q *request) error {
	may, err := q.View.RightsTo(q.ctx(), q.caller, q.co)
	if err != nil {
		return err
	}
	p := overviewPage{heading: headingOf(q, q.co, may), Groups: navigation(q)}
	p.Kind, p.Purpose = "", q.co.Text(comity.Co.Description)
	if err := countPeople(q, &p); err != nil {
		return err
	}
	if p.Targets, err = targetStates(q); err != nil {
		return err
	}
	if p.Ends, p.Begins, err = readUpcoming(q); err != nil {
		return err
	}
	if p.People == 0 || len(p.Targets) == 0 && p.Plot != nil {
		p.Next = nextSteps(q, p)
	}
	return q.show("overview.html", q.co.Text(comity.Co.Name), p)
}

// countPeople counts the people whom the caller may see. If these are all people, it counts them over time as
// well.
func countPeople(q *request, p *overviewPage) error {
	r := comity.CoPerson.Resource
	if !q.caller.May(authz.View, r) {
		return nil
	}
	var counts map[string]int64
	if q.caller.Through(authz.View, r)&authz.InCO != 0 {
		days, err := q.View.PeopleOverTime(q.ctx(), q.caller, q.co.Id)
		if err != nil {
			return err
		}
		if len(days) > 0 {
			counts = days[len(days)-1].People
			p.Plot = peopleOverTime(days)
		}
	} else {
		var err error
		if counts, p.AtLeast, err = q.View.PeopleByStatus(q.ctx(), q.caller, q.co.Id); err != nil {
			return err
		}
	}
	for _, w := range comity.CoPerson.Status.Words {
		if n := counts[w.Word]; n > 0 {
			p.People += n
			p.Counts = append(p.Counts, count{n, present.Value{Text: comity.CoPerson.Status.WordLabel(w.Word), Tone: present.Tone(w.Word)}, q.present.ListPath(r, "status", w.Word)})
		}
	}
	return nil
}

// peopleOverTime draws how many people had each status.
func peopleOverTime(days []view.StatusesAt) *chart.Areas {
	list := make([]chart.Day, len(days))
	for i, d := range days {
		list[i] = chart.Day{Day: d.Day, Counts: d.People}
	}
	return chart.NewAreas(list, comity.CoPerson.Status.WordLabel)
}

// targetState is the status of a target.
type targetState struct {
	present.Link
	Status                             present.Value
	Waiting, InFlight, Failed, LeftOut int64
	// WhyLeftOut is what people who are left out lack.
	WhyLeftOut string
	Broken     bool
}

// targetStates returns the status of the targets that the caller may see.
func targetStates(q *request) ([]targetState, error) {
	targets, err := listTargets(q, maxChoices)
	if err != nil || len(targets) == 0 {
		return nil, err
	}
	statuses, err := q.Provisioning.Summaries(q.ctx(), q.caller, q.co.Id)
	if err != nil {
		return nil, err
	}
	var all []targetState
	for _, rec := range targets {
		s := statuses[rec.Id]
		all = append(all, targetState{
			Link:   present.Link{Text: present.Titles{}.Of(rec), To: q.present.RecordPath(rec.Resource, rec.Id)},
			Status: q.present.Value(rec, comity.CoProvisioningTarget.Status, present.Titles{}), Waiting: s.Waiting, InFlight: s.InFlight, Failed: s.Failed,
			LeftOut: s.LeftOut, WhyLeftOut: s.WhyLeftOut, Broken: !s.Breaker.Opened.IsZero(),
		})
	}
	return all, nil
}

// upcoming is a role or membership that begins or ends by its dates.
type upcoming struct {
	view.Upcoming
	Who, What present.Link
}

// upcomingSize is how many beginnings, and how many ends, are shown.
const upcomingSize = 8

func readUpcoming(q *request) (ends, begins []upcoming, err error) {
	found, err := q.View.Ends(q.ctx(), q.caller, q.co.Id, upcomingSize)
	if err != nil {
		return nil, nil, err
	}
	ends = nameUpcoming(q, found)
	if found, err = q.View.Begins(q.ctx(), q.caller, q.co.Id, upcomingSize); err != nil {
		return nil, nil, err
	}
	return ends, nameUpcoming(q, found), nil
}

func nameUpcoming(q *request, found []view.Upcoming) []upcoming {
	var all []upcoming
	for _, u := range found {
		person := u.Record.OwnedBy(comity.OwnerCO)
		one := upcoming{u, q.present.Link(comity.CoPerson.Resource, person, q.present.TitlesOfPerson(u.Person)), present.Link{To: q.present.RecordPath(u.Record.Resource, u.Record.Id)}}
		of := ""
		if u.Of != nil {
			of = present.Titles{}.Of(u.Of)
		}
		if f := comity.CoPersonRole; u.Record.Resource == f.Resource {
			one.What.Text = present.Join(" in ", present.Join(", ", "Role", u.Record.Text(f.Title), u.Record.Text(f.Affiliation)), of)
		} else {
			one.What.Text = present.Join(" of ", "Membership", of)
		}
		all = append(all, one)
	}
	return all
}

// nextSteps returns the first steps in setting up a CO, as far as the caller may do them.
func nextSteps(q *request, p overviewPage) (steps []navLink) {
	for _, s := range []struct {
		done       bool
		resource   *comity.Resource
		text, note string
	}{
		{p.People > 0, comity.CoPerson.Resource, "Add a person", "With name, address, identifier and role in one form."},
		{p.People > 0, comity.Cou.Resource, "Add a unit", "A part of the CO with administrators and members of its own."},
		{len(p.Targets) > 0, comity.Server.Resource, "Add a server", "The external system that people are sent to: its address and how to call it."},
		{len(p.Targets) > 0, comity.CoProvisioningTarget.Resource, "Connect a service", "A provisioning target sends changes to a server."},
	} {
		if to := q.present.AddPathIfAllowed(s.resource); to != "" && !s.done {
			steps = append(steps, navLink{Text: s.text, To: to, Note: s.note})
		}
	}
	return steps
}

// showAllRecords lists all resources whose records the caller may see, also those that are not in the
// navigation.
func showAllRecords(q *request) error {
	return q.show("everything.html", "All records", allLists(q), present.Link{Text: "All records"})
}
