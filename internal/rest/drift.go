package rest

import (
	"net/http"

	"comity"
	"comity/internal/authz"
	"comity/internal/outbox"
)

type findingAnswer struct {
	Finding, Identifier string
	Differences         []outbox.Difference `json:",omitempty"`
	Answer              string              `json:",omitempty"`
}

// drift answers the drift of a subject at a target: what the target holds compared with what it should.
func (c *call) drift(rt route, of *comity.Subject) error {
	target, err := c.targetOf(authz.View, rt, of)
	if err != nil {
		return err
	}
	v, err := c.Provisioner.Verify(c.r.Context(), target, outbox.Look{Span: outbox.Span{One: *of}})
	if err != nil {
		return err
	}
	out := struct {
		subjectAnswer
		State    string
		Findings []findingAnswer
		Problem  string `json:",omitempty"`
	}{answerOf(*of), "as it should be", []findingAnswer{}, ""}
	for _, found := range v.Subjects {
		out.Problem = found.Problem
		switch {
		case found.Waiting:
			out.State = "waiting"
		case found.Drift():
			out.State = "drift"
		}
		for _, f := range found.Findings {
			out.Findings = append(out.Findings, findingAnswer{f.Kind, f.Identifier, f.Differences, f.Answer})
		}
	}
	return c.say(http.StatusOK, "OK", recordName(*of)+"ProvisioningDrift", out)
}
