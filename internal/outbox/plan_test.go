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

// plan returns what would be sent about everybody, page by page, or about one person: a line for each message.
func (w *fixture) plan(q *instance, to target, person int64, onlyChanged bool) (lines []string) {
	w.t.Helper()
	span := provisioning.Span{One: comity.PersonSubject(person)}
	for {
		plan, next, err := q.Plan(w.t.Context(), caller, to.id, span, onlyChanged)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, p := range plan {
			var parts []string
			if p.Unchanged != "" {
				parts = append(parts, "unchanged "+p.Unchanged)
			}
			for _, s := range p.Messages {
				part := s.Method + " " + s.Identifier
				if s.Delete {
					part += " deleted"
				}
				parts = append(parts, part)
			}
			if p.Problem != "" {
				parts = append(parts, p.Problem)
			}
			if len(parts) > 0 {
				lines = append(lines, strings.Join(parts, ", "))
			}
		}
		if span.After = next; next == (comity.Subject{}) {
			return lines
		}
	}
}

// A plan lists the messages that a full sync sends, and neither sends nor changes anything.
func TestPlanIsWhatIsSentThen(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeManual)
		w.person("fine")
		changed := w.person("changed")
		renamed := w.person("")
		name := w.identifier(renamed, "before")
		gone := w.person("gone")
		nameless := w.person("")
		lost := w.identifier(nameless, "lost")
		q := w.queue(outbox.Options{})
		expectFound(t, "at first", w.plan(q, to, 0, true), "PUT fine", "PUT changed", "PUT before", "PUT gone", "PUT lost")
		w.fullSync(to)

		r.forget()
		w.born(changed, 1)
		w.edit(comity.Identifier.Resource, name, values{comity.Identifier.Identifier: "after"})
		w.delete(comity.CoPerson.Resource, gone)
		w.delete(comity.Identifier.Resource, lost)
		pending := w.person("pending")
		w.edit(comity.CoPerson.Resource, pending, values{comity.CoPerson.Status: comity.Denied})
		before, _ := w.row(to, renamed)
		want := []string{
			"PUT changed", "PUT after, DELETE before deleted", "DELETE gone deleted", "DELETE lost deleted, no identifier of type uid",
		}
		expectFound(t, "of everybody", w.plan(q, to, 0, false), append([]string{"PUT fine"}, want...)...)
		expectFound(t, "of what changed", w.plan(q, to, 0, true), append([]string{"unchanged fine"}, want...)...)
		expectFound(t, "of one", w.plan(q, to, gone, false), "DELETE gone deleted")
		expectFound(t, "of nobody", w.plan(q, to, pending, false))
		if after, _ := w.row(to, renamed); after != before {
			t.Errorf("noted as %+v, was %+v", after, before)
		}
		r.expectLines(t)
		q, stop := w.start(outbox.Options{})
		w.startFullSync(q, to, true, true)
		eventually(t, "the full sync has ended", func() bool {
			s, err := q.Status(t.Context(), caller, to.id)
			return err == nil && !s.FullSync.Ended.IsZero() && s.InFlight == 0
		})
		stop()
		lines := r.lines() // people are claimed in any order
		slices.Sort(lines)
		expectFound(t, "what was sent", lines, "DELETE before deleted", "DELETE gone deleted", "DELETE lost deleted", "PUT after", "PUT changed")
	})
}

// A plan goes page by page, and starts where a stopped full sync would continue.
func TestPlanGoesPageByPage(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReceiver(t)
		to := w.target(r, comity.ModeManual)
		people := w.people(201)
		q := w.queue(outbox.Options{})
		if got := w.plan(q, to, 0, false); len(got) != 201 || got[0] != "PUT p000" || got[200] != "PUT p200" {
			t.Errorf("%d lines, from %s to %s", len(got), got[0], got[len(got)-1])
		}
		if _, err := w.sql().ExecContext(t.Context(), fmt.Sprintf(
			`INSERT INTO full_syncs (co_provisioning_target_id, only_changed, last_subject_id, total, claimed, began, ended, stopped)
				VALUES (%d, false, %d, 201, 101, 1, 2, true)`, to.id, people[100])); err != nil {
			t.Fatal(err)
		}
		for anew, want := range map[bool]comity.Subject{false: comity.PersonSubject(people[100]), true: {}} {
			if after, err := q.FullSyncStart(t.Context(), caller, to.id, anew); err != nil || after != want {
				t.Errorf("anew %t: it begins after %v, want %v: %v", anew, after, want, err)
			}
		}
	})
}

// A full sync that would delete more than a share of the people at a target is refused, whatever the reason
// for the deletes, and it would delete exactly those that a plan lists.
func TestRunThatDeletesTooManyIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		// leave makes n of ten people leave the target.
		leave func(w *fixture, to target, people []int64)
		gone  int
	}{
		{"nobody", func(*fixture, target, []int64) {}, 0},
		{"deleted", func(w *fixture, _ target, people []int64) { w.delete(comity.CoPerson.Resource, people[3]) }, 1},
		{"in another status", func(w *fixture, _ target, people []int64) {
			for _, id := range people[:2] {
				w.edit(comity.CoPerson.Resource, id, values{comity.CoPerson.Status: comity.Denied})
			}
		}, 2},
		{"not in the group", func(w *fixture, to target, people []int64) {
			staff := w.group("staff")
			for _, id := range people[2:] {
				w.add(comity.CoGroupMember.Resource, values{
					comity.CoGroupMember.CoGroupId: staff, comity.CoGroupMember.Member: id != people[2], comity.CoGroupMember.Owner: true,
					comity.CoGroupMember.Person: of(comity.OwnerCO, id),
				})
			}
			w.edit(comity.CoProvisioningTarget.Resource, to.id, values{comity.CoProvisioningTarget.ProvisionCoGroupId: staff})
		}, 3},
		{"in a group that is suspended", func(w *fixture, to target, people []int64) {
			staff := w.group("staff")
			for _, id := range people {
				w.add(comity.CoGroupMember.Resource, values{
					comity.CoGroupMember.CoGroupId: staff, comity.CoGroupMember.Member: true, comity.CoGroupMember.Person: of(comity.OwnerCO, id),
				})
			}
			w.edit(comity.CoProvisioningTarget.Resource, to.id, values{comity.CoProvisioningTarget.ProvisionCoGroupId: staff})
			w.edit(comity.CoGroup.Resource, staff, values{comity.CoGroup.Status: comity.Suspended})
		}, 10},
		{"without an identifier of the type", func(w *fixture, to target, people []int64) {
			w.edit(comity.CoApiProvisionerTarget.Resource, to.settings, values{comity.CoApiProvisionerTarget.IdentifierType: "badge"})
			w.add(comity.Identifier.Resource, values{
				comity.Identifier.Identifier: "b1", comity.Identifier.Type: "badge", comity.Identifier.Status: comity.Active,
				comity.Identifier.Person: of(comity.OwnerCO, people[0]),
			})
		}, 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *fixture) {
				to := w.target(newReceiver(t), comity.ModeManual)
				people := w.people(10)
				w.fullSync(to)
				w.newcomers(5)
				tt.leave(w, to, people)
				q := w.queue(outbox.Options{})
				deletes := 0
				for _, line := range w.plan(q, to, 0, false) {
					if strings.HasPrefix(line, "DELETE") {
						deletes++
					}
				}
				if deletes != tt.gone {
					t.Errorf("the plan deletes %d, want %d", deletes, tt.gone)
				}
				run := func(most int) error {
					_, err := q.StartFullSync(t.Context(), caller, to.id, provisioning.FullSyncOptions{MaxDeletes: int64(most)})
					return err
				}
				if tt.gone > 0 {
					var refusal *comity.Error
					err := run(tt.gone*10 - 1)
					want := fmt.Sprintf("%d of the 10 people at target %d would be deleted, more than %d %%: allow this with --max-deletes %d%%", tt.gone, to.id, tt.gone*10-1, tt.gone*10)
					if !errors.As(err, &refusal) || refusal.Code != comity.Refused || !strings.HasPrefix(refusal.Detail, want) {
						t.Errorf("got %v, want %s", err, want)
					}
					if s, err := q.Status(t.Context(), caller, to.id); err != nil || s.FullSync.Ended.IsZero() {
						t.Errorf("it was begun: %+v, %v", s.FullSync, err)
					}
				}
				if err := run(tt.gone * 10); err != nil {
					t.Errorf("with as many as that: %v", err)
				}
				if err := run(0); err != nil {
					t.Errorf("a run that is under way goes on: %v", err)
				}
			})
		})
	}
}

// newcomers adds people about whom no message was sent yet.
func (w *fixture) newcomers(n int) {
	w.t.Helper()
	for i := range n {
		w.person(fmt.Sprintf("new%03d", i))
	}
}
