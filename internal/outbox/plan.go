package outbox

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store"
)

// Span selects subjects of a target: One subject or, where One is zero, the page of all subjects that
// follows After.
type Span struct{ One, After comity.Subject }

// lookPage is the number of subjects on a page. It is small so that a page is complete in a short time
// even at a slow target, and so that no more groups are read at a time than when they are sent.
const lookPage = comity.MaxWorkers

// subjects returns the subjects of a span with their status at a target. next is the After of the next
// page, zero where there is none.
func (o *Outbox) subjects(ctx context.Context, target *comity.Record, span Span) (subjects []store.SubjectStatus, next comity.Subject, err error) {
	err = o.store.Snapshot(ctx, func(tx *store.Tx) error {
		if span.One != (comity.Subject{}) {
			s, _, err := tx.SubjectStatus(ctx, target.Id, span.One)
			s.Subject = span.One
			subjects = []store.SubjectStatus{s}
			return err
		}
		subjects, err = tx.Subjects(ctx, target.Id, target.CoId, span.After, lookPage)
		return err
	})
	if err != nil {
		return nil, next, fmt.Errorf("subjects of target %d: %w", target.Id, err)
	}
	if len(subjects) == lookPage {
		next = subjects[lookPage-1].Subject
	}
	return subjects, next, nil
}

// present reads the state of subjects that a target should hold.
func (o *Outbox) present(ctx context.Context, target *comity.Record, subjects []store.SubjectStatus) (comity.Destination, []comity.Snapshot, error) {
	all := make([]comity.Subject, len(subjects))
	for i, s := range subjects {
		all[i] = s.Subject
	}
	return o.source.Snapshots(ctx, target.Id, all)
}

// Planned is what a target would be sent about a subject.
type Planned struct {
	Subject comity.Subject
	Steps   []Step
	// Unchanged is the identifier (of a group, that of its first page) of a message that is left out
	// because the target was last sent the same; "" where none is left out.
	Unchanged string
	// Problem is why nothing can be sent, or not all that should be; "" where nothing is wrong.
	Problem string
}

// Step is one message of a plan.
type Step struct {
	Method, Identifier string
	Delete             bool
}

// Plan returns what a target would be sent about a span of subjects now, and sends nothing.
func (o *Outbox) Plan(ctx context.Context, target *comity.Record, span Span, onlyChanged bool) (plan []Planned, next comity.Subject, err error) {
	subjects, next, err := o.subjects(ctx, target, span)
	if err != nil || len(subjects) == 0 {
		return nil, comity.Subject{}, err
	}
	to, snapshots, err := o.present(ctx, target, subjects)
	if err != nil {
		return nil, comity.Subject{}, err
	}
	for i, s := range subjects {
		planned, err := o.planned(to, snapshots[i], s, onlyChanged)
		if err != nil {
			return nil, comity.Subject{}, fmt.Errorf("%v at target %d: %w", s.Subject, target.Id, err)
		}
		plan = append(plan, planned)
	}
	return plan, next, nil
}

func (o *Outbox) planned(to comity.Destination, snapshot comity.Snapshot, s store.SubjectStatus, onlyChanged bool) (Planned, error) {
	p := Planned{Subject: s.Subject}
	messages, identifiers, problem := o.sender.Messages(to, snapshot, s.ProvisionedAs)
	if problem != nil {
		p.Problem = problem.Error()
	}
	all := len(messages)
	if onlyChanged {
		var err error
		if messages, err = unsent(s.Sent, messages); err != nil {
			return p, err
		}
	}
	if len(messages) < all {
		p.Unchanged = identifiers[0]
	}
	for _, m := range messages {
		p.Steps = append(p.Steps, Step{m.Method, m.Identifier, m.Delete})
	}
	return p, nil
}

// Begin returns the subject after which a full sync of a target would start: where the one under way
// is, or a stopped one was, unless anew is set; else the zero Subject.
func (o *Outbox) Begin(ctx context.Context, target int64, anew bool) (after comity.Subject, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		was, found, err := tx.FullSync(ctx, target)
		if found && !anew && (was.Stopped || was.Ended.IsZero()) {
			after = was.Last
		}
		return err
	})
	if err != nil {
		return after, fmt.Errorf("where to begin at target %d: %w", target, err)
	}
	return after, nil
}
