package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"syscall"
	"testing"

	"comity"
)

// silent is the status of a receiver that answers no question, asked that of one that has got a question since.
const (
	silent = -1
	asked  = -2
)

// answering starts the program's own receiver, and returns a way to it that answers GET with a status
// or, where that is 0, with what it holds.
func answering(t *testing.T, status *atomic.Int64) *httptest.Server {
	t.Helper()
	_, holds := startSink(t)
	at, err := url.Parse(holds)
	if err != nil {
		t.Fatal(err)
	}
	behind := httputil.NewSingleHostReverseProxy(at)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch s := status.Load(); {
		case r.Method != http.MethodGet || s == 0:
			behind.ServeHTTP(w, r)
		case s < 0:
			status.Store(asked)
			<-r.Context().Done()
		default:
			w.WriteHeader(int(s))
		}
	}))
	t.Cleanup(front.Close)
	return front
}

// ask sends a receiver something past the registry.
func ask(t *testing.T, method, url, body string) {
	t.Helper()
	if a := call(t, http.DefaultClient, method, url, "", "", body); a.status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, url, a.status, a.body)
	}
}

// printed fails the test unless a command ended with a status and printed that.
func printed(t *testing.T, what string, got ran, status int, out string) {
	t.Helper()
	if got.status != status || got.out != out {
		t.Errorf("%s: status %d, want %d, prints\n%s\nwant\n%s\n%s", what, got.status, status, got.out, out, got.errOut)
	}
}

// comity provision --dry-run lists what would be sent and sends nothing; a full sync that would delete too
// many is refused, by the command and by the API. It does so while the registry is served and while it
// is not.
func TestDryRunCommand(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		co := addCO(t, c, "Telescope")
		one, two := addPerson(t, c, co, "one"), addPerson(t, c, co, "two")
		nameless := add(t, c, fields{comity.CoPerson.CoId: co, comity.CoPerson.Status: comity.Active})
		sink := receive(t)
		to := addTarget(t, c, co, sink.URL, endpoint{mode: comity.ModeManual})
		target := text(to.target)
		command := func(more ...string) ran {
			return runToEnd(t, r.operator(append([]string{"provision", "--target", target}, more...)...))
		}
		problem := fmt.Sprintf("problem (person %d): no identifier of type uid\n", nameless)
		const cannot = "1 cannot be sent: no identifier of type uid\n"

		printed(t, "everybody", command("--all", "--dry-run"), 0,
			fmt.Sprintf("PUT one (person %d)\nPUT two (person %d)\n", one, two)+problem+"2 would be sent, 0 deleted, 0 unchanged\n"+cannot)
		if n := len(sink.messages()); n != 0 {
			t.Errorf("a dry run sent %d messages", n)
		}
		if got := command("--all"); got.status != 0 {
			t.Fatalf("a run: %s", got.errOut)
		}
		remove(t, c, comity.CoPerson.Resource, two)
		was := len(sink.messages())
		listed := fmt.Sprintf("unchanged one (person %d)\nDELETE two (person %d)\n", one, two) + problem + "0 would be sent, 1 deleted, 1 unchanged\n" + cannot
		const tooMany = `1 of the 2 people at target \d+ would be deleted, more than 10 %: allow this with --max-deletes 50%`
		for range 2 {
			got := command("--all", "--dry-run", "--only-changed")
			printed(t, "what changed", got, 1, listed)
			refused(t, ran{status: got.status, errOut: got.errOut}, tooMany)
			refused(t, command("--all", "--only-changed"), tooMany)
			printed(t, "with more deletes", command("--all", "--dry-run", "--only-changed", "--max-deletes", "50%"), 0, listed)
			printed(t, "one", command("--person", text(two), "--dry-run"), 0, fmt.Sprintf("DELETE two (person %d)\n0 would be sent, 1 deleted, 0 unchanged\n", two))
			if !r.hasEnded() {
				a := call(t, http.DefaultClient, http.MethodPost, r.api()+"co_provisioning_targets/provision/"+target+"/all.json", r.user, r.key, "")
				if a.status != http.StatusForbidden || !matches(`maxdeletes=50`, a.body) {
					t.Errorf("the API: %d %s", a.status, a.body)
				}
				r.end(t)
			}
		}
		refused(t, command("--all", "--max-deletes", "half"), `"half" is no share from 0% to 100%`)
		refused(t, command("--all", "--repair"), `--repair goes with --verify`)
		refused(t, command("--all", "--verify", "--dry-run"), `can't be used together`)
		if n := len(sink.messages()) - was; n != 0 {
			t.Errorf("%d messages were sent", n)
		}
		got := command("--all", "--only-changed", "--max-deletes", "50%")
		if last := sink.about("two"); got.status != 0 || !last[len(last)-1].deleted || len(sink.messages()) != was+1 {
			t.Errorf("with more deletes: status %d, %d messages: %s", got.status, len(sink.messages())-was, got.errOut)
		}
	})
}

// comity provision --verify finds drift, reports it by its exit status, and with --repair repairs it; through a
// running server and without one.
func TestVerifyCommand(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		co := addCO(t, c, "Telescope")
		one, two, three := addPerson(t, c, co, "one"), addPerson(t, c, co, "two"), addPerson(t, c, co, "three")
		for i := range 100 {
			addPerson(t, c, co, fmt.Sprintf("person-%03d", i))
		}
		var status atomic.Int64
		receiver := answering(t, &status)
		to := addTarget(t, c, co, receiver.URL, endpoint{mode: comity.ModeManual})
		target := text(to.target)
		command := func(more ...string) ran {
			return runToEnd(t, r.operator(append([]string{"provision", "--target", target}, more...)...))
		}
		refused(t, command("--all", "--verify"), `does not say that its endpoint answers GET: set AnswersGet`)
		edit(t, c, to.settings, fields{comity.CoApiProvisionerTarget.AnswersGet: true})
		if got := command("--all"); got.status != 0 {
			t.Fatalf("a run: %s", got.errOut)
		}
		remove(t, c, comity.CoPerson.Resource, three)
		if got := command("--person", text(two)); got.status != 0 {
			t.Fatalf("one person: %s", got.errOut)
		}
		for range 2 {
			ask(t, http.MethodDelete, receiver.URL+"/one", "")
			ask(t, http.MethodPut, receiver.URL+"/three", `{"person": {"meta": {"id": "three"}}}`)
			found := []string{
				fmt.Sprintf("missing one (person %d)\n", one),
				fmt.Sprintf("surplus three (person %d)\n", three),
				"103 people compared: 1 missing, 1 surplus\n",
			}
			got := command("--all", "--verify")
			printed(t, "compared", got, 2, found[0]+found[1]+found[2])
			if !matches(`target \d+ does not hold, or does not show, what it should hold of 2 people`, got.errOut) {
				t.Errorf("it says %s", got.errOut)
			}
			printed(t, "repaired", command("--all", "--verify", "--repair"), 0,
				found[0]+fmt.Sprintf("repaired (person %d)\n", one)+found[1]+fmt.Sprintf("repaired (person %d)\n", three)+found[2]+"2 repaired\n")
			printed(t, "after that", command("--all", "--verify"), 0, "103 people compared: no drift\n")

			status.Store(http.StatusTeapot)
			printed(t, "unreadable", command("--person", text(one), "--verify"), 2,
				fmt.Sprintf("unreadable one (person %d): 418 I'm a teapot\n1 person compared: 1 unreadable\n", one))

			status.Store(silent)
			running := start(t, r.operator("provision", "--target", target, "--all", "--verify"))
			eventually(t, "the receiver is asked", func() bool { return status.Load() == asked })
			running.signal(t, syscall.SIGINT)
			interrupted := ran{status: running.status(t), errOut: running.errOut.String()}
			refused(t, interrupted, `stopped: the list is not complete`)
			status.Store(0)
			if !r.hasEnded() {
				r.end(t)
			}
		}
	})
}
