package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"comity"
	"comity/internal/access"
	"comity/internal/outbox"
)

// messagePage is what a target was told about a subject, and what it would be.
type messagePage struct {
	standing
	Name, Target string
	// To leads to its record, "" where there is none any more.
	To string
	// Refused is what was answered to the message that was just sent, "" where it was taken.
	Refused string
	// Problem is why nothing can be sent, Obstacles are what can be done about that.
	Problem     string
	Obstacles   []obstacle
	Requests    []request
	Differences []messageDifference
	// Send and Resend are where their forms are sent, "" where the reader may not.
	Send, Resend string
}

// request is a message as it would be sent.
type request struct {
	Method, URL string
	Headers     map[string]string
	Body        string
}

// messageDifference is one between what was sent and what would be.
type messageDifference struct{ Path, Last, Next string }

// subject is the target and subject of the path.
func (v *visit) subject(op access.Operation) (target *comity.Record, s comity.Subject, err error) {
	if target, err = v.target(op); err != nil {
		return nil, s, err
	}
	if s = comity.PersonSubject(comity.ParseId(v.r.PathValue("person"))); v.r.PathValue("group") != "" {
		s = comity.GroupSubject(comity.ParseId(v.r.PathValue("group")))
	}
	return target, s, v.Registry.Had(v.ctx(), target, s)
}

// subjectAtTarget shows what a target was told about a subject, and what it would be.
func (v *visit) subjectAtTarget() error {
	target, subject, err := v.subject(access.View)
	if err != nil {
		return err
	}
	return v.showMessage(http.StatusOK, target, subject, "")
}

func (v *visit) showMessage(status int, target *comity.Record, subject comity.Subject, refused string) (err error) {
	p := messagePage{Target: titles{}.of(target), Refused: refused}
	if p.standing, err = v.standing(target.Id, subject); err != nil {
		return err
	}
	preview, err := v.preview(target.Id, subject)
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
	r := resourceOf(subject)
	found, err := v.Registry.Lookup(v.ctx(), v.caller, map[*comity.Resource][]int64{r: {subject.Id}})
	if err != nil {
		return err
	}
	of := v.linkTo(r, subject.Id, titles{found, v.caller})
	p.Name, p.To = of.Text, of.To
	if v.mayProvision(target) {
		// Of who is gone, only what failed or waits can be sent again.
		if p.To != "" {
			p.Send = v.subjectPath(target.Id, subject) + "send"
		}
		if p.Resendable() {
			p.Resend = v.subjectPath(target.Id, subject) + "resend"
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

func differencesOf(all []outbox.Difference) []messageDifference {
	var list []messageDifference
	for _, d := range all {
		list = append(list, messageDifference{d.Path, shown(d.Last), shown(d.Next)})
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

// sendSubject tells a target about a subject, and shows what it answered.
func (v *visit) sendSubject() error {
	target, subject, err := v.subject(access.Edit)
	if err != nil {
		return err
	}
	queued, err := v.tell(target.Id, subject)
	var e *comity.Error
	if errors.As(err, &e) && e.Code == comity.Undelivered {
		return v.showMessage(http.StatusBadGateway, target, subject, e.Detail)
	}
	if err != nil {
		return err
	}
	if queued {
		v.say("The message is queued, and sent in a moment.")
	} else {
		v.say("The message was taken.")
	}
	return v.redirect(v.subjectPath(target.Id, subject))
}

// resendSubject sends again what rests about a subject.
func (v *visit) resendSubject() error {
	target, err := v.enabled()
	if err != nil {
		return err
	}
	_, subject, err := v.subject(access.Edit)
	if err != nil {
		return err
	}
	count, err := v.resend(target.Id, &subject)
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
