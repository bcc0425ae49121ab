package rest

import (
	"net/http"

	"comity/internal/access"
	"comity/internal/outbox"
)

type findingAnswer struct {
	Finding, Identifier string
	Differences         []outbox.Difference `json:",omitempty"`
	Answer              string              `json:",omitempty"`
}

// drift answers what a target holds of a person otherwise than it should.
func (c *call) drift(rt route, id string) error {
	target, person, err := c.subject(access.View, rt, id)
	if err != nil {
		return err
	}
	v, err := c.Provisioner.Verify(c.r.Context(), target, outbox.Look{Span: outbox.Span{Person: person}})
	if err != nil {
		return err
	}
	out := struct {
		CoPersonId int64
		State      string
		Findings   []findingAnswer
		Problem    string `json:",omitempty"`
	}{person, "as it should be", []findingAnswer{}, ""}
	for _, found := range v.People {
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
	return c.say(http.StatusOK, "OK", "CoPersonProvisioningDrift", out)
}
