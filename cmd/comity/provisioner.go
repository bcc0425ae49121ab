package main

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/outbox"
	"comity/internal/registry"
)

// localProvisioner sends people and groups to targets. It is the control.Provisioner on an outbox of this process.
type localProvisioner struct {
	registry *registry.Registry
	queue    *outbox.Outbox
}

// byOperator is the actor that the commands act as.
var byOperator = authz.System("operator")

// Provision sends a target one subject; queued says that the delivery is enqueued and follows soon.
func (t localProvisioner) Provision(ctx context.Context, target int64, subject comity.Subject) (queued bool, err error) {
	kind := comity.CoPerson.Resource
	if subject.Kind == comity.KindGroup {
		kind = comity.CoGroup.Resource
	}
	found, err := t.registry.Subject(ctx, byOperator, target, kind, subject.Id)
	switch {
	case err != nil:
		return false, err
	case found.Deliver == nil:
		return false, fmt.Errorf("provisioning target %d does not receive groups: set IncludeGroups", target)
	}
	return t.queue.Provision(ctx, found.Target, *found.Deliver)
}

// StartFullSync starts a full sync, or continues one that was stopped.
func (t localProvisioner) StartFullSync(ctx context.Context, target int64, run outbox.Run) error {
	rec, err := t.registry.Target(ctx, byOperator, authz.Edit, target)
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

// StopFullSync stops the full sync.
func (t localProvisioner) StopFullSync(ctx context.Context, target int64) error {
	_, _, err := t.queue.StopAll(ctx, target)
	return err
}

// Status returns the counts, the breaker and the full sync of a target.
func (t localProvisioner) Status(ctx context.Context, target int64) (outbox.Status, error) {
	return t.queue.Status(ctx, target)
}

// FullSyncStart returns the subject that a full sync would begin after, the zero Subject for the beginning.
func (t localProvisioner) FullSyncStart(ctx context.Context, target int64, anew bool) (comity.Subject, error) {
	return t.queue.Begin(ctx, target, anew)
}

// Plan returns what would be sent about a span of subjects, and the subject that the next span begins after, the
// zero Subject after the last.
func (t localProvisioner) Plan(ctx context.Context, target int64, span outbox.Span, onlyChanged bool) (plan []outbox.Planned, next comity.Subject, err error) {
	rec, err := t.target(ctx, target, span)
	if err == nil {
		err = refuseDisabled(rec)
	}
	if err != nil {
		return nil, comity.Subject{}, err
	}
	return t.queue.Plan(ctx, rec, span, onlyChanged)
}

// CheckDeletes returns an error if a full sync would delete more than maxDeletes percent of the people whom the
// target holds.
func (t localProvisioner) CheckDeletes(ctx context.Context, target, maxDeletes int64) error {
	return t.queue.CheckDeletes(ctx, target, maxDeletes)
}

// Verify compares what a target holds of a span of subjects with what it should hold.
func (t localProvisioner) Verify(ctx context.Context, target int64, look outbox.Look) (v outbox.Verification, err error) {
	rec, err := t.target(ctx, target, look.Span)
	if err != nil {
		return v, err
	}
	return t.queue.Verify(ctx, rec, look)
}

// target returns a target. The error is a refusal unless its CO has, or had, the subject of the span.
func (t localProvisioner) target(ctx context.Context, target int64, span outbox.Span) (*comity.Record, error) {
	rec, err := t.registry.Target(ctx, byOperator, authz.View, target)
	if err == nil && span.One != (comity.Subject{}) {
		err = t.registry.Had(ctx, rec, span.One)
	}
	return rec, err
}
