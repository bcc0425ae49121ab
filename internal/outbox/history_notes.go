package outbox

import (
	"fmt"
	"net/http"
	"slices"

	"comity"
	"comity/internal/store/queue"
)

// final returns the outcomes as they are stored: a failed delivery to a manual target is dead-lettered, and each
// outcome has its note for the history. target is nil where it is deleted or sends nothing.
func final(target *comity.Record, outcomes []queue.Outcome) []queue.Outcome {
	all := slices.Clone(outcomes)
	for i := range all {
		o := &all[i]
		o.DeadLetter = o.DeadLetter || !o.OK && target != nil && manual(target)
		o.Note = note(target, *o)
	}
	return all
}

// note returns the history's note about an outcome, nil for none: of consecutive failures only the
// first is noted, and the one after which the delivery is dead-lettered.
func note(target *comity.Record, o queue.Outcome) *comity.Record {
	to := fmt.Sprintf("target %d", o.TargetId)
	if target != nil && target.Has(comity.CoProvisioningTarget.Description) {
		to += " (" + target.Text(comity.CoProvisioningTarget.Description) + ")"
	}
	switch {
	case o.OK && o.Holds != nil:
		return comity.NewNote(comity.ActionProvisioned, "Provisioned to "+to)
	case (o.OK || o.LeftOut) && o.Changed:
		return comity.NewNote(comity.ActionProvisioned, "Deleted at "+to)
	case o.OK || o.LeftOut || o.Reason == "":
		return nil
	case o.DeadLetter:
		return comity.NewNote(comity.ActionNotProvisioned, fmt.Sprintf("Not provisioned (%s), not to be tried again: %s", o.Reason, to))
	case o.Attempts == 1:
		return comity.NewNote(comity.ActionNotProvisioned, fmt.Sprintf("Not provisioned (%s), to be tried again: %s", o.Reason, to))
	}
	return nil
}

// reason returns an answer without the endpoint's own text, which may contain data of the person.
func reason(a comity.Answer) string {
	if a.Status > 0 {
		return fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status))
	}
	return a.Text
}
