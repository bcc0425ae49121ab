package main

import (
	"context"

	"comity/internal/outbox"
)

func (o *order) span() outbox.Span { return outbox.Span{Person: o.PersonId, After: o.AfterId} }

func (c *control) tellOne(ctx context.Context, target, person int64) (bool, error) {
	a, err := c.ask(ctx, order{Verb: "tell one", TargetId: target, PersonId: person})
	return a.Queued, err
}

func (c *control) tellAll(ctx context.Context, target int64, run outbox.Run) error {
	_, err := c.ask(ctx, order{Verb: "tell all", TargetId: target, OnlyChanged: run.OnlyChanged, Anew: run.Anew, MaxDeletes: run.MaxDeletes})
	return err
}

func (c *control) stopAll(ctx context.Context, target int64) error {
	_, err := c.ask(ctx, order{Verb: "stop all", TargetId: target})
	return err
}

func (c *control) told(ctx context.Context, target int64) (outbox.Status, error) {
	a, err := c.ask(ctx, order{Verb: "told", TargetId: target})
	return a.Status, err
}

func (c *control) begin(ctx context.Context, target int64, anew bool) (int64, error) {
	a, err := c.ask(ctx, order{Verb: "begin", TargetId: target, Anew: anew})
	return a.AfterId, err
}

func (c *control) plan(ctx context.Context, target int64, span outbox.Span, onlyChanged bool) ([]outbox.Planned, int64, error) {
	a, err := c.ask(ctx, order{Verb: "plan", TargetId: target, PersonId: span.Person, AfterId: span.After, OnlyChanged: onlyChanged})
	return a.Plan, a.AfterId, err
}

func (c *control) checkDeletes(ctx context.Context, target, most int64) error {
	_, err := c.ask(ctx, order{Verb: "check deletes", TargetId: target, MaxDeletes: most})
	return err
}

func (c *control) verify(ctx context.Context, target int64, look outbox.Look) (outbox.Verification, error) {
	a, err := c.wait(ctx, order{
		Verb: "verify", TargetId: target, PersonId: look.Person, AfterId: look.After, Mend: look.Mend, MaxDeletes: look.MaxDeletes,
	})
	return a.Found, err
}
