package console_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"

	"comity"
	"comity/internal/console"
)

// endpoint is a receiver that keeps the last message and answers with a status.
type endpoint struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	last   string
}

func newEndpoint(t *testing.T) *endpoint {
	t.Helper()
	e := &endpoint{status: http.StatusOK}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		defer e.mu.Unlock()
		e.last = r.Method + " " + r.URL.Path + " " + string(body)
		w.WriteHeader(e.status)
		if e.status != http.StatusOK {
			_, _ = io.WriteString(w, "the endpoint says <no>")
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

func (e *endpoint) got() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.last
}

// addServer adds a server without settings.
func (fx *fixture) addServer(t *testing.T, co int64, kind string) int64 {
	t.Helper()
	return fx.add(t, comity.Server.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.Server.CoId, co)
		rec.SetText(comity.Server.Description, "Bare")
		rec.SetText(comity.Server.ServerType, kind)
		rec.SetText(comity.Server.Status, comity.Active)
	})
}

// addTarget adds a disabled target without settings.
func (fx *fixture) addTarget(t *testing.T, co int64) int64 {
	t.Helper()
	return fx.addTargetOf(t, co, comity.PluginAPI)
}

// addTargetOf adds a disabled target of a plugin, without settings.
func (fx *fixture) addTargetOf(t *testing.T, co int64, plugin string) int64 {
	t.Helper()
	return fx.add(t, comity.CoProvisioningTarget.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoProvisioningTarget.CoId, co)
		rec.SetText(comity.CoProvisioningTarget.Description, "Bare")
		rec.SetText(comity.CoProvisioningTarget.Plugin, plugin)
		rec.SetText(comity.CoProvisioningTarget.Status, comity.ModeDisabled)
	})
}

// addIdentifier gives a person an identifier.
func (fx *fixture) addIdentifier(t *testing.T, person int64, kind, value string) {
	t.Helper()
	fx.add(t, comity.Identifier.Resource, func(rec *comity.Record) {
		rec.SetText(comity.Identifier.Identifier, value)
		rec.SetText(comity.Identifier.Type, kind)
		rec.SetText(comity.Identifier.Status, comity.Active)
		rec.SetOwner(comity.Identifier.Person, comity.OwnerCO, person)
	})
}

// addTargetByForms adds a server and a target by the console, as its documentation says, and leaves the browser at
// the target's page.
func addTargetByForms(t *testing.T, b *browser, co int64, serverURL, mode string) {
	t.Helper()
	b.get(fmt.Sprintf("/console/co/%d/servers/new", co), 200)
	b.submit(values{"Description": "Directory", "Serverurl": serverURL, "AuthType": "BA", "Username": "comity", "Password": "hunter2"}, 200)
	b.says("Server added.")
	b.get(b.link("Add a provisioning target for it"), 200)
	b.submit(values{"Description": "Our directory", "Status": mode, "Mode": "PU", "IdentifierType": "uid"}, 200)
	b.says("Provisioning target added.")
}

func TestAServerIsAddedWithItsSettingsOrNotAtAll(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		servers := fmt.Sprintf("/console/co/%d/servers/", fx.addCO(t))
		for _, kind := range []struct {
			query       string
			send        values
			wrong, text string
		}{
			{"", values{"Serverurl": "ftp://example.org", "AuthType": "X"}, "Serverurl", "The serverurl must start with http:// or https:// and name a host."},
			{"?type=kafka", values{"SecurityProtocol": "plaintext"}, "Brokers", "Brokers is required."},
			{"?type=kafka", values{"Brokers": "kafka.example.org:9092", "SecurityProtocol": "sasl_ssl"}, "Username", "Username is required."},
		} {
			b.get(servers+"new"+kind.query, 200)
			b.submit(kind.send, 422)
			if got := b.fault("Description"); got != "Description is required." {
				t.Errorf("beside the description stands %q", got)
			}
			b.submit(values{"Description": "Directory"}, 422)
			if got := b.fault(kind.wrong); got != kind.text {
				t.Errorf("beside %s stands %q", kind.wrong, got)
			}
			b.get(servers, 200)
			b.says("There are no servers yet.")
		}
		b.get(servers+"new?type=kafka", 200)
		b.submit(values{"Description": "Bus", "Brokers": "kafka.example.org:9092", "SecurityProtocol": "plaintext", "Topic": "people"}, 200)
		b.says("Kafka")
		b.says("kafka.example.org:9092")
	})
}

// The form of a target asks for the settings of the plugin that is chosen, by a link or in the form.
func TestATargetIsAddedWithTheSettingsOfItsPlugin(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		targets := fmt.Sprintf("/console/co/%d/co_provisioning_targets/", fx.addCO(t))
		b.get(targets+"new", 200)
		b.submit(values{"Description": "Spool", "Plugin": comity.PluginFile}, 422)
		if got := b.fault("IdentifierType"); got != "Identifier type is required." {
			t.Errorf("beside the identifier type stands %q", got)
		}
		b.get(targets+"new", 200)
		b.get(b.link("File provisioner"), 200)
		b.submit(values{"Description": "Spool", "Layout": comity.LayoutLog, "IdentifierType": "uid"}, 200)
		b.says("Provisioning target added.")
		b.says("One log")
		b.says("Nobody in this CO has an active identifier of the type uid yet")
	})
}

func TestATargetIsAddedWithItsSettingsOrNotAtAll(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		co := fx.addCO(t)
		targets := fmt.Sprintf("/console/co/%d/co_provisioning_targets/", co)
		b.get(targets+"new", 200)
		b.says("there is none in this CO yet")
		fx.addServer(t, co, comity.ServerHTTP)
		elsewhere := fx.addServer(t, fx.addCO(t), comity.ServerHTTP)
		b.get(targets+"new", 200)
		b.says("Nothing is sent by itself, only when somebody asks for it.")
		b.submit(values{"MaxRetry": "0", "Mode": "", "SigningSecret": "short"}, 422)
		for name, want := range map[string]string{
			"MaxRetry": "The max retry must be at least 1.", "Mode": "Protocol mode is required.", "IdentifierType": "Identifier type is required.",
		} {
			if got := b.fault(name); got != want {
				t.Errorf("beside %s stands %q, want %q", name, got, want)
			}
		}
		// This is found out only when the target itself is stored already.
		b.submit(values{"MaxRetry": "3", "Mode": "PO", "IdentifierType": "uid", "SigningSecret": "", "ServerId": fmt.Sprint(elsewhere)}, 422)
		if got := b.fault("ServerId"); got == "" {
			t.Errorf("nothing stands beside a server of another CO:\n%s", b.page.text)
		}
		b.get(targets, 200)
		b.says("There are no provisioning targets yet.")
		b.get(targets+"new", 200)
		b.submit(values{"Description": "Ours", "Mode": "PO", "IdentifierType": "uid"}, 200)
		b.says("This target cannot work yet")
		b.says("The target's server has no address yet.")
		b.says("Nobody in this CO has an active identifier of the type uid yet")
		target := fx.addTarget(t, co)
		for _, page := range []string{fmt.Sprintf("%s%d/", targets, target), fmt.Sprintf("%s%d/people/%d/", targets, target, fx.addPerson(t, co, "Ada", ""))} {
			b.get(page, 200)
			b.says("The target is disabled: nothing is sent to it.")
			b.says("The target has no settings yet")
		}
	})
}

func TestATargetAtAPrivateAddressIsWarnedOf(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		base := fx.serve(t, func(o *console.Options) { o.Reachable = netip.Addr.IsGlobalUnicast }).URL
		b := signedIn(t, base, fx.operator)
		for address, private := range map[string]bool{"http://127.0.0.1:1/": true, "http://localhost/": true, "http://[::1]/": true, "https://example.org": false} {
			addTargetByForms(t, b, fx.addCO(t), address, "A")
			if got := strings.Contains(b.page.text, "at a private address"); got != private {
				t.Errorf("warned of %s: %v", address, got)
			}
		}
	})
}

func TestAMessageIsSeenAndSent(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		co, e := fx.addCO(t), newEndpoint(t)
		ada := fx.addPerson(t, co, "Ada", "")
		fx.addIdentifier(t, ada, "uid", "ada")
		addTargetByForms(t, b, co, e.URL+"/people", "M")
		target := b.at()
		b.says("Nothing sent yet")

		b.get(b.link("Send a test message")+"?q=nobody", 200)
		b.says("Nothing matches.")
		b.get(b.link("Show all people")+"?q=ada", 200)
		b.get(b.link("Ada"), 200)
		message := b.at()
		for _, text := range []string{"never sent", "PUT " + e.URL + "/people/ada", "Authorization: Basic ***", `"given": "Ada"`, "This is not a dry run", "all of it is new"} {
			b.says(text)
		}
		if strings.Contains(b.page.text, "hunter2") {
			t.Error("the password is shown")
		}
		if e.got() != "" {
			t.Errorf("a preview sent %s", e.got())
		}
		b.press("Send it now", 200)
		b.says("The message was delivered.")
		if got := e.got(); !strings.HasPrefix(got, "PUT /people/ada ") || !strings.Contains(got, `"given":"Ada"`) {
			t.Errorf("the endpoint got %q", got)
		}
		b.get(target, 200)
		b.says("Up to date")

		e.answer(http.StatusUnprocessableEntity)
		fx.addIdentifier(t, ada, "eppn", "ada@example.org")
		b.get(message, 200)
		b.says("ada@example.org")
		b.says("/person/identifiers/1")
		b.press("Send it now", 502)
		b.says("The message was not delivered")
		b.says("422 Unprocessable Entity: the endpoint says <no>")
		b.get(target, 200)
		b.says("could not be sent or were refused")
		b.says("422 Unprocessable Entity")
		b.get(target+"failed", 200)
		b.says("Ada")
		b.get(fmt.Sprintf("/console/co/%d/co_people/%d/", co, ada), 200)
		b.says("Provisioning")
		b.press("Resend to Our directory", 200)
		b.says("The message is sent again.")
		b.says("Pending")
		b.get(message, 200)
		b.says("pending")
	})
}

func TestAllThatFailedIsSentAgain(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		co, e := fx.addCO(t), newEndpoint(t)
		e.answer(http.StatusBadRequest)
		addTargetByForms(t, b, co, e.URL, "M")
		target := b.at()
		for _, given := range []string{"Ada", "Bob"} {
			person := fx.addPerson(t, co, given, "")
			fx.addIdentifier(t, person, "uid", given)
			b.get(fmt.Sprintf("%speople/%d/", target, person), 200)
			b.press("Send it now", 502)
		}
		b.get(target, 200)
		b.press("Resend all", 200)
		b.says("2 messages are sent again.")
	})
}

// TestWhyAMessageIsTriedAgain has an endpoint fail in a mode that tries again.
func TestWhyAMessageIsTriedAgain(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		co, e := fx.addCO(t), newEndpoint(t)
		ada := fx.addPerson(t, co, "Ada", "")
		fx.addIdentifier(t, ada, "uid", "ada")
		e.answer(http.StatusServiceUnavailable)
		addTargetByForms(t, b, co, e.URL, "A")
		target := b.at()
		b.get(fmt.Sprintf("%speople/%d/", target, ada), 200)
		b.press("Send it now", 502)
		b.get(target, 200)
		b.says("They are retried automatically.")
		b.says("503 Service Unavailable")
		b.get(b.link("Directory"), 200)
		b.says("Provisioning targets that send to it: Our directory.")
	})
}

func TestAFullSyncIsStartedStoppedAndContinued(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		co, e := fx.addCO(t), newEndpoint(t)
		fx.addIdentifier(t, fx.addPerson(t, co, "Ada", ""), "uid", "ada")
		addTargetByForms(t, b, co, e.URL, "A")
		b.press("Start full sync", 200)
		b.says("Full sync: under way")
		b.says("0 of 1 people")
		b.press("Stop", 200)
		b.says("Full sync: stopped")
		b.press("Sync changed only", 200)
		b.says("Full sync of what changed: under way")
	})
}

// TestManyDeletesAreAskedAbout starts a full sync of a target that holds one person, who is gone.
func TestManyDeletesAreAskedAbout(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		co, e := fx.addCO(t), newEndpoint(t)
		ada := fx.addPerson(t, co, "Ada", "")
		fx.addIdentifier(t, ada, "uid", "ada")
		addTargetByForms(t, b, co, e.URL, "M")
		target := b.at()
		b.get(fmt.Sprintf("%speople/%d/", target, ada), 200)
		b.press("Send it now", 200)
		b.get(fmt.Sprintf("/console/co/%d/co_people/%d/edit", co, ada), 200)
		b.submit(values{"Status": comity.Denied}, 200)
		b.get(target, 200)
		b.press("Start full sync", 409)
		b.says("1 of the 1 people at target")
		b.press("Send and delete all the same", 200)
		b.says("Full sync: under way")
	})
}

// TestTheStatusReloadsItself sends the requests that htmx sends: an unchanged status is answered 204.
func TestTheStatusReloadsItself(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		base := fx.serve(t, nil).URL
		b := signedIn(t, base, fx.operator)
		co, e := fx.addCO(t), newEndpoint(t)
		addTargetByForms(t, b, co, e.URL, "A")
		target := b.at()
		poll := func(client *http.Client, to string, want int) string {
			t.Helper()
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+to, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("HX-Request", "true")
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			body, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != want {
				t.Fatalf("GET %s is answered %d, want %d: %s %v", to, response.StatusCode, want, body, err)
			}
			if refresh := response.Header.Get("HX-Refresh"); (refresh != "") != (want == http.StatusUnauthorized) {
				t.Errorf("HX-Refresh is %q with status %d", refresh, want)
			}
			return string(body)
		}
		health := attr(byID(b.page.root, "health"), "hx-get")
		poll(b.client, health, http.StatusNoContent)
		fx.addIdentifier(t, fx.addPerson(t, co, "Ada", ""), "uid", "ada")
		b.press("Start full sync", 200)
		if got := poll(b.client, health, http.StatusOK); !strings.HasPrefix(got, "<section") || !strings.Contains(got, "under way") {
			t.Errorf("the health is answered %s", got)
		}
		poll(newHTTPClient(t), health, http.StatusUnauthorized)
		b.get(target+"health", 200)
		if b.at() != target {
			t.Errorf("the browser is at %s", b.at())
		}
	})
}

func TestTargetsAreForAdministratorsOfTheirCO(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		base := fx.serve(t, nil).URL
		operator := signedIn(t, base, fx.operator)
		co, other := fx.addCO(t), fx.addCO(t)
		person := fx.addPerson(t, co, "Ada", "")
		addTargetByForms(t, operator, co, "https://example.org", "M")
		target := operator.at()
		paths := []string{"", "health", "failed", "people/", fmt.Sprintf("people/%d/", person)}
		posts := []string{"resend", "everybody", "stop", fmt.Sprintf("people/%d/send", person), fmt.Sprintf("people/%d/resend", person)}

		for co, want := range map[int64]int{co: 403, other: 404} {
			login, err := fx.signin.AddUser(t.Context(), co, "program", co == other, "")
			if err != nil {
				t.Fatal(err)
			}
			b := newBrowser(t, base)
			b.get("/console/sign-in", 200)
			b.submit(map[string]string{"username": login.Username, "key": login.Key}, 200)
			for _, path := range paths {
				b.get(target+path, want)
			}
			for _, path := range posts {
				b.post(target+path, url.Values{}, want)
			}
			if co == other {
				// Nor by their own CO's path.
				mine := fmt.Sprintf("/console/co/%d/co_provisioning_targets/%s", other, target[strings.Index(target, "targets/")+len("targets/"):])
				for _, path := range paths {
					b.get(mine+path, 404)
				}
				for _, path := range posts {
					b.post(mine+path, url.Values{}, 404)
				}
			}
		}
	})
}
