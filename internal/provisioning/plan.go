package provisioning

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/outbox"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// Span selects subjects of a target: One subject or, where One is zero, the page of all subjects that
// follows After.
type Span struct{ One, After comity.Subject }

// subject returns the one subject of the span, nil where it is a page.
func (s Span) subject() *comity.Subject {
	if s.One == (comity.Subject{}) {
		return nil
	}
	return &s.One
}

// spanPage is the number of subjects on a page. It is small so that a page is complete in a short time
// even at a slow target, and so that no more groups are read at a time than when they are sent.
const spanPage = comity.MaxWorkers

// subjects returns the subjects of a span with their status at a target. next is the After of the next
// page, zero where there is none.
func (s *Service) subjects(ctx context.Context, target *comity.Record, span Span) (subjects []queue.SubjectStatus, next comity.Subject, err error) {
	err = s.store.Snapshot(ctx, func(tx *db.Tx) error {
		if span.One != (comity.Subject{}) {
			status, _, err := queue.StatusOfSubject(ctx, tx, target.Id, span.One)
			status.Subject = span.One
			subjects = []queue.SubjectStatus{status}
			return err
		}
		subjects, err = queue.Subjects(ctx, tx, target.Id, target.CoId, span.After, spanPage)
		return err
	})
	if err != nil {
		return nil, next, fmt.Errorf("subjects of target %d: %w", target.Id, err)
	}
	if len(subjects) == spanPage {
		next = subjects[spanPage-1].Subject
	}
	return subjects, next, nil
}

// present reads the state of subjects that a target should hold.
func (s *Service) present(ctx context.Context, target *comity.Record, subjects []queue.SubjectStatus) (comity.Destination, []comity.Snapshot, error) {
	all := make([]comity.Subject, len(subjects))
	for i, one := range subjects {
		all[i] = one.Subject
	}
	return s.snapshots.Read(ctx, target.Id, all)
}

// SubjectPlan is what a target would be sent about a subject.
type SubjectPlan struct {
	Subject  comity.Subject
	Messages []PlannedMessage
	// Unchanged is the identifier (of a group, that of its first page) of a message that is left out
	// because the target was last sent the same; "" where none is left out.
	Unchanged string
	// Problem is why nothing can be sent, or not all that should be; "" where nothing is wrong.
	Problem string
}

// PlannedMessage is one message of a plan.
type PlannedMessage struct {
	Method, Identifier string
	Delete             bool
}

// Plan returns what a target would be sent about a span of subjects now, and sends nothing.
func (s *Service) Plan(ctx context.Context, caller authz.Caller, id int64, span Span, onlyChanged bool) (plan []SubjectPlan, next comity.Subject, err error) {
	target, err := s.targetOf(ctx, caller, authz.View, id, span.subject())
	if err == nil {
		err = refuseDisabled(target)
	}
	if err != nil {
		return nil, next, err
	}
	subjects, next, err := s.subjects(ctx, target, span)
	if err != nil || len(subjects) == 0 {
		return nil, comity.Subject{}, err
	}
	to, snapshots, err := s.present(ctx, target, subjects)
	if err != nil {
		return nil, comity.Subject{}, err
	}
	for i, one := range subjects {
		planned, err := s.planned(to, snapshots[i], one, onlyChanged)
		if err != nil {
			return nil, comity.Subject{}, fmt.Errorf("%v at target %d: %w", one.Subject, target.Id, err)
		}
		plan = append(plan, planned)
	}
	return plan, next, nil
}

func (s *Service) planned(to comity.Destination, snapshot comity.Snapshot, status queue.SubjectStatus, onlyChanged bool) (SubjectPlan, error) {
	p := SubjectPlan{Subject: status.Subject}
	plan := s.connector.Plan(to, snapshot, status.SubjectState)
	if plan.Problem != nil {
		p.Problem = plan.Problem.Error()
	}
	operations := plan.Operations
	if onlyChanged {
		var err error
		if operations, err = outbox.Unsent(status.Sent, operations); err != nil {
			return p, err
		}
	}
	if len(operations) < len(plan.Operations) {
		p.Unchanged = plan.Identifiers[0]
	}
	for _, op := range operations {
		p.Messages = append(p.Messages, PlannedMessage{op.Method, op.Identifier, op.Delete})
	}
	return p, nil
}
