package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/form"
	"comity/internal/console/present"
	"comity/internal/provisioning"
	"comity/internal/registry/view"
)

// messagePage is what a target was last sent about a subject, and what it would be sent now.
type messagePage struct {
	delivery
	Name, Target string
	// To leads to the subject's record, "" if it does not exist any more.
	To string
	// Refused is the target's answer to the message that was just sent, "" if it was delivered.
	Refused string
	// Problem is why nothing can be sent, "" for none; Obstacles are what can be done about that.
	Problem     string
	Obstacles   []obstacle
	Requests    []outboundRequest
	Differences []messageDifference
	// Send and Resend are the paths that their forms are posted to, "" if the caller may not.
	Send, Resend string
}

// outboundRequest is a message as it would be sent.
type outboundRequest struct {
	Method, URL string
	Headers     map[string]string
	Body        string
}

// messageDifference is a difference between the message that was last sent and the one that would be.
type messageDifference struct{ Path, Last, Next string }

// requestedSubject returns the subject of the path.
func requestedSubject(q *request) comity.Subject {
	if group := q.r.PathValue("group"); group != "" {
		return comity.GroupSubject(comity.ParseId(group))
	}
	return comity.PersonSubject(comity.ParseId(q.r.PathValue("person")))
}

// showSubject shows what a target was last sent about a subject, and what it would be sent now.
func showSubject(q *request) error {
	target, err := requestedTarget(q, authz.View)
	if err != nil {
		return err
	}
	return showMessage(q, http.StatusOK, target, requestedSubject(q), "")
}

func showMessage(q *request, status int, target *comity.Record, subject comity.Subject, refused string) (err error) {
	p := messagePage{Target: present.Titles{}.Of(target), Refused: refused}
	delivery, err := q.Provisioning.SubjectStatus(q.ctx(), q.caller, target.Id, subject)
	if err != nil {
		return err
	}
	p.delivery = newDelivery(delivery)
	preview, err := q.Provisioning.Preview(q.ctx(), q.caller, target.Id, subject)
	if err != nil {
		return err
	}
	if p.Problem = preview.Problem; p.Problem != "" {
		w, err := readTargetSettings(q, target)
		if err != nil {
			return err
		}
		if p.Obstacles, err = obstacles(q, target, w); err != nil {
			return err
		}
	}
	for _, r := range preview.Requests {
		p.Requests = append(p.Requests, outboundRequest{r.Method, r.URL, r.Headers, indented(r.Body)})
	}
	if p.Known {
		p.Differences = differencesOf(preview.Differences)
	}
	r := subject.Resource()
	found, err := q.View.Lookup(q.ctx(), q.caller, map[*comity.Resource][]int64{r: {subject.Id}})
	if err != nil {
		return err
	}
	of := q.present.Link(r, subject.Id, present.Titles{Found: found, Caller: q.caller})
	p.Name, p.To = of.Text, of.To
	if provisioning.MayProvision(q.caller, target) {
		// Of a subject that is gone, only a failed or pending delivery can be sent again.
		if p.To != "" {
			p.Send = subjectPath(q, target.Id, subject) + "send"
		}
		if p.Resendable() {
			p.Resend = subjectPath(q, target.Id, subject) + "resend"
		}
	}
	return q.showAs(status, "message.html", p.Name+" at "+p.Target, p, targetCrumbs(q, target, present.Link{Text: p.Name})...)
}

// indented returns a JSON body with indentation, and any other body as it is.
func indented(body []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") != nil {
		return string(body)
	}
	return b.String()
}

func differencesOf(all []provisioning.Difference) []messageDifference {
	var list []messageDifference
	for _, d := range all {
		list = append(list, messageDifference{d.Path, jsonText(d.Last), jsonText(d.Next)})
	}
	return list
}

// jsonText returns a value of a message as JSON, "" for nil.
func jsonText(value any) string {
	if value == nil {
		return ""
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}

// sendSubject sends a target the present message about a subject, and shows the answer.
func sendSubject(q *request) error {
	target, err := requestedTarget(q, authz.Edit)
	if err != nil {
		return err
	}
	subject := requestedSubject(q)
	result, err := q.Provisioning.Provision(q.ctx(), q.caller, target.Id, subject.Resource(), subject.Id)
	var e *comity.Error
	if errors.As(err, &e) && e.Code == comity.Undelivered {
		return showMessage(q, http.StatusBadGateway, target, subject, e.Detail)
	}
	if err != nil {
		return err
	}
	if result == provisioning.Queued {
		q.notify("The message is queued and will be sent shortly.")
	} else {
		q.notify("The message was delivered.")
	}
	return q.redirect(subjectPath(q, target.Id, subject))
}

// resendSubject enqueues the failed delivery of a subject again.
func resendSubject(q *request) error {
	target, err := requestedTarget(q, authz.Edit)
	if err != nil {
		return err
	}
	subject := requestedSubject(q)
	count, err := q.Provisioning.Resend(q.ctx(), q.caller, target.Id, &subject)
	if err != nil {
		return err
	}
	if count == 0 {
		q.notify("There was no failed delivery to resend.")
	} else {
		q.notify("The message is sent again.")
	}
	return q.redirect(q.present.RecordPath(target.Resource, target.Id))
}

// delivery is the delivery of a person or group to a target, as a page shows it.
type delivery struct {
	Subject    comity.Subject
	State      string
	Identifier string
	// Since is when the pending delivery was enqueued, Due when the next attempt is; zero for none.
	Since, Due, Tried, Success time.Time
	Attempts                   int64
	Answer                     string
	// Known says that the target was sent a message about the subject and holds it.
	Known bool
}

// Tone returns the CSS class of the badge of the state.
func (s delivery) Tone() string {
	switch s.State {
	case provisioning.StateDelivered:
		return "good"
	case provisioning.StateFailed:
		return "bad"
	}
	return "quiet"
}

// Failed reports whether the delivery failed and is not retried.
func (s delivery) Failed() bool { return s.State == provisioning.StateFailed }

// Resendable reports whether the delivery failed, or is pending after a failed attempt.
func (s delivery) Resendable() bool {
	return s.Failed() || s.State == provisioning.StateWaiting && s.Attempts > 0
}

// AttemptFailed reports whether the last attempt failed.
func (s delivery) AttemptFailed() bool { return s.Attempts > 0 }

// Label returns the state in the terms of provisioning, not in those of the API.
func (s delivery) Label() string {
	switch s.State {
	case provisioning.StateNever:
		return "never sent"
	case provisioning.StateDelivered:
		return "delivered"
	case provisioning.StateWaiting:
		return "pending"
	}
	return s.State
}

func newDelivery(s provisioning.DeliveryStatus) delivery {
	return delivery{
		Subject: s.Subject, State: s.State, Identifier: s.ProvisionedAs.Identifier, Since: s.Since, Due: s.Due, Tried: s.Attempted,
		Success: s.Delivered, Attempts: s.Attempts, Answer: s.Answer, Known: s.Digest != "",
	}
}

// peopleToProvision lists the people of the CO, to choose one whose message is shown or sent.
func peopleToProvision(q *request) error {
	target, err := requestedTarget(q, authz.View)
	if err != nil {
		return err
	}
	r := comity.CoPerson.Resource
	asked := q.r.URL.Query()
	found, err := q.View.SearchPeople(q.ctx(), q.caller, q.co.Id, asked.Get("q"), view.PeopleFilter{}, asked.Get("after"), pageSize)
	if err != nil {
		return err
	}
	p := listPage{listing: newListing(q, r), Columns: []string{"Status", "Email address", "Identifier"}}
	p.All, p.Asked = targetPath(q, target.Id, "people/"), asked.Get("q") != ""
	p.Filters = []form.Control{form.SearchBox("q", "Name, address or identifier", asked.Get("q"))}
	p.Purpose = "Whose message do you want to see? Nothing is sent until you confirm it."
	for _, one := range found.People {
		p.Rows = append(p.Rows, personToProvision(q, target, one))
	}
	p.pager = newPager(asked, found.Next)
	return q.show("list.html", "Choose a person", p, targetCrumbs(q, target, present.Link{Text: "A person's message"})...)
}

func personToProvision(q *request, target *comity.Record, found view.PersonFound) present.Row {
	one := newPersonFound(q, found)
	return present.Row{Title: one.Name, To: subjectPath(q, target.Id, comity.PersonSubject(found.Person.Id)), Values: []present.Value{
		one.Status, {Text: one.Email.Text}, {Text: one.Identifier},
	}}
}
