package outbox

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/store"
)

// Span says whom a look at a target is about: one person or, where that is 0, a page of everybody
// after another.
type Span struct{ Person, After int64 }

// plannedPage and comparedPage are how many people are looked at together; a page of those that are
// compared is there in a while, though the target is slow.
const (
	plannedPage  = 200
	comparedPage = comity.MaxWorkers
)

// subjects reads whom a span is about, with what is known of them at a target. next is where the page
// after it begins, 0 where there is none.
func (o *Outbox) subjects(ctx context.Context, target *comity.Record, span Span, size int) (subjects []store.SubjectStatus, next int64, err error) {
	err = o.store.Snapshot(ctx, func(tx *store.Tx) error {
		if span.Person != 0 {
			s, _, err := tx.SubjectStatus(ctx, target.Id, span.Person)
			s.PersonId = span.Person
			subjects = []store.SubjectStatus{s}
			return err
		}
		subjects, err = tx.Subjects(ctx, target.Id, target.CoId, span.After, size)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("people of target %d: %w", target.Id, err)
	}
	if len(subjects) == size {
		next = subjects[size-1].PersonId
	}
	return subjects, next, nil
}

// present reads what a target is to know about subjects.
func (o *Outbox) present(ctx context.Context, target *comity.Record, subjects []store.SubjectStatus) (comity.Destination, []comity.Snapshot, error) {
	people := make([]int64, len(subjects))
	for i, s := range subjects {
		people[i] = s.PersonId
	}
	return o.source.Snapshots(ctx, target.Id, people)
}

// Planned is what a target would be sent about a person.
type Planned struct {
	PersonId int64
	Steps    []Step
	// Unchanged is the identifier under which the target was last sent the same, where it would not
	// be sent that again.
	Unchanged string
	// Problem is why nothing can be sent, or not all that should; "" where nothing is wrong.
	Problem string
}

// Step is one message of a plan.
type Step struct {
	Method, Identifier string
	Delete             bool
}

// Plan returns what a target would be sent about a span of people now, and sends nothing.
func (o *Outbox) Plan(ctx context.Context, target *comity.Record, span Span, onlyChanged bool) (plan []Planned, next int64, err error) {
	subjects, next, err := o.subjects(ctx, target, span, plannedPage)
	if err != nil || len(subjects) == 0 {
		return nil, 0, err
	}
	to, snapshots, err := o.present(ctx, target, subjects)
	if err != nil {
		return nil, 0, err
	}
	for i, s := range subjects {
		planned, err := o.planned(to, snapshots[i], s, onlyChanged)
		if err != nil {
			return nil, 0, fmt.Errorf("person %d at target %d: %w", s.PersonId, target.Id, err)
		}
		plan = append(plan, planned)
	}
	return plan, next, nil
}

func (o *Outbox) planned(to comity.Destination, snapshot comity.Snapshot, s store.SubjectStatus, onlyChanged bool) (Planned, error) {
	p := Planned{PersonId: s.PersonId}
	messages, identifier, problem := o.sender.Messages(to, snapshot, s.Told)
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
		p.Unchanged = identifier
	}
	for _, m := range messages {
		p.Steps = append(p.Steps, Step{m.Method, m.Identifier, m.Delete})
	}
	return p, nil
}

// Begin says after which person a run that tells a target about everybody would begin: where another
// is or was stopped, unless it is to begin anew.
func (o *Outbox) Begin(ctx context.Context, target int64, anew bool) (after int64, err error) {
	err = o.store.Read(ctx, func(tx *store.Tx) error {
		was, found, err := tx.Sweep(ctx, target)
		if found && !anew && (was.Stopped || was.Ended.IsZero()) {
			after = was.LastPersonId
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("where to begin at target %d: %w", target, err)
	}
	return after, nil
}
