package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
	"comity/internal/provisioning"
)

// messagePage is what a target was last sent about a subject, and what it would be sent now.
type messagePage struct {
	standing
	Name, Target string
	// To leads to the subject's record, "" if it does not exist any more.
	To string
	// Refused is the target's answer to the message that was just sent, "" if it was delivered.
	Refused string
	// Problem is why nothing can be sent, "" for none; Obstacles are what can be done about that.
	Problem     string
	Obstacles   []obstacle
	Requests    []request
	Differences []messageDifference
	// Send and Resend are the paths that their forms are posted to, "" if the reader may not.
	Send, Resend string
}

// request is a message as it would be sent.
type request struct {
	Method, URL string
	Headers     map[string]string
	Body        string
}

// messageDifference is a difference between the message that was last sent and the one that would be.
type messageDifference struct{ Path, Last, Next string }

// subject returns the subject of the path.
func (v *visit) subject() comity.Subject {
	if group := v.r.PathValue("group"); group != "" {
		return comity.GroupSubject(comity.ParseId(group))
	}
	return comity.PersonSubject(comity.ParseId(v.r.PathValue("person")))
}

// subjectAtTarget shows what a target was last sent about a subject, and what it would be sent now.
func (v *visit) subjectAtTarget() error {
	target, err := v.target(authz.View)
	if err != nil {
		return err
	}
	return v.showMessage(http.StatusOK, target, v.subject(), "")
}

func (v *visit) showMessage(status int, target *comity.Record, subject comity.Subject, refused string) (err error) {
	p := messagePage{Target: present.Titles{}.Of(target), Refused: refused}
	delivery, err := v.Provisioning.SubjectStatus(v.ctx(), v.caller, target.Id, subject)
	if err != nil {
		return err
	}
	p.standing = standingOf(delivery)
	preview, err := v.Provisioning.Preview(v.ctx(), v.caller, target.Id, subject)
	if err != nil {
		return err
	}
	if p.Problem = preview.Problem; p.Problem != "" {
		w, err := v.wiring(target)
		if err != nil {
			return err
		}
		if p.Obstacles, err = v.obstacles(target, w); err != nil {
			return err
		}
	}
	for _, r := range preview.Requests {
		p.Requests = append(p.Requests, request{r.Method, r.URL, r.Headers, indented(r.Body)})
	}
	if p.Known {
		p.Differences = differencesOf(preview.Differences)
	}
	r := subject.Resource()
	found, err := v.View.Lookup(v.ctx(), v.caller, map[*comity.Resource][]int64{r: {subject.Id}})
	if err != nil {
		return err
	}
	of := v.present.Link(r, subject.Id, present.Titles{Found: found, Caller: v.caller})
	p.Name, p.To = of.Text, of.To
	if provisioning.MayProvision(v.caller, target) {
		// Of a subject that is gone, only a failed or pending delivery can be sent again.
		if p.To != "" {
			p.Send = v.subjectPath(target.Id, subject) + "send"
		}
		if p.Resendable() {
			p.Resend = v.subjectPath(target.Id, subject) + "resend"
		}
	}
	return v.showAs(status, "message.html", p.Name+" at "+p.Target, p, v.targetCrumbs(target, present.Link{Text: p.Name})...)
}

// indented returns a JSON body indented, and any other as it is.
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
		list = append(list, messageDifference{d.Path, shown(d.Last), shown(d.Next)})
	}
	return list
}

// shown returns a value of a message as JSON, "" for nil.
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

// sendSubject sends a target a subject, and shows the answer.
func (v *visit) sendSubject() error {
	target, err := v.target(authz.Edit)
	if err != nil {
		return err
	}
	subject := v.subject()
	result, err := v.Provisioning.Provision(v.ctx(), v.caller, target.Id, subject.Resource(), subject.Id)
	var e *comity.Error
	if errors.As(err, &e) && e.Code == comity.Undelivered {
		return v.showMessage(http.StatusBadGateway, target, subject, e.Detail)
	}
	if err != nil {
		return err
	}
	if result == provisioning.Queued {
		v.say("The message is queued and will be sent shortly.")
	} else {
		v.say("The message was delivered.")
	}
	return v.redirect(v.subjectPath(target.Id, subject))
}

// resendSubject enqueues the failed delivery of a subject again.
func (v *visit) resendSubject() error {
	target, err := v.target(authz.Edit)
	if err != nil {
		return err
	}
	subject := v.subject()
	count, err := v.Provisioning.Resend(v.ctx(), v.caller, target.Id, &subject)
	if err != nil {
		return err
	}
	if count == 0 {
		v.say("There was no failed delivery to resend.")
	} else {
		v.say("The message is sent again.")
	}
	return v.redirect(v.present.RecordPath(target.Resource, target.Id))
}
