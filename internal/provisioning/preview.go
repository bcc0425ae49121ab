package provisioning

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/outbox"
)

// Preview is what a target would be sent about a subject now.
type Preview struct {
	Requests []Request
	// Problem is why nothing can be sent, or not all that should be; "" where nothing is wrong.
	Problem string
	// Differences are those between the body that was last sent and the one that would be sent.
	Differences []Difference
}

// Request is a message as it would be sent.
type Request struct {
	Method, URL string
	// Headers are without secrets.
	Headers map[string]string
	Body    []byte
}

// Preview returns what a target would be sent about a subject now, and sends nothing.
func (s *Service) Preview(ctx context.Context, caller authz.Caller, target int64, subject comity.Subject) (p Preview, err error) {
	status, err := s.SubjectStatus(ctx, caller, target, subject)
	if err != nil {
		return p, err
	}
	destination, snapshots, err := s.snapshots.Read(ctx, target, []comity.Subject{subject})
	if err != nil {
		return p, err
	}
	plan := s.connector.Plan(destination, snapshots[0], status.SubjectState)
	if plan.Problem != nil {
		p.Problem = plan.Problem.Error()
	}
	var next []byte
	for _, op := range plan.Operations {
		op.Id, op.Sequence = "***", status.Sequence+1
		headers, err := s.connector.Headers(destination, op)
		if err != nil {
			p.Problem = err.Error()
			continue
		}
		p.Requests = append(p.Requests, Request{op.Method, op.URL, headers, op.Body})
		if !op.Delete && next == nil {
			next = outbox.Kept(op)
		}
	}
	var last []byte
	if status.Sent != nil {
		sent, err := outbox.ReadLastSent(status.Sent)
		if err != nil {
			return p, err
		}
		last = sent.Body
	}
	p.Differences, err = differences(last, next)
	if err != nil {
		return p, fmt.Errorf("compare with what was sent about %v: %w", subject, err)
	}
	return p, nil
}
