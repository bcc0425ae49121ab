package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity"
	"comity/internal/store"
)

// Provision tells a target about one person at once, or in a queue mode soon: then queued is true.
// When the endpoint does not take the message the error is Undelivered and says what it answered;
// the delivery is noted and, in a mode that retries, tried again.
func (o *Outbox) Provision(ctx context.Context, target *comity.Record, person int64) (queued bool, err error) {
	mode := target.Text(comity.CoProvisioningTarget.Status)
	if mode == comity.ModeQueue {
		err := o.store.Write(ctx, func(tx *store.Tx) error { return tx.Queue(ctx, target.Id, person, target.CoId) })
		if err != nil {
			return false, fmt.Errorf("queue person %d for target %d: %w", person, target.Id, err)
		}
		o.Wake()
		return true, nil
	}
	// What was begun is finished, whether or not the caller waits for it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Limit)
	defer cancel()
	start := time.Now()
	claimed, err := o.claimOne(ctx, target, person)
	if err != nil {
		return false, err
	}
	out, err := o.deliverOne(ctx, target, claimed, start)
	if err != nil {
		return false, err
	}
	o.Wake()
	if !out.OK {
		return false, &comity.Error{Code: comity.Undelivered, Phrase: "Provisioning Failed", Detail: out.Answer}
	}
	return false, nil
}

// claimPause is the time between two tries to claim what somebody else holds.
const claimPause = 20 * time.Millisecond

func (o *Outbox) claimOne(ctx context.Context, target *comity.Record, person int64) (d store.Delivery, err error) {
	for waited := false; ; waited = true {
		got := false
		err := o.store.Write(ctx, func(tx *store.Tx) error {
			d, got, err = tx.ClaimOne(ctx, target.Id, person, target.CoId, o.Lease)
			return err
		})
		switch {
		case errors.Is(err, store.ErrConflict):
			// The target was deleted since the caller read it.
			return d, comity.Missing(comity.CoProvisioningTarget.UnknownOnDelete)
		case err != nil && (!waited || ctx.Err() == nil):
			return d, fmt.Errorf("claim person %d for target %d: %w", person, target.Id, err)
		case err == nil && got:
			return d, nil
		}
		select {
		case <-time.After(claimPause):
		case <-ctx.Done():
			return d, &comity.Error{Code: comity.Undelivered, Phrase: "Provisioning Failed", Detail: "another message about this person is still under way"}
		}
	}
}

func (o *Outbox) deliverOne(ctx context.Context, target *comity.Record, d store.Delivery, start time.Time) (store.Outcome, error) {
	writing := context.WithoutCancel(ctx)
	destination, snapshots, err := o.source.Snapshots(writing, target.Id, []int64{d.PersonId})
	var jobs []job
	if err == nil {
		jobs, err = o.jobs(writing, []store.Delivery{d}, destination, snapshots, start.Add(o.Limit))
	}
	var out store.Outcome
	if err != nil {
		out = failed(d)
	} else {
		out = o.deliver(ctx, jobs[0])
		o.Observe(target.Id, out.OK, time.Since(start))
	}
	out = final(target, []store.Outcome{out})[0]
	noted := o.store.Write(writing, func(tx *store.Tx) error {
		if out.OK {
			if err := tx.Succeed(writing, target.Id); err != nil {
				return err
			}
		}
		return tx.Finish(writing, []store.Outcome{out})
	})
	if err == nil {
		err = noted
	}
	if err != nil {
		return out, fmt.Errorf("provision person %d to target %d: %w", d.PersonId, target.Id, err)
	}
	return out, nil
}
