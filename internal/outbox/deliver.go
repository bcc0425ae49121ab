package outbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"comity"
	"comity/internal/store"
)

// internalFailure is what is recorded when the fault is ours; the log says more. It is tried again
// after longestOurs at the latest.
const (
	internalFailure = "an error of the registry itself: see its log"
	longestOurs     = time.Minute
)

// job is one claimed delivery with the messages that bring the target up to date.
type job struct {
	store.Delivery
	destination comity.Destination
	messages    []comity.Message
	// problem is why they are not all the messages that there should be.
	problem  error
	deadline time.Time
}

// jobs makes claimed deliveries ready to be sent. What the target may know once they are is noted
// before, for a message may arrive of which this instance never hears again.
func (o *Outbox) jobs(ctx context.Context, claimed []store.Delivery, to comity.Destination, snapshots []comity.Snapshot, deadline time.Time) ([]job, error) {
	jobs := make([]job, len(claimed))
	var news []store.Delivery
	for i, d := range claimed {
		messages, identifiers, problem := o.sender.Messages(to, snapshots[i], d.ProvisionedAs)
		if known := knownAs(d.ProvisionedAs, identifiers); !same(known, d.ProvisionedAs) {
			d.ProvisionedAs = known
			news = append(news, d)
		}
		if d.OnlyChanged {
			var err error
			if messages, err = unsent(d.Sent, messages); err != nil {
				return nil, err
			}
		}
		for n := range messages {
			messages[n].Id = messageID(d, messages[n])
		}
		jobs[i] = job{d, to, messages, problem, deadline}
	}
	if len(news) == 0 {
		return jobs, nil
	}
	return jobs, o.store.Write(ctx, func(tx *store.Tx) error { return tx.SetProvisionedAs(ctx, news) })
}

// deliver sends a job's messages and says what became of them.
func (o *Outbox) deliver(ctx context.Context, j job) store.Outcome {
	out := store.Outcome{Delivery: j.Delivery}
	for i, m := range j.messages {
		answer := o.sender.Send(ctx, j.destination, m, out.Sequence)
		if !answer.OK {
			out.Down, out.Alive = !answer.Refused, answer.Refused
			return retry(out, j.destination, answer)
		}
		out.Alive = true
		if m.Delete {
			out.ProvisionedAs = forgotten(out.ProvisionedAs, m.Identifier)
			out.Forgot = append(out.Forgot, m.Identifier)
			if out.ProvisionedAs.Identifier == "" {
				out.Changed, out.Holds = true, nil
			}
			continue
		}
		// Of several pages it holds nothing whole before the last.
		out.Changed, out.Holds = true, nil
		if i+1 == len(j.messages) || j.messages[i+1].Delete {
			out.Holds = pack(j.messages[0])
		}
	}
	if errors.Is(j.problem, comity.ErrNoIdentifier) {
		// There is nothing to send, and nothing that trying again would change.
		out.Rest, out.LeftOut, out.Answer = true, true, j.problem.Error()
		out.Attempts, out.Refusals = 0, 0
		return out
	}
	if j.problem != nil {
		// The subject's problem rests, the target's passes.
		out.Down = errors.Is(j.problem, comity.ErrNotConfigured)
		out = retry(out, j.destination, comity.Answer{Text: j.problem.Error()})
		out.Rest = out.Rest || !out.Down
		return out
	}
	out.OK, out.Answer = true, "OK"
	return out
}

// telling is what the target may know once it is told about the subject under identifiers.
func knownAs(known comity.ProvisionedAs, identifiers []string) comity.ProvisionedAs {
	if len(identifiers) == 0 {
		return known
	}
	next := comity.ProvisionedAs{Identifier: identifiers[0]}
	for _, s := range slices.Concat(known.Obsolete, []string{known.Identifier}, identifiers) {
		if s != "" && s != next.Identifier && !slices.Contains(next.Obsolete, s) {
			next.Obsolete = append(next.Obsolete, s)
		}
	}
	return next
}

func same(a, b comity.ProvisionedAs) bool {
	return a.Identifier == b.Identifier && slices.Equal(a.Obsolete, b.Obsolete)
}

// forgotten is what the target knows once it has deleted an identifier.
func forgotten(known comity.ProvisionedAs, identifier string) comity.ProvisionedAs {
	if known.Identifier == identifier {
		known.Identifier = ""
	}
	known.Obsolete = slices.DeleteFunc(slices.Clone(known.Obsolete), func(s string) bool { return s == identifier })
	return known
}

// failed is the outcome of a delivery that did not succeed by a fault of ours.
func failed(d store.Delivery) store.Outcome {
	d.Attempts++
	return store.Outcome{Delivery: d, Answer: internalFailure, Reason: internalFailure, Wait: backoff(d.Attempts, longestOurs, 0)}
}

// retry says when a message that was not taken is sent again: a refused one so many times, all
// others until they are taken.
func retry(out store.Outcome, to comity.Destination, answer comity.Answer) store.Outcome {
	f := comity.CoProvisioningTarget
	out.Attempts++
	if answer.Refused {
		out.Refusals++
	}
	longest := time.Duration(to.Target.Int(f.RetryInterval)) * time.Second
	out.Answer, out.Reason = answer.Text, reason(answer)
	out.Rest = out.Refusals > to.Target.Int(f.MaxRetry)
	out.Wait = backoff(out.Attempts, longest, answer.RetryAfter)
	return out
}

// backoff is 1, 2, 4 … seconds with a fifth of jitter, or what the endpoint asks for, at most the longest.
func backoff(attempts int64, longest, asked time.Duration) time.Duration {
	wait := longest
	if attempts < 30 {
		wait = min(longest, time.Second<<(attempts-1))
	}
	jitter := time.Duration((rand.Float64() - 0.5) * 0.4 * float64(wait))
	return min(longest, max(wait+jitter, asked))
}
