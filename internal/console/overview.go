package console

import (
	"comity"
	"comity/internal/authz"
	"comity/internal/console/chart"
	"comity/internal/console/present"
	"comity/internal/registry/view"
)

func overviewPages() []page {
	return []page{
		{pattern: "GET co/{co}/{$}", handle: (*visit).overview},
		{pattern: "GET co/{co}/everything/{$}", handle: (*visit).everything},
	}
}

// overviewPage is the start page of a CO.
type overviewPage struct {
	head
	// Counts are the numbers of people by status, People the number of all.
	Counts []count
	People int64
	// Plot shows the numbers over time, nil if there is nothing to draw.
	Plot    *chart.Areas
	Targets []targetNow
	Ends    []upcoming
	Begins  []upcoming
	// Next are the first steps in a CO that is empty.
	Next []navLink
	// Groups are the links of the navigation.
	Groups []navGroup
}

// count is a number of people and the list of them.
type count struct {
	Number int64
	Status present.Value
	To     string
}

func (v *visit) overview() error {
	may, err := v.View.RightsTo(v.ctx(), v.caller, v.co)
	if err != nil {
		return err
	}
	p := overviewPage{head: v.headOf(v.co, may), Groups: v.nav()}
	p.Kind, p.Purpose = "", v.co.Text(comity.Co.Description)
	if err := v.countPeople(&p); err != nil {
		return err
	}
	if p.Targets, err = v.targetsNow(); err != nil {
		return err
	}
	if p.Ends, p.Begins, err = v.upcoming(); err != nil {
		return err
	}
	if p.People == 0 || len(p.Targets) == 0 && p.Plot != nil {
		p.Next = v.nextSteps(p)
	}
	return v.show("overview.html", v.co.Text(comity.Co.Name), p)
}

// countPeople counts the people whom the reader may see, over time if these are all.
func (v *visit) countPeople(p *overviewPage) error {
	r := comity.CoPerson.Resource
	if !v.caller.May(authz.View, r) {
		return nil
	}
	var counts map[string]int64
	if v.caller.Through(authz.View, r)&authz.InCO != 0 {
		days, err := v.View.PeopleOverTime(v.ctx(), v.caller, v.co.Id)
		if err != nil {
			return err
		}
		if len(days) > 0 {
			counts = days[len(days)-1].People
			p.Plot = peopleOverTime(days)
		}
	} else {
		var err error
		if counts, err = v.View.PeopleByStatus(v.ctx(), v.caller, v.co.Id); err != nil {
			return err
		}
	}
	for _, w := range comity.CoPerson.Status.Words {
		if n := counts[w.Word]; n > 0 {
			p.People += n
			p.Counts = append(p.Counts, count{n, present.Value{Text: comity.CoPerson.Status.WordLabel(w.Word), Tone: present.Tone(w.Word)}, v.present.ListPath(r, "status", w.Word)})
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

// targetNow is the status of a target.
type targetNow struct {
	present.Link
	Status                             present.Value
	Waiting, InFlight, Failed, LeftOut int64
	// WhyLeftOut is what people who are left out lack.
	WhyLeftOut string
	Broken     bool
}

// targetsNow returns the status of the targets that the reader may see.
func (v *visit) targetsNow() ([]targetNow, error) {
	targets, err := v.targetsToShow(few)
	if err != nil || len(targets) == 0 {
		return nil, err
	}
	statuses, _, err := v.Provisioning.Statuses(v.ctx(), v.caller)
	if err != nil {
		return nil, err
	}
	var all []targetNow
	for _, rec := range targets {
		s := statuses[rec.Id]
		all = append(all, targetNow{
			Link:   present.Link{Text: present.Titles{}.Of(rec), To: v.present.RecordPath(rec.Resource, rec.Id)},
			Status: v.present.Value(rec, comity.CoProvisioningTarget.Status, present.Titles{}), Waiting: s.Waiting, InFlight: s.InFlight, Failed: s.Failed,
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

// upcomingSize is how many of those that end, and that begin, are shown.
const upcomingSize = 8

func (v *visit) upcoming() (ends, begins []upcoming, err error) {
	found, err := v.View.Ends(v.ctx(), v.caller, v.co.Id, upcomingSize)
	if err != nil {
		return nil, nil, err
	}
	ends = v.nameUpcoming(found)
	if found, err = v.View.Begins(v.ctx(), v.caller, v.co.Id, upcomingSize); err != nil {
		return nil, nil, err
	}
	return ends, v.nameUpcoming(found), nil
}

func (v *visit) nameUpcoming(found []view.Upcoming) []upcoming {
	var all []upcoming
	for _, u := range found {
		person := u.Record.OwnedBy(comity.OwnerCO)
		one := upcoming{u, v.present.Link(comity.CoPerson.Resource, person, v.present.TitlesOfPerson(u.Person)), present.Link{To: v.present.RecordPath(u.Record.Resource, u.Record.Id)}}
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

// nextSteps returns the first steps in setting up a CO that the reader may do.
func (v *visit) nextSteps(p overviewPage) (steps []navLink) {
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
		if to := v.present.AddPathIfAllowed(s.resource); to != "" && !s.done {
			steps = append(steps, navLink{Text: s.text, To: to, Note: s.note})
		}
	}
	return steps
}

// everything lists all kinds of records that the reader may see, also those without a place in the
// navigation.
func (v *visit) everything() error {
	return v.show("everything.html", "All records", v.allLists(), present.Link{Text: "All records"})
}
