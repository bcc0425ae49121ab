package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"comity"
	"comity/internal/access"
	"comity/internal/outbox"
	"comity/internal/registry"
)

// peopleToTell lists the people of the CO, to choose one whose message is to be seen or sent.
func (v *visit) peopleToTell() error {
	target, err := v.target(access.View)
	if err != nil {
		return err
	}
	r := comity.CoPerson.Resource
	asked := v.r.URL.Query()
	found, err := v.Registry.SearchPeople(v.ctx(), v.caller, v.co.Id, asked.Get("q"), registry.PeopleFilter{}, asked.Get("after"), pageSize)
	if err != nil {
		return err
	}
	p := listPage{
		Purpose: "Whose message do you want to see? Nothing is sent before you say so.",
		One:     one(r), Many: many(r), All: v.atTarget(target.Id, "people/"), Add: v.mayAdd(r), Asked: asked.Get("q") != "",
		Filters: []filter{{Name: "q", Label: "Name, address or identifier", Value: asked.Get("q")}},
		Columns: []string{"Status", "Email address", "Identifier"},
	}
	for _, one := range found.People {
		p.Rows = append(p.Rows, v.personToTell(target, one))
	}
	if asked.Get("after") != "" {
		p.First = again(asked, "")
	}
	if found.Next != "" {
		p.More = again(asked, found.Next)
	}
	return v.show("list.html", "Choose a person", p, v.targetCrumbs(target, link{"A person's message", ""})...)
}

func (v *visit) personToTell(target *comity.Record, found registry.PersonFound) row {
	person := found.Person
	line := row{Title: title(one(person.Resource)) + " " + strconv.FormatInt(person.Id, 10), To: v.personPath(target.Id, person.Id)}
	if found.Name != nil {
		line.Title = fullName(found.Name)
	}
	line.Values = []value{v.value(person, comity.CoPerson.Status, titles{}), {}, {}}
	if found.EmailAddress != nil {
		line.Values[1].Text = found.EmailAddress.Text(comity.EmailAddress.Mail)
	}
	if found.Identifier != nil {
		line.Values[2].Text = found.Identifier.Text(comity.Identifier.Identifier)
	}
	return line
}

// messagePage is what a target was told about a person, and what it would be.
type messagePage struct {
	standing
	Name, Target string
	// To leads to the person, "" where there is none any more.
	To string
	// Refused is what was answered to the message that was just sent, "" where it was taken.
	Refused     string
	Problem     string
	Requests    []request
	Differences []difference
	// Send and Resend are where their forms are sent, "" where the reader may not.
	Send, Resend string
}

// request is a message as it would be sent.
type request struct {
	Method, URL string
	Headers     map[string]string
	Body        string
}

// difference is one between what was sent and what would be.
type difference struct{ Path, Last, Next string }

// person is the target and person of the path.
func (v *visit) person(op access.Operation) (target *comity.Record, person int64, err error) {
	if target, err = v.target(op); err != nil {
		return nil, 0, err
	}
	person = comity.ParseId(v.r.PathValue("person"))
	return target, person, v.Registry.HadPerson(v.ctx(), target, person)
}

// personAtTarget shows what a target was told about a person, and what it would be.
func (v *visit) personAtTarget() error {
	target, person, err := v.person(access.View)
	if err != nil {
		return err
	}
	return v.showMessage(http.StatusOK, target, person, "")
}

func (v *visit) showMessage(status int, target *comity.Record, person int64, refused string) (err error) {
	p := messagePage{Target: titles{}.of(target), Refused: refused}
	if p.standing, err = v.standing(target.Id, person); err != nil {
		return err
	}
	preview, err := v.preview(target.Id, person)
	if err != nil {
		return err
	}
	p.Problem = preview.Problem
	for _, r := range preview.Requests {
		p.Requests = append(p.Requests, request{r.Method, r.URL, r.Headers, indented(r.Body)})
	}
	if p.Known {
		p.Differences = differencesOf(preview.Differences)
	}
	found, err := v.Registry.Lookup(v.ctx(), v.caller, map[*comity.Resource][]int64{comity.CoPerson.Resource: {person}})
	if err != nil {
		return err
	}
	name, there := titles{found}.by(comity.CoPerson.Resource, person)
	if p.Name = name; there {
		p.To = v.record(comity.CoPerson.Resource, person)
	}
	if v.mayTell(target) {
		// Of who is gone, only what failed can be sent again.
		if there {
			p.Send = v.personPath(target.Id, person) + "send"
		}
		if p.Failed() {
			p.Resend = v.personPath(target.Id, person) + "resend"
		}
	}
	return v.showAs(status, "message.html", p.Name+" at "+p.Target, p, v.targetCrumbs(target, link{p.Name, ""})...)
}

// indented is a body as it is read easily.
func indented(body []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") != nil {
		return string(body)
	}
	return b.String()
}

func differencesOf(all []outbox.Difference) []difference {
	var list []difference
	for _, d := range all {
		list = append(list, difference{d.Path, shown(d.Last), shown(d.Next)})
	}
	return list
}

// shown is a value of a message in JSON, "" for none.
func shown(value any) string {
	if value == nil {
		return ""
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}

// sendPerson tells a target about a person, and shows what it answered.
func (v *visit) sendPerson() error {
	target, person, err := v.person(access.Edit)
	if err != nil {
		return err
	}
	queued, err := v.tell(target.Id, person)
	var e *comity.Error
	if errors.As(err, &e) && e.Code == comity.Undelivered {
		return v.showMessage(http.StatusBadGateway, target, person, e.Detail)
	}
	if err != nil {
		return err
	}
	if queued {
		v.say("The message is queued, and sent in a moment.")
	} else {
		v.say("The message was taken.")
	}
	return v.redirect(v.personPath(target.Id, person))
}

// resendPerson sends again what rests about a person.
func (v *visit) resendPerson() error {
	target, err := v.enabled()
	if err != nil {
		return err
	}
	_, person, err := v.person(access.Edit)
	if err != nil {
		return err
	}
	count, err := v.resend(target.Id, person)
	if err != nil {
		return err
	}
	if count == 0 {
		v.say("Nothing rested.")
	} else {
		v.say("It is sent again.")
	}
	return v.redirect(v.record(target.Resource, target.Id))
}
