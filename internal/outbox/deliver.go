package outbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/queue"
)

// internalFailure is the recorded answer of a failure of the registry itself; the log has the details.
// Such a delivery is retried after longestOurs at the latest.
const (
	internalFailure = "an error of the registry itself: see its log"
	longestOurs     = time.Minute
)

// job is one claimed delivery with the plan that brings the target up to date.
type job struct {
	queue.Delivery
	destination comity.Destination
	plan        comity.Plan
	deadline    time.Time
}

// jobs plans claimed deliveries. It stores the identifiers that the target will hold before anything is sent,
// since a message may arrive although this instance never gets the answer.
func (o *Outbox) jobs(ctx context.Context, claimed []queue.Delivery, to comity.Destination, snapshots []comity.Snapshot, deadline time.Time) ([]job, error) {
	jobs := make([]job, len(claimed))
	var news []queue.Delivery
	for i, d := range claimed {
		plan := o.connector.Plan(to, snapshots[i], d.SubjectState)
		if next := knownAs(d.ProvisionedAs, plan.Identifiers); !same(next, d.ProvisionedAs) {
			d.ProvisionedAs = next
			news = append(news, d)
		}
		if d.OnlyChanged {
			var err error
			if plan.Operations, err = Unsent(d.Sent, plan.Operations); err != nil {
				return nil, err
			}
		}
		for n := range plan.Operations {
			op := &plan.Operations[n]
			op.Id, op.Sequence = messageID(d, *op), d.Sequence
		}
		jobs[i] = job{d, to, plan, deadline}
	}
	if len(news) == 0 {
		return jobs, nil
	}
	return jobs, o.store.Write(ctx, func(tx *db.Tx) error { return queue.SetProvisionedAs(ctx, tx, news) })
}

// deliver applies a job's operations and returns the outcome.
func (o *Outbox) deliver(ctx context.Context, j job) queue.Outcome {
	out := queue.Outcome{Delivery: j.Delivery}
	operations := j.plan.Operations
	for i, op := range operations {
		var answer comity.Answer
		answer, out.Own = o.connector.Apply(ctx, j.destination, op, out.Own)
		if !answer.OK {
			out.Down, out.Alive = !answer.Refused, answer.Refused
			return retry(out, j.destination, answer)
		}
		out.Alive = true
		if op.Delete {
			out.ProvisionedAs = withoutDeleted(out.ProvisionedAs, op.Identifier)
			out.Deleted = append(out.Deleted, op.Identifier)
			if out.ProvisionedAs.Identifier == "" {
				out.Changed, out.Holds = true, nil
			}
			continue
		}
		// Of a group in several pages the target holds no complete message before the last page.
		out.Changed, out.Holds = true, nil
		if i+1 == len(operations) || operations[i+1].Delete {
			out.Holds = pack(operations[0])
		}
	}
	if errors.Is(j.plan.Problem, comity.ErrNoIdentifier) {
		// There is nothing to send, and a retry would not change that.
		out.DeadLetter, out.LeftOut, out.Answer = true, true, j.plan.Problem.Error()
		out.Attempts, out.Refusals = 0, 0
		return out
	}
	if j.plan.Problem != nil {
		// A delivery is dead-lettered if the problem is the subject's, and retried if it is the target's.
		out.Down = errors.Is(j.plan.Problem, comity.ErrNotConfigured)
		out = retry(out, j.destination, comity.Answer{Text: j.plan.Problem.Error()})
		out.DeadLetter = out.DeadLetter || !out.Down
		return out
	}
	out.OK, out.Answer = true, "OK"
	return out
}

// knownAs returns the identifiers that the target may hold once it is sent the subject under identifiers.
func knownAs(last comity.ProvisionedAs, identifiers []string) comity.ProvisionedAs {
	if len(identifiers) == 0 {
		return last
	}
	next := comity.ProvisionedAs{Identifier: identifiers[0]}
	for _, s := range slices.Concat(last.Obsolete, []string{last.Identifier}, identifiers) {
		if s != "" && s != next.Identifier && !slices.Contains(next.Obsolete, s) {
			next.Obsolete = append(next.Obsolete, s)
		}
	}
	return next
}

func same(a, b comity.ProvisionedAs) bool {
	return a.Identifier == b.Identifier && slices.Equal(a.Obsolete, b.Obsolete)
}

// withoutDeleted returns the identifiers that the target may still have once it has deleted one.
func withoutDeleted(last comity.ProvisionedAs, identifier string) comity.ProvisionedAs {
	if last.Identifier == identifier {
		last.Identifier = ""
	}
	last.Obsolete = slices.DeleteFunc(slices.Clone(last.Obsolete), func(s string) bool { return s == identifier })
	return last
}

// failed returns the outcome of a delivery that failed inside the registry.
func failed(d queue.Delivery) queue.Outcome {
	d.Attempts++
	return queue.Outcome{Delivery: d, Answer: internalFailure, Reason: internalFailure, Wait: backoff(d.Attempts, longestOurs, 0)}
}

// retry returns the outcome of a failed message: one that the endpoint refuses is retried MaxRetry times
// and dead-lettered then, every other is retried until it is delivered.
func retry(out queue.Outcome, to comity.Destination, answer comity.Answer) queue.Outcome {
	f := comity.CoProvisioningTarget
	out.Attempts++
	if answer.Refused {
		out.Refusals++
	}
	longest := time.Duration(to.Target.Int(f.RetryInterval)) * time.Second
	out.Answer, out.Reason = answer.Text, reason(answer)
	out.DeadLetter = out.Refusals > to.Target.Int(f.MaxRetry)
	out.Wait = backoff(out.Attempts, longest, answer.RetryAfter)
	return out
}

// backoff returns the wait before the next try: 1, 2, 4 … seconds with a jitter of 20 %, or asked, the
// endpoint's Retry-After, if that is longer; at most longest.
func backoff(attempts int64, longest, asked time.Duration) time.Duration {
	wait := longest
	if attempts < 30 {
		wait = min(longest, time.Second<<(attempts-1))
	}
	jitter := time.Duration((rand.Float64() - 0.5) * 0.4 * float64(wait))
	return min(longest, max(wait+jitter, asked))
}
