package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"comity"
	"comity/internal/provisioning"
)

// matchTarget returns the routes below co_provisioning_targets that are about provisioning:
//
//	POST provision/<id>/copersonid:<id>, with or without an extension; likewise cogroupid, coemaillistid
//	POST, DELETE provision/<id>/all.json
//	GET  status/<id>.json, status/<id>/copersonid:<id>.json, likewise cogroupid
//	GET  failed/<id>.json
//	POST resend/<id>.json, resend/<id>/copersonid:<id>.json, likewise cogroupid
//	GET  preview/<id>/copersonid:<id>.json, likewise cogroupid
//	GET  verify/<id>/copersonid:<id>.json, likewise cogroupid
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

// onTarget and onSubject are the handlers for calls about a target, and about a target and a subject. They
// are not changed after initialization.
var (
	onTarget = map[string]func(c *call, rt route, s *comity.Subject) error{
		"GET status":  (*call).targetStatus,
		"GET failed":  (*call).failed,
		"POST resend": (*call).resend,
	}
	onSubject = map[string]func(c *call, rt route, s *comity.Subject) error{
		"GET status":  (*call).subjectStatus,
		"GET preview": (*call).preview,
		"GET verify":  (*call).drift,
		"POST resend": (*call).resend,
	}
)

// provision returns the route of a provision call. The call for one subject needs no extension.
func (rt route) provision(method, subject string) (route, bool) {
	rt.resource = comity.CoProvisioningTarget.Resource
	switch method + " " + subject {
	case "POST all.json":
		return rt.of(verb{"provision all", (*call).startFullSync})
	case "DELETE all.json":
		return rt.of(verb{"stop provision all", (*call).stopFullSync})
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

// provision answers the provision call. Its body repeats the path only, so it may be missing. A group is
// delivered only to a target that includes groups; otherwise nothing is sent and the answer is 200.
func (c *call) provision(rt route, id string) error {
	if _, err := c.body(); err != nil {
		return err
	}
	result, err := c.Provisioning.Provision(c.r.Context(), c.caller, comity.ParseId(rt.id), rt.resource, comity.ParseId(id))
	if err != nil {
		return err
	}
	if result == provisioning.Queued {
		c.answer(http.StatusAccepted, comity.PhraseAccepted, nil)
		return nil
	}
	c.answer(http.StatusOK, comity.PhraseOK, nil)
	return nil
}

// answerObject answers a JSON object with its own ResponseType.
func (c *call) answerObject(status int, phrase comity.Phrase, kind string, object any) error {
	body, err := json.Marshal(object)
	if err != nil {
		return fmt.Errorf("write %s: %w", kind, err)
	}
	head := fmt.Sprintf(`{"ResponseType":%q,"Version":"1.0",`, kind)
	c.answer(status, phrase, append([]byte(head), body[1:]...))
	return nil
}

type targetStatus struct {
	CoProvisioningTargetId             int64
	Status                             string
	Waiting, InFlight, Failed, LeftOut int64
	LeftOutReason                      string `json:",omitempty"`
	OldestWait, LastSuccess            string `json:",omitempty"`
	Breaker, BreakerSince, BreakerNext string `json:",omitempty"`
	// All is the last full sync.
	All *fullSyncStatus `json:",omitempty"`
}

// targetStatus answers the status of a target.
func (c *call) targetStatus(rt route, _ *comity.Subject) error {
	target := comity.ParseId(rt.id)
	s, err := c.Provisioning.Status(c.r.Context(), c.caller, target)
	if err != nil {
		return err
	}
	out := targetStatus{
		CoProvisioningTargetId: target, Status: s.Mode,
		Waiting: s.Waiting, InFlight: s.InFlight, Failed: s.Failed, LeftOut: s.LeftOut, LeftOutReason: s.WhyLeftOut,
		OldestWait: formatTime(s.OldestWait), LastSuccess: formatTime(s.LastSuccess), Breaker: "closed",
	}
	if !s.Breaker.Opened.IsZero() {
		out.Breaker, out.BreakerSince, out.BreakerNext = "open", formatTime(s.Breaker.Opened), formatTime(s.Breaker.Probe)
	}
	if s.HadFullSync {
		out.All = fullSyncOf(s.FullSync)
	}
	return c.answerObject(http.StatusOK, comity.PhraseOK, "CoProvisioningTargetStatus", out)
}

// formatTime formats a time for an answer, "" for the zero time.
func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(comity.TimeLayout)
}
