package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/access"
	"comity/internal/outbox"
	"comity/internal/registry"
)

// matchTarget finds the routes below co_provisioning_targets that are about telling:
//
//	POST provision/<id>/copersonid:<id>, its extension may be missing; likewise cogroupid, coemaillistid
//	POST, DELETE provision/<id>/all.json
//	GET  status/<id>.json, status/<id>/copersonid:<id>.json
//	GET  failed/<id>.json
//	POST resend/<id>.json, resend/<id>/copersonid:<id>.json
//	GET  preview/<id>/copersonid:<id>.json
//	GET  verify/<id>/copersonid:<id>.json
func matchTarget(method, path string) (route, bool) {
	verb, rest, two := strings.Cut(path, "/")
	target, subject, three := strings.Cut(rest, "/")
	if !two || strings.Contains(subject, "/") {
		return route{}, false
	}
	rt := route{name: verb, id: target}
	if verb == "provision" && three {
		return rt.provision(method, subject)
	}
	last := &rt.id
	if three {
		last = &subject
	}
	var ok bool
	if *last, ok = strings.CutSuffix(*last, ".json"); !ok {
		return route{}, false
	}
	kind, id, _ := strings.Cut(subject, ":")
	if three && kind != "copersonid" {
		return route{}, false
	}
	verbs := onTarget
	if three {
		verbs = onSubject
	}
	v := verbs[method+" "+verb]
	if v == nil {
		return route{}, false
	}
	rt.resource, rt.handle = comity.CoPerson.Resource, func(c *call, rt route) error { return v(c, rt, id) }
	return rt, true
}

// onTarget and onSubject are what is asked of a target, and of what it is told about a person. They
// are made once and never changed.
var (
	onTarget = map[string]func(c *call, rt route, id string) error{
		"GET status":  (*call).targetStatus,
		"GET failed":  (*call).failed,
		"POST resend": (*call).resend,
	}
	onSubject = map[string]func(c *call, rt route, id string) error{
		"GET status":  (*call).subjectStatus,
		"GET preview": (*call).preview,
		"GET verify":  (*call).drift,
		"POST resend": (*call).resend,
	}
)

// provision finds the provision calls, of which that about one subject needs no extension.
func (rt route) provision(method, subject string) (route, bool) {
	rt.resource = comity.CoProvisioningTarget.Resource
	switch method + " " + subject {
	case "POST all.json":
		return rt.of(verb{"provision all", (*call).provisionAll})
	case "DELETE all.json":
		return rt.of(verb{"stop provision all", (*call).stopAll})
	}
	if method != http.MethodPost {
		return route{}, false
	}
	var ok bool
	if subject, rt.format, ok = splitFormat(subject); !ok && strings.Contains(subject, ".") {
		return route{}, false
	}
	kind, id, _ := strings.Cut(subject, ":")
	switch kind {
	case "copersonid":
		rt.resource = comity.CoPerson.Resource
	case "cogroupid":
		rt.resource = comity.CoGroup.Resource
	case "coemaillistid":
		rt.resource = comity.CoEmailList.Resource
	default:
		return route{}, false
	}
	rt.handle = func(c *call, rt route) error { return c.provision(rt, id) }
	return rt, true
}

// provision answers the provision call. Its body says nothing that the path does not, so it may be
// missing; a group is answered and nobody told.
func (c *call) provision(rt route, id string) error {
	if _, err := c.body(); err != nil {
		return err
	}
	subject, err := c.Registry.Subject(c.r.Context(), c.caller, comity.ParseId(rt.id), rt.resource, comity.ParseId(id))
	if err != nil {
		return err
	}
	if subject.PersonId == 0 {
		c.answer(http.StatusOK, "OK", nil)
		return nil
	}
	queued, err := c.Provisioner.Provision(c.r.Context(), subject.Target, subject.PersonId)
	if err != nil {
		return err
	}
	if queued {
		c.answer(http.StatusAccepted, "Accepted", nil)
		return nil
	}
	c.answer(http.StatusOK, "OK", nil)
	return nil
}

// say answers a JSON object of a type of its own.
func (c *call) say(status int, phrase, kind string, object any) error {
	body, err := json.Marshal(object)
	if err != nil {
		return fmt.Errorf("write %s: %w", kind, err)
	}
	head := fmt.Sprintf(`{"ResponseType":%q,"Version":"1.0",`, kind)
	c.answer(status, phrase, append([]byte(head), body[1:]...))
	return nil
}

// target is the target of a path, if the caller may do this to it.
func (c *call) target(op access.Operation, rt route) (*comity.Record, error) {
	return c.Registry.Target(c.r.Context(), c.caller, op, comity.ParseId(rt.id))
}

// subject is the target of a path and the id of the person, who is of the target's CO.
func (c *call) subject(op access.Operation, rt route, id string) (target *comity.Record, person int64, err error) {
	if target, err = c.target(op, rt); err != nil {
		return nil, 0, err
	}
	person = comity.ParseId(id)
	return target, person, c.Registry.HadPerson(c.r.Context(), target, person)
}

type targetStatus struct {
	CoProvisioningTargetId             int64
	Status                             string
	Waiting, InFlight, Failed          int64
	OldestWait, LastSuccess            string `json:",omitempty"`
	Breaker, BreakerSince, BreakerNext string `json:",omitempty"`
	// All is the last run that told it about everybody.
	All *sweepStatus `json:",omitempty"`
}

func refuseDisabled(target *comity.Record) error {
	if target.Text(comity.CoProvisioningTarget.Status) == comity.ModeDisabled {
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d is disabled", target.Id)
	}
	return nil
}

// targetStatus answers how a target does.
func (c *call) targetStatus(rt route, _ string) error {
	target, err := c.target(access.View, rt)
	if err != nil {
		return err
	}
	s, err := c.Provisioner.Status(c.r.Context(), target.Id)
	if err != nil {
		return err
	}
	out := targetStatus{
		CoProvisioningTargetId: target.Id, Status: target.Text(comity.CoProvisioningTarget.Status),
		Waiting: s.Waiting, InFlight: s.InFlight, Failed: s.Failed,
		OldestWait: written(s.OldestWait), LastSuccess: written(s.LastSuccess), Breaker: "closed",
	}
	if !s.Breaker.Opened.IsZero() {
		out.Breaker, out.BreakerSince, out.BreakerNext = "open", written(s.Breaker.Opened), written(s.Breaker.Probe)
	}
	if s.Swept {
		out.All = sweepOf(s.Sweep)
	}
	return c.say(http.StatusOK, "OK", "CoProvisioningTargetStatus", out)
}

// written is a time as the wire writes it, "" for none.
func written(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(comity.TimeLayout)
}

type subjectStatus struct {
	CoPersonId    int64
	State         string
	Identifier    string   `json:",omitempty"`
	Obsolete      []string `json:",omitempty"`
	Sequence      int64
	WaitingSince  string `json:",omitempty"`
	NextTry       string `json:",omitempty"`
	Attempts      int64
	LastTry       string `json:",omitempty"`
	LastSuccess   string `json:",omitempty"`
	Answer        string `json:",omitempty"`
	LastError     string `json:",omitempty"`
	MessageDigest string `json:",omitempty"`
}

func statusOf(s outbox.Subject) subjectStatus {
	out := subjectStatus{
		CoPersonId: s.PersonId, State: s.State, Identifier: s.Told.Identifier, Obsolete: s.Told.Obsolete, Sequence: s.Sequence,
		WaitingSince: written(s.Since), NextTry: written(s.Due), Attempts: s.Attempts,
		LastTry: written(s.Tried), LastSuccess: written(s.Success), MessageDigest: s.Digest,
	}
	if s.Attempts > 0 {
		out.LastError = s.Answer
	} else {
		out.Answer = s.Answer
	}
	return out
}

// subjectStatus answers how it stands between a target and a person.
func (c *call) subjectStatus(rt route, id string) error {
	target, person, err := c.subject(access.View, rt, id)
	if err != nil {
		return err
	}
	s, err := c.Provisioner.SubjectStatus(c.r.Context(), target.Id, person)
	if err != nil {
		return err
	}
	return c.say(http.StatusOK, "OK", "CoPersonProvisioningStatus", statusOf(s))
}

// failed answers the people of whom a target's messages rest, a page at a time.
func (c *call) failed(rt route, _ string) error {
	target, err := c.target(access.View, rt)
	if err != nil {
		return err
	}
	query := c.r.URL.Query()
	limit, after := registry.MaxPage, int64(0)
	if text := query.Get("limit"); text != "" {
		if limit, err = registry.ParseLimit(text); err != nil {
			return err
		}
	}
	if text := query.Get("after"); text != "" {
		if after, err = registry.ParseAfter(text, "CoPersonId of the last one"); err != nil {
			return err
		}
	}
	all, err := c.Provisioner.Failed(c.r.Context(), target.Id, after, limit+1)
	if err != nil {
		return err
	}
	if len(all) > limit {
		all = all[:limit]
		query.Set("limit", strconv.Itoa(limit))
		query.Set("after", strconv.FormatInt(all[limit-1].PersonId, 10))
		c.w.Header().Set("Link", "<"+c.r.URL.Path+"?"+query.Encode()+`>; rel="next"`)
	}
	out := struct{ Failed []subjectStatus }{[]subjectStatus{}}
	for _, s := range all {
		out.Failed = append(out.Failed, statusOf(s))
	}
	return c.say(http.StatusOK, "OK", "CoProvisioningTargetFailed", out)
}

// resend answers the call that sends again what rests, about a person or, without one, about all.
func (c *call) resend(rt route, id string) error {
	if _, err := c.body(); err != nil {
		return err
	}
	var target *comity.Record
	var person int64
	var err error
	if id == "" {
		target, err = c.target(access.Edit, rt)
	} else {
		target, person, err = c.subject(access.Edit, rt, id)
	}
	if err != nil {
		return err
	}
	if err := refuseDisabled(target); err != nil {
		return err
	}
	count, err := c.Provisioner.Resend(c.r.Context(), target.Id, person)
	if err != nil {
		return err
	}
	return c.say(http.StatusAccepted, "Accepted", "CoProvisioningTargetResend", struct{ Resent int64 }{count})
}

type previewRequest struct {
	Method, Url string
	Headers     map[string]string
	Body        json.RawMessage `json:",omitempty"`
}

// preview answers what a target would be sent about a person, and sends nothing.
func (c *call) preview(rt route, id string) error {
	target, person, err := c.subject(access.View, rt, id)
	if err != nil {
		return err
	}
	p, err := c.Provisioner.Preview(c.r.Context(), target.Id, person)
	if err != nil {
		return err
	}
	out := struct {
		Requests    []previewRequest
		Problem     string `json:",omitempty"`
		Differences []outbox.Difference
	}{[]previewRequest{}, p.Problem, append([]outbox.Difference{}, p.Differences...)}
	for _, r := range p.Requests {
		out.Requests = append(out.Requests, previewRequest{r.Method, r.URL, r.Headers, r.Body})
	}
	return c.say(http.StatusOK, "OK", "CoPersonProvisioningPreview", out)
}
