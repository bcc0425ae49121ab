package browser_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// endpoint is a service that receives people. It keeps what it is sent, and answers with a status.
type endpoint struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	all    []string
}

func receive(t *testing.T) *endpoint {
	t.Helper()
	e := &endpoint{status: http.StatusOK}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		user, password, _ := r.BasicAuth()
		e.mu.Lock()
		defer e.mu.Unlock()
		e.all = append(e.all, r.Method+" "+r.URL.Path+" "+user+":"+password+" "+string(body))
		w.WriteHeader(e.status)
		if e.status != http.StatusOK {
			_, _ = io.WriteString(w, "Ada is not wanted here")
		}
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) answer(status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status = status
}

// gets waits for a message that begins and holds so.
func (e *endpoint) gets(t *testing.T, begins, holds string) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		e.mu.Lock()
		for _, m := range e.all {
			if strings.HasPrefix(m, begins) && strings.Contains(m, holds) {
				e.mu.Unlock()
				return
			}
		}
		e.mu.Unlock()
	}
	t.Fatalf("no message begins with %q and holds %q: %q", begins, holds, e.all)
}

// reads waits for a text that the page shows once it is loaded again: by itself where there is
// JavaScript, else by its link.
func (b *tab) reads(text string, scripted bool) {
	b.t.Helper()
	if scripted {
		b.says(text)
		return
	}
	for deadline := time.Now().Add(patience / 3); !strings.Contains(b.text(), text); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.t.Fatalf("%s does not say %q:\n%s", b.at(), text, b.text())
		}
		b.press("Reload")
	}
}

// addServer walks through Servers > Add server.
func (b *tab) addServer(address string) {
	b.t.Helper()
	b.press("Servers")
	b.press("Add a New Server")
	b.fill("Description", "Directory")
	b.fill("URL", address)
	b.fill("Auth type", "Basic (name and password)")
	b.fill("Username", "comity")
	b.fill("Password", "hunter2")
	b.press("Add")
	b.says("Server added.")
}

// addTarget walks through Configuration > Provisioning Targets > Add Provisioning Target.
func (b *tab) addTarget(mode string) {
	b.t.Helper()
	b.press("Provisioning Targets")
	b.press("Add Provisioning Target")
	b.fill("Description", "Our directory")
	b.fill("Plugin", "API provisioner")
	b.fill("Status (mode)", mode)
	b.fill("Server", "Directory")
	b.fill("Protocol mode", "HTTP PUT")
	b.fill("Identifier type", "uid")
	b.fill("Include attributes", "true")
	b.press("Add")
	b.says("Provisioning target added.")
}

// addAda adds a person with a name, and leaves the tab at their page.
func (b *tab) addAda() {
	b.t.Helper()
	b.press("People")
	b.press("Add person")
	b.fill("Given name", "Ada")
	b.fill("Family name", "Lovelace")
	b.press("Add")
	b.says("Ada Lovelace")
}

func (b *tab) addIdentifier(value, kind string) {
	b.t.Helper()
	b.press("Add identifier")
	b.fill("Identifier", value)
	b.fill("Type", kind)
	b.press("Add")
	b.says("Identifier added.")
}

// restsUnseen says whether the health's next question is held back while the page is hidden.
const restsUnseen = `(() => {
	Object.defineProperty(document, "hidden", { value: true, configurable: true });
	const asked = document.getElementById("health").dispatchEvent(new CustomEvent("htmx:beforeRequest", { bubbles: true, cancelable: true }));
	delete document.hidden;
	return !asked;
})()`

// TestFirstMessage walks through the documentation of the API provisioner, from an empty installation
// to a message that has arrived.
func TestFirstMessage(t *testing.T) {
	t.Parallel()
	for name, looks := range map[string][]look{"with JavaScript": nil, "without": {noScript}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, e := serve(t), receive(t)
			b := r.open(t, looks...)
			scripted := looks == nil
			b.visit(r.link)
			b.press("Sign in")
			b.press("Add a CO")
			b.fill("Name", "Fair")
			b.fill("Status", "Active")
			b.press("Add")

			b.addServer(e.URL + "/people")
			b.addTarget("Automatic")
			target := b.at()
			b.says("Nobody in this CO has an active identifier of the type uid yet")
			b.addAda()
			ada := b.at()

			// Somebody else gives her the identifier while the operator looks on.
			b.visit(target)
			b.reads("Left out: no identifier of type uid", scripted)
			other := r.open(t, looks...)
			other.signIn(r)
			other.visit(ada)
			other.addIdentifier("ada", "uid")
			e.gets(t, "PUT /people/ada comity:hunter2 ", `"family":"Lovelace"`)
			b.reads("Up to date", scripted)

			b.visit(target)
			b.press("Preview or test a message")
			b.press("Ada Lovelace")
			b.says("This is not a dry run")
			b.press("Send it now")
			b.says("The message was delivered.")
			b.visit(target)
			b.press("Start full sync")
			b.reads("Full sync: done", scripted)
			if scripted && !ask[bool](b, restsUnseen) {
				t.Error("the page reloads the target's status while nobody sees it")
			}
			b.visit(ada)
			b.says("Provisioning")
			b.says("delivered")
		})
	}
}

// TestTargetsAccessible checks with axe the pages of targets that show a failed message, a difference and an
// obstacle.
func TestTargetsAccessible(t *testing.T) {
	t.Parallel()
	r, e := serve(t), receive(t)
	b := r.open(t)
	b.signIn(r)
	b.press("Add a CO")
	b.fill("Name", "Fair")
	b.fill("Status", "Active")
	b.press("Add")
	home := b.at()
	b.addServer(e.URL + "/people")
	server := b.at()
	b.addTarget("Manual")
	target := b.at()
	b.press("Provisioning Targets")
	b.press("Add Provisioning Target")
	b.fill("Description", "Newsletter")
	b.fill("Status (mode)", "Disabled")
	b.fill("Server", "Directory")
	b.fill("Protocol mode", "HTTP POST")
	b.fill("Identifier type", "orcid")
	b.press("Add")
	disabled := b.at()
	b.visit(home + "servers/new")
	b.fill("Description", "Nobody there")
	b.fill("URL", "http://"+freeAddress(t))
	b.fill("Auth type", "None")
	b.press("Add")
	b.press("Add a provisioning target for it")
	b.fill("Description", "Archive")
	b.fill("Protocol mode", "HTTP POST")
	b.fill("Identifier type", "uid")
	b.press("Add")
	away := b.at()
	b.addAda()
	b.addIdentifier("ada", "uid")
	ada := b.at()
	b.visit(away)
	b.says("Retried automatically")
	b.says("connection refused")
	b.visit(target)
	fresh := b.text()
	if !strings.Contains(fresh, "Send a test message") {
		t.Errorf("nothing says what comes next:\n%s", fresh)
	}
	b.press("Start full sync")
	b.press("Preview or test a message")
	b.press("Ada Lovelace")
	message := b.at()
	b.press("Send it now")
	e.answer(http.StatusUnprocessableEntity)
	b.visit(ada)
	b.addIdentifier("ada@example.org", "eppn")
	b.visit(message)
	b.press("Send it now")
	b.says("The message was not delivered")
	for _, l := range [][]look{{light}, {dark, phone}} {
		name := ""
		for _, one := range l {
			name += "-" + one.name
		}
		t.Run(name[1:], func(t *testing.T) {
			b := r.open(t, l...)
			b.signIn(r)
			for page, path := range map[string]string{
				"server": server, "target": target, "target-disabled": disabled, "target-away": away, "target-failed": target + "failed", "target-people": target + "people/",
				"message": message, "server-new": home + "servers/new", "kafka-new": home + "servers/new?type=kafka",
				"target-new": home + "co_provisioning_targets/new", "targets-of-person": ada,
			} {
				b.visit(path)
				b.accessible()
				b.shoot(page + name)
			}
			b.visit(home + "co_provisioning_targets/new")
			b.press("Add")
			b.says("Not saved yet")
			b.accessible()
			b.shoot("target-field-errors" + name)
			b.visit(message)
			b.press("Send it now")
			b.accessible()
			b.shoot("message-refused" + name)
		})
	}
}
