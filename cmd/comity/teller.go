package main

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/access"
	"comity/internal/outbox"
	"comity/internal/registry"
)

// teller tells targets about people: the outbox, or a running server that has the file.
type teller interface {
	// tellOne tells about one person; queued says that it will be, soon.
	tellOne(ctx context.Context, target, person int64) (queued bool, err error)
	// tellAll begins to tell about everybody, or goes on.
	tellAll(ctx context.Context, target int64, run outbox.Run) error
	// stopAll stops that.
	stopAll(ctx context.Context, target int64) error
	// told says how a target does.
	told(ctx context.Context, target int64) (outbox.Status, error)
	// begin says after whom telling about everybody would begin.
	begin(ctx context.Context, target int64, anew bool) (after int64, err error)
	// plan says what would be sent about a span of people, and where the next begins, 0 for nowhere.
	plan(ctx context.Context, target int64, span outbox.Span, onlyChanged bool) (plan []outbox.Planned, next int64, err error)
	// checkDeletes refuses to tell about everybody if that would delete too many.
	checkDeletes(ctx context.Context, target, most int64) error
	// verify compares what a target holds with what it should.
	verify(ctx context.Context, target int64, look outbox.Look) (outbox.Verification, error)
}

// localTeller tells by an outbox of this process.
type localTeller struct {
	registry *registry.Registry
	queue    *outbox.Outbox
}

// byOperator is who gives the orders of a command.
var byOperator = access.System("operator")

func (t localTeller) tellOne(ctx context.Context, target, person int64) (bool, error) {
	subject, err := t.registry.Subject(ctx, byOperator, target, comity.CoPerson.Resource, person)
	if err != nil {
		return false, err
	}
	return t.queue.Provision(ctx, subject.Target, person)
}

func (t localTeller) tellAll(ctx context.Context, target int64, run outbox.Run) error {
	rec, err := t.registry.Target(ctx, byOperator, access.Edit, target)
	if err != nil {
		return err
	}
	if err := refuseDisabled(rec); err != nil {
		return err
	}
	_, err = t.queue.ProvisionAll(ctx, rec, run)
	return err
}

func refuseDisabled(target *comity.Record) error {
	if target.Text(comity.CoProvisioningTarget.Status) == comity.ModeDisabled {
		return fmt.Errorf("provisioning target %d is disabled: set its Status to another mode first", target.Id)
	}
	return nil
}

func (t localTeller) stopAll(ctx context.Context, target int64) error {
	_, _, err := t.queue.StopAll(ctx, target)
	return err
}

func (t localTeller) told(ctx context.Context, target int64) (outbox.Status, error) {
	return t.queue.Status(ctx, target)
}

func (t localTeller) begin(ctx context.Context, target int64, anew bool) (int64, error) {
	return t.queue.Begin(ctx, target, anew)
}

func (t localTeller) plan(ctx context.Context, target int64, span outbox.Span, onlyChanged bool) ([]outbox.Planned, int64, error) {
	rec, err := t.target(ctx, target, span)
	if err == nil {
		err = refuseDisabled(rec)
	}
	if err != nil {
		return nil, 0, err
	}
	return t.queue.Plan(ctx, rec, span, onlyChanged)
}

func (t localTeller) checkDeletes(ctx context.Context, target, most int64) error {
	return t.queue.CheckDeletes(ctx, target, most)
}

func (t localTeller) verify(ctx context.Context, target int64, look outbox.Look) (v outbox.Verification, err error) {
	rec, err := t.target(ctx, target, look.Span)
	if err != nil {
		return v, err
	}
	return t.queue.Verify(ctx, rec, look)
}

// target is a target whose CO has, or had, whom a span is about.
func (t localTeller) target(ctx context.Context, target int64, span outbox.Span) (*comity.Record, error) {
	rec, err := t.registry.Target(ctx, byOperator, access.View, target)
	if err == nil && span.Person != 0 {
		err = t.registry.HadPerson(ctx, rec, span.Person)
	}
	return rec, err
}
