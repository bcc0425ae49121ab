package e2e_test

import (
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"

	"comity"
)

// gate is a receiver that answers nobody until it is opened.
type gate struct {
	*receiver
	open    func()
	waiting chan struct{}
}

// closedGate starts a gate. It is opened at the end of its test at the latest.
func closedGate(t *testing.T) *gate {
	t.Helper()
	opened := make(chan struct{})
	g := &gate{open: sync.OnceFunc(func() { close(opened) }), waiting: make(chan struct{}, 64)}
	g.receiver = receiveWith(t, func(message) (int, string) {
		g.waiting <- struct{}{}
		<-opened
		return http.StatusOK, ""
	})
	t.Cleanup(g.open) // before the receiver closes, which waits for its answers
	return g
}

// provisionCall makes a provision call that takes as long as the receiver does.
func provisionCall(t *testing.T, r *registry, target, person int64) chan error {
	t.Helper()
	c := r.platform()
	done := make(chan error, 1)
	go func() {
		_, err := c.Provision(t.Context(), target, person)
		done <- err
	}()
	return done
}

func TestRequestUnderWayIsAnsweredBeforeTheEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		g := closedGate(t)
		co := addCO(t, c, "Telescope")
		p := addTarget(t, c, co, g.URL, endpoint{mode: comity.ModeManual})
		person := addPerson(t, c, co, "ghopper")

		answered := provisionCall(t, r, p.target, person)
		<-g.waiting
		r.signal(t, syscall.SIGTERM)
		r.says(t, `ending: requests and deliveries under way are finished`)
		eventually(t, "new requests are not taken", func() bool { return getStatus(r.page("/healthz")) == 0 })
		if r.hasEnded() {
			t.Fatal("it ended before the request was answered")
		}
		g.open()
		if err := <-answered; err != nil {
			t.Errorf("the request under way: %v", err)
		}
		if status := r.status(t); status != 0 {
			t.Errorf("it ended with status %d", status)
		}
	})
}

func TestMessageUnderWayIsFinishedBeforeTheEndAndNotSentAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		g := closedGate(t)
		co := addCO(t, c, "Telescope")
		person := addPerson(t, c, co, "ghopper")
		addTarget(t, c, co, g.URL, endpoint{})
		touch(t, c, person, 9) // one change, and so one message

		<-g.waiting
		r.signal(t, syscall.SIGTERM)
		r.says(t, `ending: requests and deliveries under way are finished`)
		g.open()
		if status := r.status(t); status != 0 {
			t.Errorf("it ended with status %d", status)
		}
		if sent := g.about("ghopper"); len(sent) != 1 {
			t.Errorf("%d messages were sent, want one", len(sent))
		}

		r.startAgain(t)
		addPerson(t, r.platform(), co, "alovelace")
		g.knowsOf(t, "alovelace")
		if sent := g.about("ghopper"); len(sent) != 1 {
			t.Errorf("after the next start %d messages were sent, want no further one", len(sent))
		}
	})
}

func TestDrainBoundsTheEnd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, mode, drain, says string
	}{
		// Given any time, a request is ended with an answer before it is over.
		{"request", comity.ModeManual, "0s", `(?m)^comity: requests were still under way after 0s: `},
		{"message", comity.ModeAutomatic, "10ms", `(?m)^comity: messages were still being sent after 10ms: `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := serve(t, sqliteFile(t), "--drain", tt.drain)
			c := r.platform()
			g := closedGate(t)
			co := addCO(t, c, "Telescope")
			p := addTarget(t, c, co, g.URL, endpoint{mode: tt.mode})
			person := addPerson(t, c, co, "ghopper")
			if tt.mode == comity.ModeManual {
				provisionCall(t, r, p.target, person)
			}
			<-g.waiting
			if status := r.end(t); status != 1 {
				t.Errorf("it ended with status %d, want 1", status)
			}
			r.says(t, tt.says)
		})
	}
}

func TestSecondSignalEndsAtOnceAndLosesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database, "--lease", "10s")
		c := r.platform()
		g := closedGate(t)
		co := addCO(t, c, "Telescope")
		addTarget(t, c, co, g.URL, endpoint{})
		addPerson(t, c, co, "ghopper")

		<-g.waiting
		r.signal(t, syscall.SIGTERM)
		r.says(t, `ending: requests and deliveries under way are finished`)
		r.signal(t, syscall.SIGINT)
		if status := r.status(t); status != 1 {
			t.Errorf("it ended with status %d, want 1", status)
		}
		if strings.Contains(r.errOut.String(), "panic") {
			t.Error(r.errOut.String())
		}

		g.open()
		r.startAgain(t)
		eventually(t, "the message is sent again", func() bool { return len(g.about("ghopper")) > 1 })
	})
}
