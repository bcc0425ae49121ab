package outbox

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"comity"
	"comity/internal/store"
)

// internalFailure is what is recorded when the fault is ours; the log says more.
const internalFailure = "an error of the registry itself: see its log"

// deliver sends what brings the target up to the snapshot, and says what became of it. What the
// target was told is noted before each message's answer is known: one that timed out may have arrived.
func (o *Outbox) deliver(ctx context.Context, j job) store.Outcome {
	messages, identifier, problem := o.sender.Messages(j.destination, j.snapshot, j.Told)
	told := telling(j.Told, identifier)
	for _, m := range messages {
		answer := o.sender.Send(ctx, j.destination, m, j.Sequence)
		if !answer.OK {
			return o.retry(j, told, answer)
		}
		if m.Delete {
			told = forgotten(told, m.Identifier)
		}
	}
	if problem != nil {
		out := failed(j.Delivery, told, problem.Error(), false)
		out.Rest = true
		return out
	}
	d := j.Delivery
	d.Told = told
	return store.Outcome{Delivery: d, OK: true, Answer: "OK"}
}

// telling is what the target may know once it is told about the person under an identifier.
func telling(told comity.Told, identifier string) comity.Told {
	if identifier == "" || identifier == told.Identifier {
		return told
	}
	obsolete := slices.DeleteFunc(slices.Clone(told.Obsolete), func(s string) bool { return s == identifier })
	if told.Identifier != "" {
		obsolete = append(obsolete, told.Identifier)
	}
	return comity.Told{Identifier: identifier, Obsolete: obsolete}
}

// forgotten is what the target knows once it has deleted an identifier.
func forgotten(told comity.Told, identifier string) comity.Told {
	if told.Identifier == identifier {
		told.Identifier = ""
	}
	told.Obsolete = slices.DeleteFunc(slices.Clone(told.Obsolete), func(s string) bool { return s == identifier })
	return told
}

// failed is the outcome of a delivery that did not succeed.
func failed(d store.Delivery, told comity.Told, answer string, refused bool) store.Outcome {
	d.Told = told
	d.Attempts++
	if refused {
		d.Refusals++
	}
	return store.Outcome{Delivery: d, Answer: answer, Wait: time.Second}
}

// retry says when a message that was not taken is sent again: a refused one so many times, all
// others until they are taken.
func (o *Outbox) retry(j job, told comity.Told, answer comity.Answer) store.Outcome {
	out := failed(j.Delivery, told, answer.Text, answer.Refused)
	f := comity.CoProvisioningTarget
	longest := time.Duration(j.destination.Target.Int(f.RetryInterval)) * time.Second
	out.Rest = out.Refusals > j.destination.Target.Int(f.MaxRetry)
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
