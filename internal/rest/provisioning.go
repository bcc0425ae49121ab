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
)

// matchTarget finds the routes below co_provisioning_targets that are about telling:
//
//	POST provision/<id>/copersonid:<id>, its extension may be missing; likewise cogroupid, coemaillistid
//	POST, DELETE provision/<id>/all.json
//	GET  status/<id>.json, status/<id>/copersonid:<id>.json, likewise cogroupid
//	GET  failed/<id>.json
//	POST resend/<id>.json, resend/<id>/copersonid:<id>.json, likewise cogroupid
//	GET  preview/<id>/copersonid:<id>.json, likewise cogroupid
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
	if !three {
		v := onTarget[method+" "+verb]
		rt.resource, rt.handle = comity.CoPerson.Resource, func(c *call, rt route) error { return v(c, rt, nil) }
		return rt, v != nil
	}
	s, ok := parseSubject(subject)
	v := onSubject[method+" "+verb]
	rt.resource, rt.handle = comity.CoPerson.Resource, func(c *call, rt route) error { return v(c, rt, &s) }
	return rt, ok && v != nil
}

// parseSubject reads copersonid:<id> and cogroupid:<id>.
func parseSubject(text string) (comity.Subject, bool) {
	kind, id, _ := strings.Cut(text, ":")
	switch kind {
	case "copersonid":
		return comity.PersonSubject(comity.ParseId(id)), true
	case "cogroupid":
		return comity.GroupSubject(comity.ParseId(id)), true
	}
	return comity.Subject{}, false
}

// onTarget and onSubject are what is asked of a target, and of what it is told about a subject, nil for
// none. They are made once and never changed.
var (
	onTarget = map[string]func(c *call, rt route, s *comity.Subject) error{
		"GET status":  (*call).targetStatus,
		"GET failed":  (*call).failed,
		"POST resend": (*call).resend,
	}
	onSubject = map[string]func(c *call, rt route, s *comity.Subject) error{
		"GET status":  (*call).subjectStatus,
		"GET preview": (*call).preview,
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
// missing; a group is answered and nobody told, unless the target is told about groups.
func (c *call) provision(rt route, id string) error {
	if _, err := c.body(); err != nil {
		return err
	}
	subject, err := c.Registry.Subject(c.r.Context(), c.caller, comity.ParseId(rt.id), rt.resource, comity.ParseId(id))
	if err != nil {
		return err
	}
	if subject.Told == nil {
		c.answer(http.StatusOK, "OK", nil)
		return nil
	}
	queued, err := c.Provisioner.Provision(c.r.Context(), subject.Target, *subject.Told)
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

// targetOf is the target of a path whose subject, if it names one, is or was of the target's CO.
func (c *call) targetOf(op access.Operation, rt route, s *comity.Subject) (target *comity.Record, err error) {
	if target, err = c.target(op, rt); err != nil || s == nil {
		return target, err
	}
	return target, c.Registry.Had(c.r.Context(), target, *s)
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

type sweepStatus struct {
	State        string
	OnlyChanged  bool
	Total, Taken int64
	Began        string
	Ended        string `json:",omitempty"`
}

func sweepOf(s outbox.Sweep) *sweepStatus {
	out := &sweepStatus{
		State: "under way", OnlyChanged: s.OnlyChanged, Total: s.Total, Taken: s.Taken, Began: written(s.Began), Ended: written(s.Ended),
	}
	switch {
	case s.Stopped:
		out.State = "stopped"
	case !s.Ended.IsZero():
		out.State = "done"
	}
	return out
}

// provisionAll answers the call that tells a target about everybody.
func (c *call) provisionAll(rt route) error {
	if _, err := c.body(); err != nil {
		return err
	}
	target, err := c.target(access.Edit, rt)
	if err != nil {
		return err
	}
	if err := refuseDisabled(target); err != nil {
		return err
	}
	var wants [2]bool
	for i, name := range []string{"onlychanged", "anew"} {
		switch value := c.r.URL.Query().Get(name); value {
		case "true":
			wants[i] = true
		case "", "false":
		default:
			return comity.BadRequest("%s is %q, it must be true or false", name, value)
		}
	}
	s, err := c.Provisioner.ProvisionAll(c.r.Context(), target, wants[0], wants[1])
	if err != nil {
		return err
	}
	return c.say(http.StatusAccepted, "Accepted", "CoProvisioningTargetAll", sweepOf(s))
}

// stopAll answers the call that stops telling a target about everybody.
func (c *call) stopAll(rt route) error {
	target, err := c.target(access.Edit, rt)
	if err != nil {
		return err
	}
	s, found, err := c.Provisioner.StopAll(c.r.Context(), target.Id)
	if err != nil {
		return err
	}
	if !found {
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d was never told about everybody", target.Id)
	}
	return c.say(http.StatusOK, "OK", "CoProvisioningTargetAll", sweepOf(s))
}

func refuseDisabled(target *comity.Record) error {
	if target.Text(comity.CoProvisioningTarget.Status) == comity.ModeDisabled {
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d is disabled", target.Id)
	}
	return nil
}

// targetStatus answers how a target does.
func (c *call) targetStatus(rt route, _ *comity.Subject) error {
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
	CoPersonId    int64 `json:",omitempty"`
	CoGroupId     int64 `json:",omitempty"`
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
		State: s.State, Identifier: s.Told.Identifier, Sequence: s.Sequence,
		WaitingSince: written(s.Since), NextTry: written(s.Due), Attempts: s.Attempts,
		LastTry: written(s.Tried), LastSuccess: written(s.Success), MessageDigest: s.Digest,
	}
	if s.Subject.Kind == comity.KindGroup {
		out.CoGroupId = s.Subject.Id
	} else {
		out.CoPersonId, out.Obsolete = s.Subject.Id, s.Told.Obsolete
	}
	if s.Attempts > 0 {
		out.LastError = s.Answer
	} else {
		out.Answer = s.Answer
	}
	return out
}

// subjectStatus answers how it stands between a target and a subject.
func (c *call) subjectStatus(rt route, of *comity.Subject) error {
	target, err := c.targetOf(access.View, rt, of)
	if err != nil {
		return err
	}
	s, err := c.Provisioner.SubjectStatus(c.r.Context(), target.Id, *of)
	if err != nil {
		return err
	}
	return c.say(http.StatusOK, "OK", recordName(*of)+"ProvisioningStatus", statusOf(s))
}

// recordName is what a subject's record is called.
func recordName(s comity.Subject) string {
	if s.Kind == comity.KindGroup {
		return comity.CoGroup.Singular
	}
	return comity.CoPerson.Singular
}

// maxFailed is how many failed subjects an answer shows at most.
const maxFailed = 1000

// failed answers the subjects of whom a target's messages rest, a page at a time.
func (c *call) failed(rt route, _ *comity.Subject) error {
	target, err := c.target(access.View, rt)
	if err != nil {
		return err
	}
	query := c.r.URL.Query()
	limit, after := maxFailed, comity.Subject{}
	if text := query.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > maxFailed {
			return comity.BadRequest("limit is %q, it must be a number from 1 to %d", text, maxFailed)
		}
	}
	if text := query.Get("after"); text != "" {
		if after, err = parseAfter(text); err != nil {
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
		query.Set("after", writeAfter(all[limit-1].Subject))
		c.w.Header().Set("Link", "<"+c.r.URL.Path+"?"+query.Encode()+`>; rel="next"`)
	}
	out := struct{ Failed []subjectStatus }{[]subjectStatus{}}
	for _, s := range all {
		out.Failed = append(out.Failed, statusOf(s))
	}
	return c.say(http.StatusOK, "OK", "CoProvisioningTargetFailed", out)
}

// parseAfter reads which subject of a list was the last of the page before: a CoPersonId, or
// cogroupid: and a CoGroupId, for groups come after people.
func parseAfter(text string) (comity.Subject, error) {
	id, ofGroup := strings.CutPrefix(text, "cogroupid:")
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < 0 {
		return comity.Subject{}, comity.BadRequest("after is %q, it must be the CoPersonId of the last one of the page before, or cogroupid: and its CoGroupId", text)
	}
	if ofGroup {
		return comity.GroupSubject(n), nil
	}
	return comity.PersonSubject(n), nil
}

func writeAfter(s comity.Subject) string {
	id := strconv.FormatInt(s.Id, 10)
	if s.Kind == comity.KindGroup {
		return "cogroupid:" + id
	}
	return id
}

// resend answers the call that sends again what rests, about a subject or, without one, about all.
func (c *call) resend(rt route, of *comity.Subject) error {
	if _, err := c.body(); err != nil {
		return err
	}
	target, err := c.targetOf(access.Edit, rt, of)
	if err != nil {
		return err
	}
	if err := refuseDisabled(target); err != nil {
		return err
	}
	count, err := c.Provisioner.Resend(c.r.Context(), target.Id, of)
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

// preview answers what a target would be sent about a subject, and sends nothing.
func (c *call) preview(rt route, of *comity.Subject) error {
	target, err := c.targetOf(access.View, rt, of)
	if err != nil {
		return err
	}
	p, err := c.Provisioner.Preview(c.r.Context(), target.Id, *of)
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
	return c.say(http.StatusOK, "OK", recordName(*of)+"ProvisioningPreview", out)
}
