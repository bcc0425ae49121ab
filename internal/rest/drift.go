package rest

import (
	"net/http"

	"comity"
	"comity/internal/provisioning"
)

type findingAnswer struct {
	Finding, Identifier string
	Differences         []provisioning.Difference `json:",omitempty"`
	Answer              string                    `json:",omitempty"`
}

// drift answers the drift of a subject at a target: what the target holds compared with what it should.
func (c *call) drift(rt route, of *comity.Subject) error {
	v, err := c.Provisioning.Verify(c.r.Context(), c.caller, comity.ParseId(rt.id), provisioning.VerifyOptions{Span: provisioning.Span{One: *of}})
	if err != nil {
		return err
	}
	out := struct {
		subjectAnswer
		State    string
		Findings []findingAnswer
		Problem  string `json:",omitempty"`
	}{namedSubject(*of), "as it should be", []findingAnswer{}, ""}
	for _, found := range v.Subjects {
		out.Problem = found.Problem
		switch {
		case found.Waiting:
			out.State = "waiting"
		case found.Found():
			out.State = "drift"
		}
		for _, f := range found.Findings {
			out.Findings = append(out.Findings, findingAnswer{f.Kind, f.Identifier, f.Differences, f.Answer})
		}
	}
	return c.answerObject(http.StatusOK, comity.PhraseOK, of.Resource().Singular+"ProvisioningDrift", out)
}
