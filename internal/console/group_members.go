package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/registry"
	"comity/internal/registry/view"
)

// changeMember makes a member an owner or no owner, makes an owner a member, or removes the membership.
func changeMember(q *request) error {
	f := comity.CoGroupMember
	group, err := generic{comity.CoGroup.Resource}.record(q)
	if err != nil {
		return err
	}
	row, err := q.View.Record(q.ctx(), q.caller, f.Resource, comity.ParseId(q.r.PathValue("member")))
	if err != nil {
		return err
	}
	if row.Int(f.CoGroupId) != group.Id {
		return comity.Missing(f.UnknownOnView)
	}
	t, err := q.titles([]*comity.Record{row})
	if err != nil {
		return err
	}
	who, _ := t.By(comity.CoPerson.Resource, row.OwnedBy(comity.OwnerCO))
	in := row.Clone()
	var done string
	switch q.r.PostFormValue("do") {
	case "owner":
		in.SetBool(f.Owner, true)
		done = who + " is an owner now."
	case "no owner":
		in.SetBool(f.Owner, false)
		done = who + " is no owner any more."
	case "member":
		in.SetBool(f.Member, true)
		done = who + " is a member now."
	case "remove":
		in = nil
		done = who + " is taken out of the group."
	default:
		return comity.BadRequest("There is nothing to do")
	}
	if in == nil {
		err = q.Registry.Delete(q.ctx(), q.caller, f.Resource, row.Id)
	} else {
		err = q.Registry.Edit(q.ctx(), q.caller, f.Resource, row.Id, comity.Input{Record: in})
	}
	if err != nil {
		return err
	}
	q.notify(done)
	return q.redirect(q.present.RecordPath(group.Resource, group.Id))
}

// pastPage is the members of a group as of a time.
type pastPage struct {
	Date, Zone, Error, Back string
	// At is the time that is shown, zero for none.
	At   time.Time
	Rows []memberRow
	pager
}

// showMembersAt shows the members of a group as of a time or the end of a day, also those whose membership did
// not count.
func showMembersAt(q *request) error {
	group, err := generic{comity.CoGroup.Resource}.record(q)
	if err != nil {
		return err
	}
	asked := q.r.URL.Query()
	p := pastPage{Date: asked.Get("date"), Zone: q.zone().String(), Back: q.present.RecordPath(group.Resource, group.Id)}
	p.At, p.Error = q.queryMoment("date", true)
	name := group.Text(comity.CoGroup.Name)
	show := func() error {
		return q.show("members_at.html", "Who was in "+name, p, q.present.Crumbs(group, name, present.Link{Text: "On a date"})...)
	}
	if p.Error != "" {
		p.Error = "That is no date. " + p.Error
	}
	if p.At.IsZero() {
		return show()
	}
	query := view.ListQuery{Resource: comity.CoGroupMember.Resource, At: p.At, After: comity.ParseId(asked.Get("after")), Limit: pageSize}
	then, err := q.View.MembershipsAt(q.ctx(), q.caller, query.Of(group.Resource, group.Id))
	var e *comity.Error
	if errors.As(err, &e) && e.Code == comity.NotFound {
		return show()
	}
	if err != nil {
		return err
	}
	t, err := q.titles(then.Records)
	if err != nil {
		return err
	}
	f := comity.CoGroupMember
	for _, rec := range then.Records {
		row := memberRow{
			Name: q.present.Link(comity.CoPerson.Resource, rec.OwnedBy(comity.OwnerCO), t), Member: rec.Bool(f.Member), Owner: rec.Bool(f.Owner), State: memberState(rec, then.Group, p.At),
			From: q.present.Value(rec, f.ValidFrom, t), Until: q.present.Value(rec, f.ValidThrough, t),
		}
		p.Rows = append(p.Rows, row)
	}
	p.pager = newPager(asked, afterId(then.More))
	return show()
}

// pastePage asks for a list of people to add to a group, and shows the people that each line matches.
type pastePage struct {
	// Text is the list, Error the error in it; the others are paths.
	Text, Error, Back, Check, Add string
	// Sure are the lines that match one person, Unsure those that match several, Unknown those that match nobody, and
	// There those that match a member.
	Sure, Unsure, There []pasted
	Unknown             []string
	Checked             bool
}

// pasted is a line of the list with the people that it matches.
type pasted struct {
	Line, Name string
	People     []form.Choice
}

// Some reports whether there is anybody to add.
func (p pastePage) Some() bool { return len(p.Sure)+len(p.Unsure) > 0 }

// groupToAddTo returns the group of the path, if the caller may change its members.
func groupToAddTo(q *request) (*comity.Record, error) {
	group, err := generic{comity.CoGroup.Resource}.record(q)
	if err != nil {
		return nil, err
	}
	g, err := q.View.Group(q.ctx(), q.caller, group.Id)
	if err == nil && !g.MayChange {
		err = comity.Forbid()
	}
	return group, err
}

func showPaste(q *request, status int, group *comity.Record, p pastePage) error {
	p.Back = q.present.RecordPath(group.Resource, group.Id)
	p.Check, p.Add = q.present.ActionPath(group.Resource, group.Id, "paste"), q.present.ActionPath(group.Resource, group.Id, "paste/add")
	name := group.Text(comity.CoGroup.Name)
	return q.showAs(status, "paste.html", "Add people to "+name, p, q.present.Crumbs(group, name, present.Link{Text: "Add people"})...)
}

func pasteForm(q *request) error {
	group, err := groupToAddTo(q)
	if err != nil {
		return err
	}
	return showPaste(q, http.StatusOK, group, pastePage{})
}

// paste shows the people that each line matches, before anybody is added.
func paste(q *request) error {
	group, err := groupToAddTo(q)
	if err != nil {
		return err
	}
	p := pastePage{Text: q.r.PostFormValue("people")}
	all, err := q.View.MatchPeople(q.ctx(), q.caller, q.co.Id, strings.Split(p.Text, "\n"))
	var e *comity.Error
	switch {
	case errors.As(err, &e) && e.Code == comity.Malformed:
		p.Error = e.Detail + "."
	case err != nil:
		return err
	case len(all) == 0:
		p.Error = "Write at least one line."
	}
	if p.Error != "" {
		return showPaste(q, http.StatusUnprocessableEntity, group, p)
	}
	var people []int64
	for _, line := range all {
		for _, one := range line.People {
			people = append(people, one.Person.Id)
		}
	}
	there, err := q.View.InGroup(q.ctx(), q.caller, group.Id, people)
	if err != nil {
		return err
	}
	p.Checked = true
	p.sort(all, there)
	return showPaste(q, http.StatusOK, group, p)
}

// sort sorts the lines by how many people they match. If two lines match the same person, the second is not
// added.
func (p *pastePage) sort(all []view.LineMatch, there map[int64]bool) {
	named := map[int64]bool{}
	for i, line := range all {
		one := pasted{Line: line.Line, Name: fmt.Sprintf("person-%d", i)}
		for _, found := range line.People {
			one.People = append(one.People, pastedChoice(found))
		}
		switch {
		case len(line.People) == 0:
			p.Unknown = append(p.Unknown, line.Line)
		case len(line.People) > 1:
			p.Unsure = append(p.Unsure, one)
		case there[line.People[0].Person.Id] || named[line.People[0].Person.Id]:
			p.There = append(p.There, one)
		default:
			named[line.People[0].Person.Id] = true
			p.Sure = append(p.Sure, one)
		}
	}
}

func pastedChoice(found view.PersonFound) form.Choice {
	c := form.Choice{Value: strconv.FormatInt(found.Person.Id, 10), Label: present.PersonName(found.Person.Id, found.Name)}
	var notes []string
	if found.EmailAddress != nil {
		notes = append(notes, found.EmailAddress.Text(comity.EmailAddress.Mail))
	}
	if found.Identifier != nil {
		notes = append(notes, found.Identifier.Text(comity.Identifier.Identifier))
	}
	for _, unit := range found.Units {
		notes = append(notes, unit.Text(comity.Cou.Name))
	}
	c.Note = present.Join(" · ", notes...)
	return c
}

// addPasted adds the chosen people, all of them or none.
func addPasted(q *request) error {
	group, err := groupToAddTo(q)
	if err != nil {
		return err
	}
	chosen := peopleChosen(q.r.PostForm)
	if len(chosen) > comity.MaxBulk {
		return comity.BadRequest("At most %d people are added at key", comity.MaxBulk)
	}
	there, err := q.View.InGroup(q.ctx(), q.caller, group.Id, chosen)
	if err != nil {
		return err
	}
	f := comity.CoGroupMember
	var inputs []comity.Input
	for _, person := range chosen {
		if there[person] {
			continue
		}
		rec := comity.NewRecord(f.Resource)
		rec.SetInt(f.CoGroupId, group.Id)
		rec.SetOwner(f.Person, comity.OwnerCO, person)
		rec.SetBool(f.Member, true)
		inputs = append(inputs, comity.Input{Record: rec})
	}
	if len(inputs) > 0 {
		if _, err := q.Registry.AddAll(q.ctx(), q.caller, f.Resource, inputs, registry.Idempotency{}); err != nil {
			return err
		}
	}
	switch len(inputs) {
	case 0:
		q.notify("Nobody was added.")
	case 1:
		q.notify("1 person added.")
	default:
		q.notify(fmt.Sprintf("%d people added.", len(inputs)))
	}
	return q.redirect(q.present.RecordPath(group.Resource, group.Id))
}

// peopleChosen returns the people that a form names, without repetitions.
func peopleChosen(sent url.Values) (people []int64) {
	seen := map[int64]bool{}
	for name, values := range sent {
		if !strings.HasPrefix(name, "person") {
			continue
		}
		for _, value := range values {
			if id := comity.ParseId(value); id != 0 && !seen[id] {
				seen[id] = true
				people = append(people, id)
			}
		}
	}
	return people
}
