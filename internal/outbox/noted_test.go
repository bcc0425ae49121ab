package outbox_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/outbox"
)

// noted is what the history says that a target was told about a person, without the target.
func (w *world) noted(person int64) (lines []string) {
	w.t.Helper()
	f := comity.HistoryRecord
	history, err := w.registry.List(w.t.Context(), caller, f.Resource, map[string][]string{"coid": {strconv.FormatInt(w.co, 10)}})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, rec := range history.Records {
		if action := rec.Text(f.Action); strings.HasPrefix(action, "PCP") && rec.Int(f.CoPersonId) == person {
			lines = append(lines, fmt.Sprintf("%s %s: %s", rec.Actor, action, rec.Text(f.Comment)))
		}
	}
	return lines
}

// A person's history tells when a target took a message, and when it began and ended to fail, but not
// each try, and nothing of what the endpoint says of the person.
func TestHistoryTellsWhatWasSent(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic, values{comity.CoProvisioningTarget.MaxRetry: 2, comity.CoProvisioningTarget.Description: "Wiki"})
		name := fmt.Sprintf("target %d (Wiki)", to.id)
		person := w.person("ghopper")
		w.start(outbox.Options{})
		w.settle(to)

		r.reacts(always(reaction{status: 422}))
		w.born(person, 1)
		for n := int64(1); n <= 3; n++ {
			w.failed(to, person, n)
			w.later(time.Hour)
		}

		r.reacts(nil)
		w.born(person, 2)
		w.settle(to)
		w.delete(comity.CoPerson.Resource, person)
		w.settle(to)
		if diff := cmp.Diff([]string{
			"provisioner PCPA: Provisioned to " + name,
			"provisioner PCPF: Not provisioned (422 Unprocessable Entity), to be tried again: " + name,
			"provisioner PCPF: Not provisioned (422 Unprocessable Entity), not to be tried again: " + name,
			"provisioner PCPA: Provisioned to " + name,
			"provisioner PCPA: Deleted at " + name,
		}, w.noted(person)); diff != "" {
			t.Error(diff)
		}
	})
}

// What comes to the same message for a target that is to be told only of changes is not in the history.
func TestHistoryTellsNothingOfWhatWasNotSent(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := w.target(newReceiver(t), comity.ModeManual)
		person := w.person("ghopper")
		q, _ := w.start(outbox.Options{})
		for range 2 {
			w.all(q, to, true, false)
			w.swept(q, to)
		}
		if got := w.noted(person); len(got) != 1 {
			t.Errorf("one message was sent, noted as %q", got)
		}
	})
}

// After a person's identifier has changed, what the target holds is the message under the new one.
func TestPreviewAfterAChangedIdentifier(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		to := w.target(newReceiver(t), comity.ModeAutomatic)
		person := w.person("")
		identifier := w.identifier(person, "ghopper")
		q, _ := w.start(outbox.Options{})
		w.settle(to)
		w.edit(comity.Identifier.Resource, identifier, uidOf(person, "grace"))
		w.settle(to)
		p, err := q.Preview(t.Context(), to.id, person)
		if err != nil || len(p.Differences) != 0 {
			t.Errorf("differs by %+v, %v", p.Differences, err)
		}
	})
}
