package main

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/access"
	"comity/internal/outbox"
	"comity/internal/registry"
)

// teller tells targets about people and groups: the outbox, or a running server that has the file.
type provisioner interface {
	// tellOne tells about one subject; queued says that it will be, soon.
	provisionOne(ctx context.Context, target int64, subject comity.Subject) (queued bool, err error)
	// tellAll begins to tell about everybody, or goes on.
	provisionAll(ctx context.Context, target int64, run outbox.Run) error
	// stopAll stops that.
	stopAll(ctx context.Context, target int64) error
	// told says how a target does.
	provisioned(ctx context.Context, target int64) (outbox.Status, error)
	// begin says after whom or what telling about everybody would begin.
	begin(ctx context.Context, target int64, anew bool) (after comity.Subject, err error)
	// plan says what would be sent about a span of subjects, and where the next begins, the zero one for nowhere.
	plan(ctx context.Context, target int64, span outbox.Span, onlyChanged bool) (plan []outbox.Planned, next comity.Subject, err error)
	// checkDeletes refuses to tell about everybody if that would delete too many.
	checkDeletes(ctx context.Context, target, most int64) error
	// verify compares what a target holds with what it should.
	verify(ctx context.Context, target int64, look outbox.Look) (outbox.Verification, error)
}

// localTeller tells by an outbox of this process.
type localProvisioner struct {
	registry *registry.Registry
	queue    *outbox.Outbox
}

// byOperator is who gives the orders of a command.
var byOperator = access.System("operator")

func (t localProvisioner) provisionOne(ctx context.Context, target int64, subject comity.Subject) (bool, error) {
	kind := comity.CoPerson.Resource
	if subject.Kind == comity.KindGroup {
		kind = comity.CoGroup.Resource
	}
	found, err := t.registry.Subject(ctx, byOperator, target, kind, subject.Id)
	switch {
	case err != nil:
		return false, err
	case found.ProvisionedAs == nil:
		return false, fmt.Errorf("provisioning target %d is not told about groups: set IncludeGroups", target)
	}
	return t.queue.Provision(ctx, found.Target, *found.ProvisionedAs)
}

func (t localProvisioner) provisionAll(ctx context.Context, target int64, run outbox.Run) error {
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

func (t localProvisioner) stopAll(ctx context.Context, target int64) error {
	_, _, err := t.queue.StopAll(ctx, target)
	return err
}

func (t localProvisioner) provisioned(ctx context.Context, target int64) (outbox.Status, error) {
	return t.queue.Status(ctx, target)
}

func (t localProvisioner) begin(ctx context.Context, target int64, anew bool) (comity.Subject, error) {
	return t.queue.Begin(ctx, target, anew)
}

func (t localProvisioner) plan(ctx context.Context, target int64, span outbox.Span, onlyChanged bool) ([]outbox.Planned, comity.Subject, error) {
	rec, err := t.target(ctx, target, span)
	if err == nil {
		err = refuseDisabled(rec)
	}
	if err != nil {
		return nil, comity.Subject{}, err
	}
	return t.queue.Plan(ctx, rec, span, onlyChanged)
}

func (t localProvisioner) checkDeletes(ctx context.Context, target, most int64) error {
	return t.queue.CheckDeletes(ctx, target, most)
}

func (t localProvisioner) verify(ctx context.Context, target int64, look outbox.Look) (v outbox.Verification, err error) {
	rec, err := t.target(ctx, target, look.Span)
	if err != nil {
		return v, err
	}
	return t.queue.Verify(ctx, rec, look)
}

// target is a target whose CO has, or had, what a span is about.
func (t localProvisioner) target(ctx context.Context, target int64, span outbox.Span) (*comity.Record, error) {
	rec, err := t.registry.Target(ctx, byOperator, access.View, target)
	if err == nil && span.One != (comity.Subject{}) {
		err = t.registry.Had(ctx, rec, span.One)
	}
	return rec, err
}
