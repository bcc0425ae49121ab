package rest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"comity"
	"comity/internal/authz"
	"comity/internal/provisioning"
	"comity/internal/registry/view"
)

// parseSubject parses copersonid:<id> and cogroupid:<id>.
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

// subjectAnswer names a subject in an answer, by one of the two fields.
type subjectAnswer struct {
	CoPersonId int64 `json:",omitempty"`
	CoGroupId  int64 `json:",omitempty"`
}

// namedSubject returns the fields of an answer that name a subject.
func namedSubject(s comity.Subject) subjectAnswer {
	if s.Kind == comity.KindGroup {
		return subjectAnswer{CoGroupId: s.Id}
	}
	return subjectAnswer{CoPersonId: s.Id}
}

type subjectStatus struct {
	subjectAnswer
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

func statusOf(s provisioning.DeliveryStatus) subjectStatus {
	out := subjectStatus{
		subjectAnswer: namedSubject(s.Subject), State: s.State, Identifier: s.ProvisionedAs.Identifier, Sequence: s.Sequence,
		WaitingSince: formatTime(s.Since), NextTry: formatTime(s.Due), Attempts: s.Attempts,
		LastTry: formatTime(s.Attempted), LastSuccess: formatTime(s.Delivered), MessageDigest: s.Digest,
	}
	if s.Subject.Kind == comity.KindPerson {
		out.Obsolete = s.ProvisionedAs.Obsolete
	}
	if s.Attempts > 0 {
		out.LastError = s.Answer
	} else {
		out.Answer = s.Answer
	}
	return out
}

// subjectStatus answers the state of a subject at a target.
func (c *call) subjectStatus(rt route, of *comity.Subject) error {
	s, err := c.Provisioning.SubjectStatus(c.r.Context(), c.caller, comity.ParseId(rt.id), *of)
	if err != nil {
		return err
	}
	return c.answerObject(http.StatusOK, comity.PhraseOK, of.Resource().Singular+"ProvisioningStatus", statusOf(s))
}

// failed answers the subjects whose deliveries to a target failed and are not retried, one page.
func (c *call) failed(rt route, _ *comity.Subject) error {
	target, query := comity.ParseId(rt.id), c.r.URL.Query()
	limit, after, err := parseFailedPage(query)
	if err != nil {
		_, first := c.Provisioning.Target(c.r.Context(), c.caller, authz.View, target)
		return cmp.Or(first, err)
	}
	all, err := c.Provisioning.Failed(c.r.Context(), c.caller, target, after, limit+1)
	if err != nil {
		return err
	}
	if len(all) > limit {
		all = all[:limit]
		query.Set("limit", strconv.Itoa(limit))
		c.linkNext(query, formatAfter(all[limit-1].Subject))
	}
	out := struct{ Failed []subjectStatus }{[]subjectStatus{}}
	for _, s := range all {
		out.Failed = append(out.Failed, statusOf(s))
	}
	return c.answerObject(http.StatusOK, comity.PhraseOK, "CoProvisioningTargetFailed", out)
}

// parseFailedPage parses the parameters of a page of failed deliveries.
func parseFailedPage(query url.Values) (limit int, after comity.Subject, err error) {
	limit = view.MaxPage
	if text := query.Get("limit"); text != "" {
		if limit, err = parseLimit(text); err != nil {
			return limit, after, err
		}
	}
	if text := query.Get("after"); text != "" {
		after, err = parseAfter(text)
	}
	return limit, after, err
}

// parseAfter parses the last subject of the previous page: a CoPersonId, or cogroupid: and a CoGroupId, as
// groups come after people.
func parseAfter(text string) (comity.Subject, error) {
	id, ofGroup := strings.CutPrefix(text, "cogroupid:")
	if ofGroup {
		n, err := parseAfterId(id, "CoGroupId of the last one")
		return comity.GroupSubject(n), err
	}
	n, err := parseAfterId(id, "CoPersonId of the last one")
	return comity.PersonSubject(n), err
}

// formatAfter formats the last subject of a page as parseAfter reads it.
func formatAfter(s comity.Subject) string {
	id := strconv.FormatInt(s.Id, 10)
	if s.Kind == comity.KindGroup {
		return "cogroupid:" + id
	}
	return id
}

// resend answers the call that resends failed deliveries, of one subject or, without one, of all.
func (c *call) resend(rt route, of *comity.Subject) error {
	if _, err := c.body(); err != nil {
		return err
	}
	count, err := c.Provisioning.Resend(c.r.Context(), c.caller, comity.ParseId(rt.id), of)
	if err != nil {
		return err
	}
	return c.answerObject(http.StatusAccepted, comity.PhraseAccepted, "CoProvisioningTargetResend", struct{ Resent int64 }{count})
}

type previewRequest struct {
	Method, Url string
	Headers     map[string]string
	Body        json.RawMessage `json:",omitempty"`
}

// preview answers what a target would be sent for a subject. Nothing is sent.
func (c *call) preview(rt route, of *comity.Subject) error {
	p, err := c.Provisioning.Preview(c.r.Context(), c.caller, comity.ParseId(rt.id), *of)
	if err != nil {
		return err
	}
	out := struct {
		Requests    []previewRequest
		Problem     string `json:",omitempty"`
		Differences []provisioning.Difference
	}{[]previewRequest{}, p.Problem, append([]provisioning.Difference{}, p.Differences...)}
	for _, r := range p.Requests {
		out.Requests = append(out.Requests, previewRequest{r.Method, r.URL, r.Headers, r.Body})
	}
	c.verbatim = true // the numbers are the message's
	return c.answerObject(http.StatusOK, comity.PhraseOK, of.Resource().Singular+"ProvisioningPreview", out)
}
