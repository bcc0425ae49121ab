package main

import (
	"context"
	"fmt"

	"comity"
	"comity/internal/authz"
	"comity/internal/provisioning"
)

// localProvisioner is the control.Provisioner of this process.
type localProvisioner struct{ service *provisioning.Service }

// byOperator is the actor that the commands act as.
var byOperator = authz.System("operator")

// Provision sends a target one subject; queued says that the delivery is enqueued and follows soon.
func (t localProvisioner) Provision(ctx context.Context, target int64, subject comity.Subject) (queued bool, err error) {
	kind := comity.CoPerson.Resource
	if subject.Kind == comity.KindGroup {
		kind = comity.CoGroup.Resource
	}
	result, err := t.service.Provision(ctx, byOperator, target, kind, subject.Id)
	if err == nil && result == provisioning.NotReceived {
		err = fmt.Errorf("provisioning target %d does not receive groups: set IncludeGroups", target)
	}
	return result == provisioning.Queued, err
}

// StartFullSync starts a full sync, or continues one that was stopped.
func (t localProvisioner) StartFullSync(ctx context.Context, target int64, o provisioning.FullSyncOptions) error {
	_, err := t.service.StartFullSync(ctx, byOperator, target, o)
	return err
}

// StopFullSync stops the full sync.
func (t localProvisioner) StopFullSync(ctx context.Context, target int64) error {
	_, _, err := t.service.StopFullSync(ctx, byOperator, target)
	return err
}

// Status returns the counts, the breaker and the full sync of a target.
func (t localProvisioner) Status(ctx context.Context, target int64) (provisioning.Status, error) {
	return t.service.Status(ctx, byOperator, target)
}

// FullSyncStart returns the subject that a full sync would begin after, the zero Subject for the beginning.
func (t localProvisioner) FullSyncStart(ctx context.Context, target int64, anew bool) (comity.Subject, error) {
	return t.service.FullSyncStart(ctx, byOperator, target, anew)
}

// Plan returns what would be sent about a span of subjects, and the subject that the next span begins after, the
// zero Subject after the last.
func (t localProvisioner) Plan(ctx context.Context, target int64, span provisioning.Span, onlyChanged bool) (plan []provisioning.SubjectPlan, next comity.Subject, err error) {
	return t.service.Plan(ctx, byOperator, target, span, onlyChanged)
}

// CheckDeletes returns an error if a full sync would delete more than maxDeletes percent of the people whom the
// target holds.
func (t localProvisioner) CheckDeletes(ctx context.Context, target, maxDeletes int64) error {
	return t.service.CheckDeletes(ctx, byOperator, target, maxDeletes)
}

// Verify compares what a target holds of a span of subjects with what it should hold.
func (t localProvisioner) Verify(ctx context.Context, target int64, o provisioning.VerifyOptions) (provisioning.Verification, error) {
	return t.service.Verify(ctx, byOperator, target, o)
}
