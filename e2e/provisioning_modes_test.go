package e2e_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"comity"
	"comity/client"
)

// faultyReceiver is a receiver that accepts messages, or fails while fails is set.
type faultyReceiver struct {
	*receiver
	fails atomic.Bool
}

func startFaultyReceiver(t *testing.T) *faultyReceiver {
	t.Helper()
	m := &faultyReceiver{}
	m.receiver = receiveWith(t, func(message) (int, string) {
		if m.fails.Load() {
			return http.StatusServiceUnavailable, "closed for lunch"
		}
		return http.StatusOK, ""
	})
	return m
}

// inMode runs a test with a registry on each database, a CO, and a target in a mode.
func inMode(t *testing.T, mode string, test func(t *testing.T, c *client.Client, p provisioning, sink *faultyReceiver)) {
	t.Helper()
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		sink := startFaultyReceiver(t)
		test(t, c, addTarget(t, c, addCO(t, c, "Telescope"), sink.URL, endpoint{mode: mode}), sink)
	})
}

// provision makes a provision call that succeeds.
func provision(t *testing.T, c *client.Client, target, person int64) (queued bool) {
	t.Helper()
	queued, err := c.Provision(t.Context(), target, person)
	if err != nil {
		t.Fatal(err)
	}
	return queued
}

// touch gives a person another date of birth, so that the person is sent again.
func touch(t *testing.T, c *client.Client, person int64, day int) {
	t.Helper()
	edit(t, c, person, fields{comity.CoPerson.DateOfBirth: fmt.Sprintf("1906-12-%02d", day)})
}

func TestProvisionCallDeliversBeforeItAnswers(t *testing.T) {
	for _, mode := range []string{comity.ModeAutomatic, comity.ModeQueueOnError, comity.ModeEnrolment, comity.ModeManual} {
		t.Run(mode, func(t *testing.T) {
			inMode(t, mode, func(t *testing.T, c *client.Client, p provisioning, sink *faultyReceiver) {
				person := addPerson(t, c, p.co, "ghopper")
				if mode == comity.ModeAutomatic || mode == comity.ModeQueueOnError {
					sink.knowsOf(t, "ghopper")
				}
				before := len(sink.about("ghopper"))
				if provision(t, c, p.target, person) {
					t.Error("the message is queued")
				}
				if after := len(sink.about("ghopper")); after <= before {
					t.Error("it was answered before the receiver had the message")
				}
			})
		})
	}
}

func TestProvisionCallInQueueModeIsAnsweredAtOnce(t *testing.T) {
	inMode(t, comity.ModeQueue, func(t *testing.T, c *client.Client, p provisioning, sink *faultyReceiver) {
		person := addPerson(t, c, p.co, "ghopper")
		sink.knowsOf(t, "ghopper")
		sink.fails.Store(true)
		if !provision(t, c, p.target, person) {
			t.Error("the message is not queued")
		}
		before := len(sink.about("ghopper"))
		sink.fails.Store(false)
		eventually(t, "the queued message arrives", func() bool { return len(sink.about("ghopper")) > before })
	})
}

func TestFailedProvisionCallSaysWhyAndIsQueued(t *testing.T) {
	for _, mode := range []string{comity.ModeAutomatic, comity.ModeQueueOnError} {
		t.Run(mode, func(t *testing.T) {
			inMode(t, mode, func(t *testing.T, c *client.Client, p provisioning, sink *faultyReceiver) {
				person := addPerson(t, c, p.co, "ghopper")
				sink.knowsOf(t, "ghopper")

				sink.fails.Store(true)
				_, err := c.Provision(t.Context(), p.target, person)
				refusal := refusalOf(t, err)
				if refusal.Code != comity.Undelivered || refusal.Phrase != "Provisioning Failed" ||
					refusal.Detail != "503 Service Unavailable: closed for lunch" {
					t.Errorf("it answers %q, %q", refusal.Phrase, refusal.Detail)
				}
				before := len(sink.about("ghopper"))
				sink.fails.Store(false)
				eventually(t, "the message is sent again", func() bool { return len(sink.about("ghopper")) > before })
			})
		})
	}
}

func TestProvisionCallSaysWhyNobodyCanBeReached(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	c := r.platform()
	redirects := receiveWith(t, func(message) (int, string) { return http.StatusOK, "" })
	redirects.Config.Handler = http.RedirectHandler("https://elsewhere.example/people", http.StatusMovedPermanently)
	for name, tt := range map[string]struct{ url, says string }{
		"nobody there": {"http://127.0.0.1:1/", "dial tcp 127.0.0.1:1: connect: connection refused"},
		"moved":        {redirects.URL, "301 Moved Permanently: redirects are not followed, Location https://elsewhere.example/people"},
	} {
		co := addCO(t, c, name)
		p := addTarget(t, c, co, tt.url, endpoint{mode: comity.ModeManual, auth: comity.AuthBasic, user: "comity", password: secret})
		_, err := c.Provision(t.Context(), p.target, addPerson(t, c, co, "ghopper"))
		if refusal := refusalOf(t, err); refusal.Phrase != "Provisioning Failed" || refusal.Detail != tt.says {
			t.Errorf("%s: it answers %q, %q, want %q", name, refusal.Phrase, refusal.Detail, tt.says)
		}
	}
}

func TestProvisionCallForAGroupSendsNothing(t *testing.T) {
	inMode(t, comity.ModeManual, func(t *testing.T, c *client.Client, p provisioning, sink *faultyReceiver) {
		groups, err := c.All(t.Context(), comity.CoGroup.Resource, map[string][]string{"coid": {text(p.co)}})
		if err != nil {
			t.Fatal(err)
		}
		addPerson(t, c, p.co, "ghopper") // who is in the groups
		for _, g := range groups {
			if err := c.ProvisionGroup(t.Context(), p.target, g.Id); err != nil {
				t.Errorf("group %s: %v", g.Text(comity.CoGroup.Name), err)
			}
		}
		provision(t, c, p.target, addPerson(t, c, p.co, "alovelace"))
		if all := sink.messages(); len(all) != 1 {
			t.Errorf("%d messages were sent, want that about the person alone", len(all))
		}
	})
}

func TestEnrolmentModeSendsTheFirstTimeActive(t *testing.T) {
	inMode(t, comity.ModeEnrolment, func(t *testing.T, c *client.Client, p provisioning, sink *faultyReceiver) {
		f := comity.CoPerson
		person := add(t, c, fields{f.CoId: p.co, f.Status: comity.Invited})
		addIdentifier(t, c, person, "ghopper")
		edit(t, c, person, fields{f.Status: comity.Active})
		sink.knows(t, "ghopper", "active", status("active"))

		touch(t, c, person, 9)
		edit(t, c, person, fields{f.Status: comity.Suspended})
		edit(t, c, person, fields{f.Status: comity.Active})
		enrolled(t, c, p.co, sink, "alovelace")
		if sent := sink.about("ghopper"); len(sent) != 1 {
			t.Errorf("%d messages, want the first alone", len(sent))
		}
	})
}

// enrolled adds a person and waits until the target is sent them, and thus everything before.
func enrolled(t *testing.T, c *client.Client, co int64, sink *faultyReceiver, uid string) {
	t.Helper()
	f := comity.CoPerson
	person := add(t, c, fields{f.CoId: co, f.Status: comity.Invited})
	addIdentifier(t, c, person, uid)
	edit(t, c, person, fields{f.Status: comity.Active})
	sink.knowsOf(t, uid)
}

func TestManualModeSendsByProvisionCallAloneAndDoesNotTryAgain(t *testing.T) {
	inMode(t, comity.ModeManual, func(t *testing.T, c *client.Client, p provisioning, sink *faultyReceiver) {
		person := addPerson(t, c, p.co, "ghopper")
		touch(t, c, person, 9)
		sink.fails.Store(true)
		if _, err := c.Provision(t.Context(), p.target, person); err == nil {
			t.Error("the receiver failed, the call succeeded")
		}

		// In a mode in which pending deliveries are sent, another message that failed later is sent again.
		edit(t, c, p.target, fields{comity.CoProvisioningTarget.Status: comity.ModeAutomatic})
		addPerson(t, c, p.co, "alovelace")
		eventually(t, "the other message has failed", func() bool { return len(sink.about("alovelace")) > 0 })
		sink.fails.Store(false)
		sink.knowsOf(t, "alovelace")
		if sent := sink.about("ghopper"); len(sent) != 1 {
			t.Errorf("%d messages, want the call's alone", len(sent))
		}
	})
}

func TestDisabledTargetIsSentNothingAndKeepsPendingDeliveries(t *testing.T) {
	inMode(t, comity.ModeAutomatic, func(t *testing.T, c *client.Client, p provisioning, sink *faultyReceiver) {
		mode := comity.CoProvisioningTarget.Status
		sink.fails.Store(true)
		waiting := addPerson(t, c, p.co, "waiting")
		eventually(t, "the message has failed", func() bool { return len(sink.about("waiting")) > 0 })
		edit(t, c, p.target, fields{mode: comity.ModeDisabled})
		sink.fails.Store(false)

		unseen := addPerson(t, c, p.co, "unseen")
		for _, person := range []int64{waiting, unseen} {
			_, err := c.Provision(t.Context(), p.target, person)
			if refusal := refusalOf(t, err); refusal.Code != comity.Refused || refusal.Phrase != "Forbidden" {
				t.Errorf("the provision call answers %v, want 403 Forbidden", err)
			}
		}

		edit(t, c, p.target, fields{mode: comity.ModeAutomatic})
		sink.knowsOf(t, "waiting")
		addPerson(t, c, p.co, "barrier")
		sink.knowsOf(t, "barrier")
		if sent := sink.about("unseen"); len(sent) > 0 {
			t.Error("what changed while it was disabled was sent")
		}
	})
}
