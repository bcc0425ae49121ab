package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"comity"
	"comity/internal/store"
)

// What may be found where a target does not hold what it should.
const (
	// Missing: it holds nothing of an identifier under which it should hold a subject.
	Missing = "missing"
	// Surplus: it holds something of an identifier that it should have deleted.
	Surplus = "surplus"
	// Different: it holds something else than it should.
	Different = "different"
	// Unreadable: it cannot be said what it holds.
	Unreadable = "unreadable"
)

// Finding is what a target holds otherwise than it should, of one identifier.
type Finding struct {
	// Kind is one of the above.
	Kind, Identifier string
	// Differences are, of what is Different, those from what the target holds (Last) to what it should (Next).
	Differences []Difference
	// Answer is what came of what is Unreadable.
	Answer string
}

// What became of mending what a target holds of a subject.
const (
	Repaired     = "mended"
	RepairQueued = "will be mended"
	NotRepaired  = "not mended"
)

// Verified is what was found of a subject at a target.
type Verified struct {
	Subject  comity.Subject
	Findings []Finding
	// Waiting says that the target is still to be told about the subject, so that it says nothing.
	Waiting bool
	// Problem is why the target cannot hold the subject as it should; "" where nothing is wrong.
	Problem string
	// Mending is what became of it where it was to be mended and there was something to mend, Answer
	// what the target said to that.
	Repair, Answer string
}

// Drift says whether the target holds, or may hold, something of the subject that it should not, or not
// as it should.
func (v Verified) Drift() bool { return len(v.Findings) > 0 }

// Look says what a comparison of a target is about, and whether what is found is to be mended.
type Look struct {
	Span
	Repair bool
	// MaxDeletes is how many percent of the people whom the target knows may be deleted if all is mended.
	MaxDeletes int64
}

// Verification is a page of what was found at a target.
type Verification struct {
	Subjects []Verified
	// Next is where the page after it begins, the zero one where there is none.
	Next comity.Subject
	// GaveUp is why it ended early: the target answers nothing; "" where it did not.
	GaveUp string
}

// maxSilent is how many questions in a row a target may leave without an answer before it is given up.
const maxSilent = 10

// Verify compares what a target holds of a span of subjects with what it should, as many side by side as
// it takes messages. What is to be mended is told by the queue as everything is.
func (o *Outbox) Verify(ctx context.Context, target *comity.Record, look Look) (v Verification, err error) {
	subjects, next, err := o.subjects(ctx, target, look.Span)
	if err != nil {
		return v, err
	}
	c := &comparison{Outbox: o, target: target, repair: look.Repair}
	if err := c.read(ctx, subjects); err != nil {
		return v, err
	}
	if look.Repair && target.Text(comity.CoProvisioningTarget.Status) == comity.ModeDisabled {
		return v, comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d is disabled", target.Id)
	}
	if look.Repair && look.Span == (Span{}) {
		if err := o.CheckDeletes(ctx, target.Id, look.MaxDeletes); err != nil {
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

// comparison is one page of a target that is compared.
type comparison struct {
	*Outbox
	target    *comity.Record
	repair    bool
	to        comity.Destination
	snapshots []comity.Snapshot
	// held are the identifiers under which the target may hold a subject.
	held map[comity.Subject][]string
	// silent is how many were left without an answer in a row, gaveUp why there is no use in going on.
	silent atomic.Int64
	gaveUp atomic.Pointer[string]
}

// read reads what there should be, and refuses a target that cannot be asked.
func (c *comparison) read(ctx context.Context, subjects []store.SubjectStatus) (err error) {
	if c.to, c.snapshots, err = c.present(ctx, c.target, subjects); err != nil {
		return err
	}
	f := comity.CoApiProvisionerTarget
	switch {
	case c.to.Settings == nil:
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d cannot be asked: it has no CoApiProvisionerTarget", c.target.Id)
	case c.to.ServerType != comity.ServerHTTP:
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d cannot be asked: only HTTP servers are", c.target.Id)
	case !c.to.Settings.Bool(f.AnswersGet):
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d does not say that its endpoint answers GET: set AnswersGet", c.target.Id)
	case !c.to.IncludesGroups() && slices.ContainsFunc(subjects, func(s store.SubjectStatus) bool { return s.Subject.Kind == comity.KindGroup }):
		return comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d is not told about groups: set IncludeGroups", c.target.Id)
	}
	known := map[comity.Subject][]string{}
	for _, s := range subjects {
		known[s.Subject] = slices.DeleteFunc(append([]string{s.ProvisionedAs.Identifier}, s.ProvisionedAs.Obsolete...), func(s string) bool { return s == "" })
	}
	c.held, err = c.source.Identifiers(ctx, c.to, known)
	return err
}

// all compares the subjects of a page side by side, up to where the target was given up.
func (c *comparison) all(ctx context.Context, subjects []store.SubjectStatus) ([]Verified, error) {
	width := c.Width
	if n := c.to.Settings.Int(comity.CoApiProvisionerTarget.Workers); n > 0 {
		width = int(n)
	}
	found := make([]Verified, len(subjects))
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

// one compares what the target holds of a subject.
func (c *comparison) one(ctx context.Context, s store.SubjectStatus, snapshot comity.Snapshot) (Verified, error) {
	v := Verified{Subject: s.Subject, Waiting: !s.Due.IsZero()}
	if v.Waiting {
		return v, nil
	}
	var err error
	if v.Findings, v.Problem, err = c.look(ctx, s, snapshot); err != nil || len(v.Findings) == 0 {
		return v, err
	}
	if v.Waiting, err = c.moved(ctx, s); err != nil || v.Waiting {
		v.Findings = nil
		return v, err
	}
	repairable := slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.Kind != Unreadable })
	if !c.repair || !repairable {
		return v, nil
	}
	return c.repaired(ctx, v, s)
}

// moved says that something is, or was, told about a subject since it was read.
func (c *comparison) moved(ctx context.Context, was store.SubjectStatus) (moved bool, err error) {
	err = c.store.Read(ctx, func(tx *store.Tx) error {
		is, _, err := tx.SubjectStatus(ctx, c.target.Id, was.Subject)
		moved = !is.Due.IsZero() || is.Sequence != was.Sequence
		return err
	})
	return moved, err
}

// look asks the target what it holds of a subject.
func (c *comparison) look(ctx context.Context, s store.SubjectStatus, snapshot comity.Snapshot) (findings []Finding, problem string, err error) {
	messages, identifiers, cannot := c.sender.Messages(c.to, snapshot, comity.ProvisionedAs{})
	if errors.Is(cannot, comity.ErrNotConfigured) {
		return nil, "", comity.RefuseBecause(comity.PhraseForbidden, "Provisioning target %d cannot be asked: %v", c.target.Id, cannot)
	}
	if cannot != nil {
		problem = cannot.Error()
	}
	asked := slices.Clone(identifiers)
	for _, former := range c.held[s.Subject] {
		same := func(other string) bool { return store.Fold(other) == store.Fold(former) }
		if !slices.ContainsFunc(asked, same) {
			asked = append(asked, former)
		}
	}
	for i, one := range asked {
		var should []byte
		if i < len(identifiers) {
			should = messages[i].Body
		}
		holding := c.sender.Get(ctx, c.to, s.Subject, one)
		c.heard(holding)
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

// heard gives a target up that leaves everything without an answer.
func (c *comparison) heard(h comity.Holding) {
	if h.Answered {
		c.silent.Store(0)
	} else if c.silent.Add(1) >= maxSilent {
		c.gaveUp.CompareAndSwap(nil, &h.Unreadable)
	}
}

// compareHolding is what there is to find where a target holds something of an identifier and should
// hold that, nil for nothing. Members that the target added to objects are its own.
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
