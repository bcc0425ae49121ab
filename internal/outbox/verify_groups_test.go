package outbox_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"comity"
	"comity/internal/outbox"
	"comity/internal/provisioning"
)

// A plan lists groups after all people, in the order of a full sync. Deletes of groups do not count towards
// the limit of deletes.
func TestPlanOfGroups(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeManual, withGroups)
		people := w.people(70)
		readers, gone := w.group("readers"), w.group("gone")
		w.fullSync(to)
		r.forget()
		w.born(people[0], 1)
		w.edit(comity.CoGroup.Resource, readers, values{comity.CoGroup.Description: "Who may read"})
		w.delete(comity.CoGroup.Resource, gone)
		q := w.queue(outbox.Options{})
		lines := w.plan(q, to, 0, true)
		if !strings.HasPrefix(lines[70], "unchanged ") || len(lines) < 75 {
			t.Errorf("%d lines, the first group's is %s", len(lines), lines[70])
		}
		changed := slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "unchanged ") })
		expectFound(t, "what changed", changed, "PUT p000", fmt.Sprintf("PUT %d", readers), fmt.Sprintf("DELETE %d deleted", gone))
		plan, _, err := q.Plan(t.Context(), caller, to.id, provisioning.Span{One: comity.GroupSubject(gone)}, false)
		if err != nil || len(plan) != 1 || plan[0].Subject != comity.GroupSubject(gone) || len(plan[0].Messages) != 1 {
			t.Errorf("of one: %+v, %v", plan, err)
		}
		r.expectLines(t)

		q, stop := w.start(outbox.Options{})
		if _, err := q.StartFullSync(t.Context(), caller, to.id, provisioning.FullSyncOptions{OnlyChanged: true, MaxDeletes: 0}); err != nil {
			t.Fatal(err)
		}
		w.awaitFullSync(q, to)
		stop()
		sent := r.lines()
		slices.Sort(sent)
		expectFound(t, "what was sent", sent, fmt.Sprintf("DELETE groups/%d deleted", gone), fmt.Sprintf("PUT groups/%d", readers), "PUT p000")
	})
}

// Groups are compared at their own URLs, which differ from that of a person with the same identifier.
func TestDriftOfGroups(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReadable(t)
		to := w.readableTarget(r, comity.ModeManual, withGroups)
		all, readers, gone := w.ownGroup("CO:members:all"), w.group("readers"), w.group("gone")
		namesake := fmt.Sprint(gone)
		w.person(namesake)
		w.fullSync(to)
		q := w.queue(outbox.Options{})
		expectFound(t, "right after a full sync", w.verify(q, to, false))

		at := func(id int64) string { return fmt.Sprintf("groups/%d", id) }
		restored := r.entry(at(gone))
		w.delete(comity.CoGroup.Resource, gone)
		w.fullSync(to)
		r.has(at(gone), restored)
		r.has(at(readers), "")
		r.has(at(all), strings.Replace(r.entry(at(all)), fmt.Sprintf("[%q]", namesake), `["other"]`, 1))
		drift := []string{
			fmt.Sprintf("different %d /group/members/0", all), fmt.Sprintf("missing %d", readers), fmt.Sprintf("surplus %d", gone),
		}
		expectFound(t, "what is found", w.verify(q, to, false), drift...)
		expectFound(t, "what is repaired", w.verify(q, to, true),
			drift[0], provisioning.Repaired, drift[1], provisioning.Repaired, drift[2], provisioning.Repaired)
		w.expectPresent(t, to, r.receiver)
		expectFound(t, "after that", w.verify(q, to, false))
	})
}

// No group is compared at a target that does not receive groups.
func TestGroupsThatAreNotSentAreNotCompared(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReadable(t)
		to := w.readableTarget(r, comity.ModeManual)
		group := w.group("readers")
		q := w.queue(outbox.Options{})
		expectFound(t, "of everything", w.verify(q, to, false))
		if n := r.asked.Load(); n != 0 {
			t.Errorf("the receiver was asked %d times", n)
		}
		var refusal *comity.Error
		_, err := q.Verify(t.Context(), caller, to.id, provisioning.VerifyOptions{Span: provisioning.Span{One: comity.GroupSubject(group)}})
		if !errors.As(err, &refusal) || refusal.Code != comity.Refused || !strings.Contains(refusal.Detail, "set IncludeGroups") {
			t.Errorf("of one: %v", err)
		}
	})
}
