package e2e_test

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"comity"
)

// comity provision runs a full sync or sends one person, while the registry is served and while it is not, and
// continues a full sync where it was interrupted.
func TestProvisionCommand(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		co := addCO(t, c, "Telescope")
		const people = 150
		for i := range people {
			addPerson(t, c, co, fmt.Sprintf("person-%03d", i))
		}
		one := addPerson(t, c, co, "one")
		var slow atomic.Bool
		sink := receiveWith(t, func(message) (int, string) {
			if slow.Load() { // so that the command is not through when it is interrupted
				time.Sleep(50 * time.Millisecond)
			}
			return 200, ""
		})
		to := addTarget(t, c, co, sink.URL, endpoint{mode: comity.ModeManual})
		target := text(to.target)
		if got := len(sink.messages()); got != 0 {
			t.Fatalf("a manual target was sent %d messages", got)
		}

		refused(t, runToEnd(t, r.operator("provision", "--target", target)), `--all`)
		refused(t, runToEnd(t, r.operator("provision", "--target", "4711", "--all")), `CoProvisioningTarget Not Found`)
		refused(t, runToEnd(t, r.operator("provision", "--target", target, "--person", "4711")), `CoPerson Unknown`)

		got := runToEnd(t, r.operator("provision", "--target", target, "--person", text(one)))
		if got.status != 0 || !matches(`^person \d+ was sent to target \d+\n$`, got.out) || len(sink.messages()) != 1 {
			t.Errorf("one person: status %d, %d messages: %s%s", got.status, len(sink.messages()), got.out, got.errOut)
		}
		got = runToEnd(t, r.operator("provision", "--target", target, "--all", "--only-changed"))
		if got.status != 0 || !matches(`^full sync of 151 people took `, got.out) || len(sink.messages()) != people+1 {
			t.Errorf("a full sync without the one who was sent: status %d, %d messages: %s%s", got.status, len(sink.messages()), got.out, got.errOut)
		}

		r.end(t)
		slow.Store(true)
		cmd := r.operator("provision", "--target", target, "--all")
		running := start(t, cmd)
		eventually(t, "some are sent", func() bool { return len(sink.messages()) > people+4 })
		running.signal(t, syscall.SIGINT)
		interrupted := ran{status: running.status(t), out: running.out.String(), errOut: running.errOut.String()}
		refused(t, interrupted, `stopped at \d+ of 151 people: the same command continues from there`)
		slow.Store(false)
		before := len(sink.messages())
		got = runToEnd(t, r.operator("provision", "--target", target, "--all"))
		if sent := len(sink.messages()) - before; got.status != 0 || !matches(`^full sync of \d+ people took `, got.out) || sent >= people {
			t.Errorf("the rest: status %d, %d messages: %s%s", got.status, sent, got.out, got.errOut)
		}
	})
}
