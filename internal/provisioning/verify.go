package provisioning

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"comity"
	"comity/internal/authz"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// The kinds of drift.
const (
	// Missing: the target holds nothing under an identifier under which it should hold a subject.
	Missing = "missing"
	// Surplus: the target holds something under an identifier that it should have deleted.
	Surplus = "surplus"
	// Different: what the target holds differs from what it should.
	Different = "different"
	// Unreadable: what the target holds could not be read.
	Unreadable = "unreadable"
)

// Finding is the drift of one identifier.
type Finding struct {
	// Kind is one of the kinds of drift.
	Kind, Identifier string
	// Differences are, where Kind is Different, those from what the target holds (Last) to what it should (Next).
	Differences []Difference
	// Answer is the target's answer where Kind is Unreadable.
	Answer string
}

// The results of a repair.
const (
	Repaired     = "repaired"
	RepairQueued = "repair queued"
	NotRepaired  = "not repaired"
)

// SubjectDrift is the result of verifying one subject at a target.
type SubjectDrift struct {
	Subject  comity.Subject
	Findings []Finding
	// Waiting says that a delivery of the subject is pending or in flight, so that it was not compared.
	Waiting bool
	// Problem is why the target cannot hold the subject as it should; "" where nothing is wrong.
	Problem string
	// Repair is the result of the repair, "" where there was none, Answer the target's answer to it.
	Repair, Answer string
}

// Found says whether the target holds something else of the subject than it should, or may do so.
func (v SubjectDrift) Found() bool { return len(v.Findings) > 0 }

// VerifyOptions select the subjects that Verify compares, and say whether drift is repaired.
type VerifyOptions struct {
	Span
	Repair bool
	// MaxDeletes is the greatest share of the people at the target that a repair may delete, in percent.
	MaxDeletes int64
}

// Verification is the result of verifying a page of subjects.
type Verification struct {
	Subjects []SubjectDrift
	// Next is the After of the next page, zero where there is none.
	Next comity.Subject
	// GaveUp is why the verification ended early: the target does not answer; "" where it did not end early.
	GaveUp string
}

// maxSilent is how many requests in a row may stay without an answer before Verify gives the target up.
const maxSilent = 10

// Verify compares what a target holds of a span of subjects with what it should, with as many concurrent
// requests as there are concurrent deliveries. A repair is delivered by the queue, as every change is.
func (s *Service) Verify(ctx context.Context, caller authz.Caller, id int64, o VerifyOptions) (v Verification, err error) {
	op := authz.View
	if o.Repair {
		op = authz.Edit
	}
	target, err := s.targetOf(ctx, caller, op, id, o.subject())
	if err != nil {
		return v, err
	}
	subjects, next, err := s.subjects(ctx, target, o.Span)
	if err != nil {
		return v, err
	}
	c := &comparison{Service: s, target: target, repair: o.Repair}
	if err := c.read(ctx, subjects); err != nil {
		return v, err
	}
	if o.Repair {
		if err := refuseDisabled(target); err != nil {
			return v, err
		}
	}
	if o.Repair && o.Span == (Span{}) {
		if err := s.limitDeletes(ctx, target.Id, o.MaxDeletes); err != nil {
			return v, err
		}
	}
	found, err := c.all(ctx, subjects)
	if err != nil {
		return v, fmt.Errorf("compare target %d: %w", target.Id, err)
	}
	v = Verification{Subjects: found, Next: next}
	if why := c.gaveUp.Load(); why != nil && (len(found) < len(subjects) || next != comity.Subject{}) {
		v.Next, v.GaveUp = comity.Subject{}, *why
	}
	return v, nil
}

// comparison is the verification of one page of subjects.
type comparison struct {
	*Service
	target    *comity.Record
	repair    bool
	to        comity.Destination
	snapshots []comity.Snapshot
	// formerly are the identifiers under which the target may hold a subject, besides those of its messages.
	formerly map[comity.Subject][]string
	// silent is the number of consecutive requests without an answer, gaveUp the reason for giving up.
	silent atomic.Int64
	gaveUp atomic.Pointer[string]
}

// read reads what the target should hold, and refuses a target that cannot be verified.
func (c *comparison) read(ctx context.Context, subjects []queue.SubjectStatus) (err error) {
	if c.to, c.snapshots, err = c.present(ctx, c.target, subjects); err != nil {
		return err
	}
	if c.to.Settings == nil {
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d cannot be verified: it has no %s", c.target.Id, c.to.SettingsTable().Singular)
	}
	cannot := c.connector.Readable(c.to)
	switch {
	case cannot != nil:
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d %v", c.target.Id, cannot)
	case !c.to.IncludeGroups && slices.ContainsFunc(subjects, func(s queue.SubjectStatus) bool { return s.Subject.Kind == comity.KindGroup }):
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d does not receive groups: set IncludeGroups", c.target.Id)
	}
	lastSent := map[comity.Subject][]string{}
	for _, s := range subjects {
		lastSent[s.Subject] = slices.DeleteFunc(append([]string{s.ProvisionedAs.Identifier}, s.ProvisionedAs.Obsolete...), func(s string) bool { return s == "" })
	}
	c.formerly, err = c.identifiers(ctx, c.to, lastSent)
	return err
}

// all compares the subjects of a page concurrently, and returns those before the target was given up.
func (c *comparison) all(ctx context.Context, subjects []queue.SubjectStatus) ([]SubjectDrift, error) {
	width := c.queue.Width
	if c.to.Workers > 0 {
		width = int(c.to.Workers)
	}
	found := make([]SubjectDrift, len(subjects))
	errs := make([]error, len(subjects))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(width, len(subjects)) {
		workers.Go(func() {
			for ctx.Err() == nil && c.gaveUp.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(subjects) {
					return
				}
				found[i], errs[i] = c.one(ctx, subjects[i], c.snapshots[i])
			}
		})
	}
	workers.Wait()
	return found[:min(int(next.Load()), len(subjects))], errors.Join(errors.Join(errs...), ctx.Err())
}

// one compares what the target holds of a subject with what it should, and repairs it if asked to.
func (c *comparison) one(ctx context.Context, s queue.SubjectStatus, snapshot comity.Snapshot) (SubjectDrift, error) {
	v := SubjectDrift{Subject: s.Subject, Waiting: !s.Due.IsZero()}
	if v.Waiting {
		return v, nil
	}
	var err error
	if v.Findings, v.Problem, err = c.inspect(ctx, s, snapshot); err != nil || len(v.Findings) == 0 {
		return v, err
	}
	if v.Waiting, err = c.changed(ctx, s); err != nil || v.Waiting {
		v.Findings = nil
		return v, err
	}
	repairable := slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.Kind != Unreadable })
	if !c.repair || !repairable {
		return v, nil
	}
	return c.repaired(ctx, v, s)
}

// changed says whether a delivery of a subject is pending, or was sent, since was was read.
func (c *comparison) changed(ctx context.Context, was queue.SubjectStatus) (changed bool, err error) {
	err = c.store.Read(ctx, func(tx *db.Tx) error {
		is, _, err := queue.StatusOfSubject(ctx, tx, c.target.Id, was.Subject)
		changed = !is.Due.IsZero() || is.Sequence != was.Sequence
		return err
	})
	return changed, err
}

// inspect reads what the target holds of a subject and returns the drift.
func (c *comparison) inspect(ctx context.Context, s queue.SubjectStatus, snapshot comity.Snapshot) (findings []Finding, problem string, err error) {
	plan := c.connector.Plan(c.to, snapshot, comity.SubjectState{})
	if errors.Is(plan.Problem, comity.ErrNotConfigured) {
		return nil, "", comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d cannot be verified: %v", c.target.Id, plan.Problem)
	}
	if plan.Problem != nil {
		problem = plan.Problem.Error()
	}
	asked := slices.Clone(plan.Identifiers)
	for _, former := range c.formerly[s.Subject] {
		same := func(other string) bool { return db.Fold(other) == db.Fold(former) }
		if !slices.ContainsFunc(asked, same) {
			asked = append(asked, former)
		}
	}
	for i, one := range asked {
		var should []byte
		if i < len(plan.Identifiers) {
			should = plan.Operations[i].Body
		}
		holding := c.connector.Read(ctx, c.to, s.Subject, one, s.Own)
		c.countSilence(holding)
		f, err := compareHolding(one, holding, should)
		if err != nil {
			return nil, "", fmt.Errorf("%v: %w", s.Subject, err)
		}
		if f.Kind != "" {
			findings = append(findings, f)
		}
	}
	return findings, problem, nil
}

// countSilence counts requests without an answer and gives the target up after maxSilent in a row.
func (c *comparison) countSilence(h comity.Holding) {
	if h.Answered {
		c.silent.Store(0)
	} else if c.silent.Add(1) >= maxSilent {
		c.gaveUp.CompareAndSwap(nil, &h.Unreadable)
	}
}

// compareHolding returns the drift of an identifier under which a target should hold the message should,
// nil for nothing; Kind is "" where there is no drift. Members that the target added to objects do not count.
func compareHolding(identifier string, h comity.Holding, should []byte) (Finding, error) {
	f := Finding{Identifier: identifier}
	switch {
	case h.Unreadable != "":
		f.Kind, f.Answer = Unreadable, h.Unreadable
	case should == nil && h.Body != nil:
		f.Kind = Surplus
	case should != nil && h.Body == nil:
		f.Kind = Missing
	case should != nil:
		var err error
		if f.Differences, err = lacks(h.Body, should); err != nil {
			return f, err
		}
		if len(f.Differences) > 0 {
			f.Kind = Different
		}
	}
	return f, nil
}
