package provisioning

import (
	"context"
	"errors"
	"slices"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// repaired delivers a subject to the target by the queue, as every change is, and reads again what the
// target holds.
func (c *comparison) repaired(ctx context.Context, v SubjectDrift, s queue.SubjectStatus) (SubjectDrift, error) {
	if enqueued, err := c.enqueueDeletes(ctx, v, s); err != nil || !enqueued {
		v.Waiting, v.Findings = err == nil, nil
		return v, err
	}
	result, err := c.deliver(ctx, c.target, s.Subject)
	var undelivered *comity.Error
	switch {
	case errors.As(err, &undelivered) && undelivered.Code == comity.Undelivered:
		v.Repair, v.Answer = NotRepaired, undelivered.Detail
	case err != nil:
		return v, err
	case result == Queued:
		v.Repair = RepairQueued
		return v, nil
	}
	again := &comparison{Service: c.Service, target: c.target}
	subjects, _, err := c.subjects(ctx, c.target, Span{One: s.Subject})
	if err == nil {
		err = again.read(ctx, subjects)
	}
	if err != nil {
		return v, err
	}
	left, _, err := again.inspect(ctx, subjects[0], again.snapshots[0])
	if err != nil {
		return v, err
	}
	switch {
	case len(left) == 0:
		v.Repair, v.Answer = Repaired, ""
	case v.Repair == "":
		v.Repair, v.Answer = NotRepaired, "the target accepted the message, and still holds something else"
	}
	return v, nil
}

// enqueueDeletes enqueues the deletion of the surplus identifiers that are not among those last sent. It
// returns false where another delivery of the subject is pending or in flight.
func (c *comparison) enqueueDeletes(ctx context.Context, v SubjectDrift, s queue.SubjectStatus) (enqueued bool, err error) {
	var surplus []string
	for _, f := range v.Findings {
		if f.Kind == Surplus && f.Identifier != s.ProvisionedAs.Identifier && !slices.Contains(s.ProvisionedAs.Obsolete, f.Identifier) {
			surplus = append(surplus, f.Identifier)
		}
	}
	if len(surplus) == 0 {
		return true, nil
	}
	err = c.store.Write(ctx, func(tx *db.Tx) error {
		enqueued, err = queue.AddObsolete(ctx, tx, c.target.Id, c.target.CoId, s, surplus)
		return err
	})
	return enqueued, err
}
