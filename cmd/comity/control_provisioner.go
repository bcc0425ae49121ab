package main

import (
	"context"

	"comity"
	"comity/internal/outbox"
)

func (o *controlRequest) span() outbox.Span { return outbox.Span{One: o.Subject, After: o.After} }

func (c *control) provisionOne(ctx context.Context, target int64, subject comity.Subject) (bool, error) {
	a, err := c.ask(ctx, controlRequest{Verb: "provision one", TargetId: target, Subject: subject})
	return a.Queued, err
}

func (c *control) provisionAll(ctx context.Context, target int64, run outbox.Run) error {
	_, err := c.ask(ctx, controlRequest{Verb: "full sync", TargetId: target, OnlyChanged: run.OnlyChanged, Anew: run.Anew, MaxDeletes: run.MaxDeletes})
	return err
}

func (c *control) stopAll(ctx context.Context, target int64) error {
	_, err := c.ask(ctx, controlRequest{Verb: "stop full sync", TargetId: target})
	return err
}

func (c *control) status(ctx context.Context, target int64) (outbox.Status, error) {
	a, err := c.ask(ctx, controlRequest{Verb: "status", TargetId: target})
	return a.Status, err
}

func (c *control) begin(ctx context.Context, target int64, anew bool) (comity.Subject, error) {
	a, err := c.ask(ctx, controlRequest{Verb: "begin", TargetId: target, Anew: anew})
	return a.After, err
}

func (c *control) plan(ctx context.Context, target int64, span outbox.Span, onlyChanged bool) ([]outbox.Planned, comity.Subject, error) {
	a, err := c.ask(ctx, controlRequest{Verb: "plan", TargetId: target, Subject: span.One, After: span.After, OnlyChanged: onlyChanged})
	return a.Plan, a.After, err
}

func (c *control) checkDeletes(ctx context.Context, target, most int64) error {
	_, err := c.ask(ctx, controlRequest{Verb: "check deletes", TargetId: target, MaxDeletes: most})
	return err
}

func (c *control) verify(ctx context.Context, target int64, look outbox.Look) (outbox.Verification, error) {
	a, err := c.wait(ctx, controlRequest{
		Verb: "verify", TargetId: target, Subject: look.One, After: look.After, Repair: look.Repair, MaxDeletes: look.MaxDeletes,
	})
	return a.Found, err
}
