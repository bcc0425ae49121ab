package outbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/outbox"
	"comity/internal/registry/view"
)

// noted returns the history's notes about deliveries of a person.
func (w *fixture) noted(person int64) (lines []string) {
	w.t.Helper()
	f := comity.HistoryRecord
	history, err := w.reader.List(w.t.Context(), caller, view.ListQuery{Resource: f.Resource, CoIds: []int64{w.co}})
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

// A person's history shows each delivery, the first of consecutive failures and the last, but not each try,
// and nothing that the endpoint says about the person.
func TestHistoryNotesDeliveries(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeAutomatic, values{comity.CoProvisioningTarget.MaxRetry: 2, comity.CoProvisioningTarget.Description: "Wiki"})
		name := fmt.Sprintf("target %d (Wiki)", to.id)
		person := w.person("ghopper")
		w.start(outbox.Options{})
		w.awaitDelivered(to)

		r.reacts(always(reaction{status: 422}))
		w.born(person, 1)
		for n := int64(1); n <= 3; n++ {
			w.failed(to, person, n)
			w.later(time.Hour)
		}

		r.reacts(nil)
		w.born(person, 2)
		w.awaitDelivered(to)
		w.delete(comity.CoPerson.Resource, person)
		w.awaitDelivered(to)
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

// A full sync with OnlyChanged adds no note to the history for an unchanged message.
func TestHistoryDoesNotNoteUnchangedMessages(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		to := w.target(newReceiver(t), comity.ModeManual)
		person := w.person("ghopper")
		q, _ := w.start(outbox.Options{})
		for range 2 {
			w.startFullSync(q, to, true, false)
			w.awaitFullSync(q, to)
		}
		if got := w.noted(person); len(got) != 1 {
			t.Errorf("one message was sent, noted as %q", got)
		}
	})
}

// After a change of a person's identifier, the message last sent is the one under the new identifier.
func TestPreviewAfterAChangedIdentifier(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		to := w.target(newReceiver(t), comity.ModeAutomatic)
		person := w.person("")
		identifier := w.identifier(person, "ghopper")
		q, _ := w.start(outbox.Options{})
		w.awaitDelivered(to)
		w.edit(comity.Identifier.Resource, identifier, uidOf(person, "grace"))
		w.awaitDelivered(to)
		p, err := q.Preview(t.Context(), caller, to.id, comity.PersonSubject(person))
		if err != nil || len(p.Differences) != 0 {
			t.Errorf("differs by %+v, %v", p.Differences, err)
		}
	})
}
