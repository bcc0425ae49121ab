package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// DeliverNow delivers one subject to a target before it returns. When the endpoint does not accept the message
// the error is Undelivered with its answer; the failed delivery is stored and, in a mode that retries, retried.
func (o *Outbox) DeliverNow(ctx context.Context, target *comity.Record, subject comity.Subject) error {
	// The delivery is finished even if the caller is gone. But when the request's own time limit ends,
	// it is cancelled, so that the caller still gets an answer.
	asked := ctx
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(asked, func() {
		if comity.CodeOf(context.Cause(asked)) == comity.NotNow {
			cancel()
		}
	})()
	claimed, start, err := o.claimOne(ctx, target, subject)
	if err != nil {
		return err
	}
	out, err := o.deliverOne(ctx, target, claimed, start)
	if err != nil {
		return err
	}
	o.Wake()
	if !out.OK {
		return &comity.Error{Code: comity.Undelivered, Phrase: comity.PhraseUndelivered, Detail: out.Answer}
	}
	return nil
}

// claimPause is the time between two tries to claim a delivery that another worker holds.
const claimPause = 20 * time.Millisecond

// claimOne claims the delivery of a subject; start is the time from which its limit counts. If another
// worker holds the delivery it waits, longer than a message may take, so that an abandoned claim is
// released in the meantime.
func (o *Outbox) claimOne(ctx context.Context, target *comity.Record, subject comity.Subject) (d queue.Delivery, start time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, o.watchTerm()+3*o.Poll)
	defer cancel()
	noun := "person"
	if subject.Kind == comity.KindGroup {
		noun = "group"
	}
	for waited := false; ; waited = true {
		got := false
		start = time.Now()
		err := o.store.Write(ctx, func(tx *db.Tx) error {
			d, got, err = queue.ClaimOne(ctx, tx, target.Id, subject, target.CoId, o.claimTerm())
			return err
		})
		switch {
		case errors.Is(err, db.ErrConflict):
			// The target was deleted since the caller read it.
			return d, start, comity.Missing(comity.CoProvisioningTarget.UnknownOnDelete)
		case err != nil && (!waited || ctx.Err() == nil):
			return d, start, fmt.Errorf("claim %v for target %d: %w", subject, target.Id, err)
		case err == nil && got:
			return d, start, nil
		}
		if err := o.releaseAbandoned(ctx); err != nil && ctx.Err() == nil {
			return d, start, fmt.Errorf("claim %v for target %d: %w", subject, target.Id, err)
		}
		select {
		case <-time.After(claimPause):
		case <-ctx.Done():
			return d, start, &comity.Error{Code: comity.Undelivered, Phrase: comity.PhraseUndelivered, Detail: fmt.Sprintf("another message about this %s is still under way", noun)}
		}
	}
}

func (o *Outbox) deliverOne(ctx context.Context, target *comity.Record, d queue.Delivery, start time.Time) (queue.Outcome, error) {
	writing := context.WithoutCancel(ctx)
	destination, snapshots, err := o.source.Read(writing, target.Id, []comity.Subject{d.Subject})
	var jobs []job
	if err == nil {
		jobs, err = o.jobs(writing, []queue.Delivery{d}, destination, snapshots, start.Add(o.Limit))
	}
	var out queue.Outcome
	if err != nil {
		out = failed(d)
	} else {
		ctx, cancel := context.WithDeadline(ctx, jobs[0].deadline)
		defer cancel()
		out = o.deliver(ctx, jobs[0])
		if len(jobs[0].plan.Operations) > 0 || !out.LeftOut {
			o.Observe(target.Id, out.OK || out.LeftOut, time.Since(start))
		}
	}
	out = final(target, []queue.Outcome{out})[0]
	noted := o.store.Write(writing, func(tx *db.Tx) error {
		if err := queue.Finish(writing, tx, []queue.Outcome{out}); err != nil || !out.OK {
			return err
		}
		return queue.Succeed(writing, tx, target.Id)
	})
	if err == nil {
		err = noted
	}
	if err != nil {
		return out, fmt.Errorf("provision %v to target %d: %w", d.Subject, target.Id, err)
	}
	return out, nil
}
