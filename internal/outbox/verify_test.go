package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/outbox"
	"comity/internal/provisioning"
)

func expectFound(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	expect(t, what, got, want)
}

// Every kind of drift is found, and repaired on request; subjects without drift are not sent again.
func TestDriftIsFoundAndRepaired(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReadable(t)
		to := w.readableTarget(r, comity.ModeManual)
		w.person("fine")
		w.person("lost")
		changed := w.person("changed")
		w.born(changed, 1)
		gone := w.person("gone")
		renamed := w.person("")
		name := w.identifier(renamed, "before")
		suspended := w.person("suspended")
		w.fullSync(to)
		q := w.queue(outbox.Options{})
		expectFound(t, "right after a full sync", w.verify(q, to, false))

		r.has("lost", "")
		r.has("changed", strings.Replace(r.entry("changed"), birthday(1), birthday(2), 1))
		kept := map[string]string{"gone": r.entry("gone"), "before": r.entry("before"), "suspended": r.entry("suspended")}
		w.edit(comity.Identifier.Resource, name, values{comity.Identifier.Identifier: "after"})
		w.edit(comity.CoPerson.Resource, suspended, values{comity.CoPerson.Status: comity.Denied})
		w.delete(comity.CoPerson.Resource, gone)
		w.person("")
		// The target has deleted these, and then its owner restored an older copy.
		w.fullSync(to)
		for id, body := range kept {
			r.has(id, body)
		}
		r.has("lost", "")
		r.has("changed", `{"meta": {}, "person": {"own": 1}}`)
		r.forget()

		drift := []string{
			"missing lost",
			"different changed /meta/objectType /meta/version /person/dateOfBirth /person/emailAddresses /person/identifiers " +
				"/person/members /person/meta /person/names /person/status /person/urls",
			"surplus gone",
			"surplus before",
			"surplus suspended",
			"no identifier of type uid",
		}
		expectFound(t, "what is found", w.verify(q, to, false), drift...)
		r.expectLines(t)
		var repaired []string
		for _, line := range drift {
			if repaired = append(repaired, line); !strings.HasPrefix(line, "no ") {
				repaired = append(repaired, provisioning.Repaired)
			}
		}
		expectFound(t, "what is repaired", w.verify(q, to, true), repaired...)
		r.expectInOrder(t)
		w.expectPresent(t, to, r.receiver)
		lines := r.lines()
		slices.Sort(lines)
		expectFound(t, "what was sent", lines, "DELETE before deleted", "DELETE gone deleted", "DELETE suspended deleted", "PUT after", "PUT changed", "PUT lost")
		expectFound(t, "after that", w.verify(q, to, false), "no identifier of type uid")
	})
}

// A former identifier that somebody else has now, or that differs only in upper case, is not surplus, since
// deleting it would delete that person.
func TestFormerIdentifierOfSomebodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReadable(t)
		to := w.readableTarget(r, comity.ModeAutomatic)
		first := w.person("")
		identifier := w.identifier(first, "ada")
		_, stop := w.start(outbox.Options{})
		w.awaitDelivered(to)
		w.edit(comity.Identifier.Resource, identifier, values{comity.Identifier.Identifier: "lovelace"})
		w.awaitDelivered(to)
		w.person("ada")
		w.edit(comity.Identifier.Resource, identifier, values{comity.Identifier.Identifier: "Lovelace"})
		w.awaitDelivered(to)
		stop()
		// A receiver that ignores upper and lower case.
		r.says(func(id string) (int, string) {
			if strings.EqualFold(id, "lovelace") {
				id = "Lovelace"
			}
			return http.StatusOK, r.entry(id)
		})
		expectFound(t, "what is found", w.verify(w.queue(outbox.Options{}), to, false))
	})
}

// Members that the receiver adds to a message are no difference; members that it changed or lost are.
func TestMembersOfTheReceiversOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReadable(t)
		to := w.readableTarget(r, comity.ModeManual)
		s := w.profile("ghopper")
		w.fullSync(to)
		body := r.entry("ghopper")
		for _, tt := range []struct{ name, from, to, want string }{
			{"more members, other spaces", `{"meta":`, ` {"seen": [1, 2], "meta":`, ""},
			{"a member of a row", `"given":"Grace"`, `"given":"Grace","initial":"G"`, ""},
			{"another value", `"given":"Grace"`, `"given":"Ada"`, "different ghopper /person/names/0/given"},
			{"another type", fmt.Sprintf(`"couId":%d`, s.unit), fmt.Sprintf(`"couId":"%d"`, s.unit), "different ghopper /person/roles/0/couId"},
			{"a member lost", `"given":"Grace",`, ``, "different ghopper /person/names/0/given"},
			{"null", `"given":"Grace"`, `"given":null`, "different ghopper /person/names/0/given"},
			{"a row more", `"readers"]`, `"readers","writers"]`, "different ghopper /person/members/5"},
			{"a row lost", `,"readers"]`, `]`, "different ghopper /person/members/4"},
		} {
			other := strings.Replace(body, tt.from, tt.to, 1)
			if other == body {
				t.Errorf("%s: there is no %s in %s", tt.name, tt.from, body)
			}
			r.has("ghopper", other)
			var want []string
			if tt.want != "" {
				want = []string{tt.want}
			}
			expectFound(t, tt.name, w.verify(w.queue(outbox.Options{}), to, false), want...)
		}
	})
}

// A subject with a pending delivery is not compared: it is no drift, and is not repaired.
func TestWhoWaitsIsNoDrift(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReadable(t)
		to := w.readableTarget(r, comity.ModeAutomatic)
		person := w.person("ghopper")
		q := w.queue(outbox.Options{})
		waiting := fmt.Sprintf("waiting %d", person)
		expectFound(t, "before the delivery", w.verify(q, to, true), waiting)
		if n := r.asked.Load(); n != 0 {
			t.Errorf("the receiver was asked %d times", n)
		}
		stop := w.run(q)
		w.awaitDelivered(to)
		stop()
		// A change during the comparison has a pending delivery.
		r.says(func(string) (int, string) {
			w.born(person, 1)
			return http.StatusNotFound, ""
		})
		expectFound(t, "what changes meanwhile", w.verify(q, to, true), waiting)
		r.expectLines(t, "PUT ghopper")
	})
}

// An unreadable subject is reported with the endpoint's answer, and not repaired.
func TestUnreadableIsLeftAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReadable(t)
		to := w.readableTarget(r, comity.ModeManual)
		person := w.person("ghopper")
		r.says(func(string) (int, string) { return http.StatusBadGateway, "out of order" })
		v, err := w.queue(outbox.Options{}).Verify(t.Context(), caller, to.id,
			provisioning.VerifyOptions{Span: provisioning.Span{One: comity.PersonSubject(person)}, Repair: true})
		want := provisioning.Verification{Subjects: []provisioning.SubjectDrift{{
			Subject: comity.PersonSubject(person), Findings: []provisioning.Finding{{Kind: provisioning.Unreadable, Identifier: "ghopper", Answer: "502 Bad Gateway: out of order"}},
		}}}
		if diff := cmp.Diff(want, v); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		r.expectLines(t)
	})
}

// Drift is not repaired, with the reason in the answer, if the target refuses the message, or accepts it and
// does not keep it.
func TestDriftThatIsNotRepaired(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReadable(t)
		to := w.readableTarget(r, comity.ModeManual)
		w.person("ghopper")
		q := w.queue(outbox.Options{})
		r.reacts(always(reaction{status: http.StatusUnprocessableEntity}))
		expectFound(t, "refused", w.verify(q, to, true), "missing ghopper", provisioning.NotRepaired)
		r.reacts(nil)
		r.says(func(string) (int, string) { return http.StatusNotFound, "" })
		expectFound(t, "forgotten", w.verify(q, to, true), "missing ghopper", provisioning.NotRepaired)
	})
}

// The repair of a target in a queue mode is queued.
func TestQueueModeIsRepairedSoon(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReadable(t)
		to := w.readableTarget(r, comity.ModeQueue)
		w.person("ghopper")
		former := w.person("")
		identifier := w.identifier(former, "before")
		q, stop := w.start(outbox.Options{})
		w.awaitDelivered(to)
		w.edit(comity.Identifier.Resource, identifier, values{comity.Identifier.Identifier: "after"})
		w.awaitDelivered(to)
		stop()
		r.has("ghopper", "")
		r.has("before", r.entry("after"))
		expectFound(t, "what is found", w.verify(q, to, true), "missing ghopper", provisioning.RepairQueued, "surplus before", provisioning.RepairQueued)
		w.run(q)
		w.awaitDelivered(to)
		w.expectPresent(t, to, r.receiver)
		expectFound(t, "later", w.verify(q, to, false))
	})
}

// Targets that cannot be verified are refused, even if there is nobody to compare.
func TestTargetsThatCannotBeVerified(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReadable(t)
		silent := w.target(r.receiver, comity.ModeManual)
		topic := w.topicTarget(newCluster(t), comity.ModeManual)
		bare := w.add(comity.CoProvisioningTarget.Resource, values{comity.CoProvisioningTarget.Plugin: comity.PluginAPI, comity.CoProvisioningTarget.Status: comity.ModeManual})
		off := w.readableTarget(r, comity.ModeDisabled)
		suspended := w.readableTarget(r, comity.ModeManual)
		w.edit(comity.Server.Resource, suspended.server, values{comity.Server.Status: comity.Suspended})
		verify := func(target int64, repair bool) error {
			_, err := w.queue(outbox.Options{}).Verify(t.Context(), caller, target, provisioning.VerifyOptions{Repair: repair})
			return err
		}
		refused := func(target int64, repair bool, want string) {
			t.Helper()
			var refusal *comity.Error
			if err := verify(target, repair); !errors.As(err, &refusal) || refusal.Code != comity.Refused || !strings.Contains(refusal.Detail, want) {
				t.Errorf("got %v, want a refusal that says %s", err, want)
			}
		}
		refused(silent.id, false, "set AnswersGet")
		refused(topic.id, false, "what it holds cannot be read")
		refused(bare, false, "it has no CoApiProvisionerTarget")
		refused(off.id, true, "is disabled")
		if err := verify(off.id, false); err != nil {
			t.Errorf("a disabled target cannot be verified: %v", err)
		}
		w.person("ghopper")
		refused(suspended.id, false, "its server is suspended")
	})
}

// Verify makes as many requests at a time as there are concurrent deliveries, gives up a receiver that does
// not answer, and ends with its context.
func TestManyAreAsked(t *testing.T) {
	onBoth(t, func(t *testing.T, w *fixture) {
		r := newReadable(t)
		to := w.readableTarget(r, comity.ModeManual, values{comity.CoApiProvisionerTarget.Workers: 3})
		w.people(100)
		w.fullSync(to)
		var together sync.WaitGroup
		together.Add(3)
		var first sync.Map
		r.says(func(id string) (int, string) {
			if _, again := first.LoadOrStore(id, true); !again && id < "p003" {
				together.Done()
				together.Wait()
			}
			return 0, ""
		})
		q := w.queue(outbox.Options{})
		expectFound(t, "what three workers found", w.verify(q, to, false))
		if n := r.asked.Load(); n != 100 {
			t.Errorf("the receiver was asked %d times about 100 people", n)
		}

		ctx, cancel := context.WithCancel(t.Context())
		r.says(func(string) (int, string) {
			cancel()
			return 0, ""
		})
		if _, err := q.Verify(ctx, caller, to.id, provisioning.VerifyOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped: %v", err)
		}
		r.front.Close()
		got := w.verify(q, to, false)
		if n := len(got); n < 10 || n > 15 || got[0] != "unreadable p000" || got[n-1] != "gave up" {
			t.Errorf("of one that is not there: %v", got)
		}
	})
}
