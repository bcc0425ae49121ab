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
func (w *world) addServer(t *testing.T, co int64, kind string) int64 {
	t.Helper()
	return w.add(t, comity.Server.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.Server.CoId, co)
		rec.SetText(comity.Server.Description, "Bare")
		rec.SetText(comity.Server.ServerType, kind)
		rec.SetText(comity.Server.Status, comity.Active)
	})
}

// addTarget adds a disabled target without settings.
func (w *world) addTarget(t *testing.T, co int64) int64 {
	t.Helper()
	return w.addTargetOf(t, co, comity.PluginAPI)
}

// addTargetOf adds a disabled target of a plugin, without settings.
func (w *world) addTargetOf(t *testing.T, co int64, plugin string) int64 {
	t.Helper()
	return w.add(t, comity.CoProvisioningTarget.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoProvisioningTarget.CoId, co)
		rec.SetText(comity.CoProvisioningTarget.Description, "Bare")
		rec.SetText(comity.CoProvisioningTarget.Plugin, plugin)
		rec.SetText(comity.CoProvisioningTarget.Status, comity.ModeDisabled)
	})
}

// addIdentifier gives a person an identifier.
func (w *world) addIdentifier(t *testing.T, person int64, kind, value string) {
	t.Helper()
	w.add(t, comity.Identifier.Resource, func(rec *comity.Record) {
		rec.SetText(comity.Identifier.Identifier, value)
		rec.SetText(comity.Identifier.Type, kind)
		rec.SetText(comity.Identifier.Status, comity.Active)
		rec.SetOwner(comity.Identifier.Person, comity.OwnerCO, person)
	})
}

// setUp adds a server and a target by the console, as its documentation says, and leaves the reader at
// the target's page.
func setUp(t *testing.T, r *reader, co int64, serverURL, mode string) {
	t.Helper()
	r.get(fmt.Sprintf("/console/co/%d/servers/new", co), 200)
	r.submit(values{"Description": "Directory", "Serverurl": serverURL, "AuthType": "BA", "Username": "comity", "Password": "hunter2"}, 200)
	r.says("Server added.")
	r.get(r.link("Add a provisioning target for it"), 200)
	r.submit(values{"Description": "Our directory", "Status": mode, "Mode": "PU", "IdentifierType": "uid"}, 200)
	r.says("Provisioning target added.")
}

func TestAServerIsAddedWithItsSettingsOrNotAtAll(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		servers := fmt.Sprintf("/console/co/%d/servers/", w.addCO(t))
		for _, kind := range []struct {
			query       string
			send        values
			wrong, text string
		}{
			{"", values{"Serverurl": "ftp://example.org", "AuthType": "X"}, "Serverurl", "The serverurl must start with http:// or https:// and name a host."},
			{"?type=kafka", values{"SecurityProtocol": "plaintext"}, "Brokers", "Brokers is required."},
			{"?type=kafka", values{"Brokers": "kafka.example.org:9092", "SecurityProtocol": "sasl_ssl"}, "Username", "Username is required."},
		} {
			r.get(servers+"new"+kind.query, 200)
			r.submit(kind.send, 422)
			if got := r.fault("Description"); got != "Description is required." {
				t.Errorf("beside the description stands %q", got)
			}
			r.submit(values{"Description": "Directory"}, 422)
			if got := r.fault(kind.wrong); got != kind.text {
				t.Errorf("beside %s stands %q", kind.wrong, got)
			}
			r.get(servers, 200)
			r.says("There are no servers yet.")
		}
		r.get(servers+"new?type=kafka", 200)
		r.submit(values{"Description": "Bus", "Brokers": "kafka.example.org:9092", "SecurityProtocol": "plaintext", "Topic": "people"}, 200)
		r.says("Kafka")
		r.says("kafka.example.org:9092")
	})
}

func TestATargetIsAddedWithItsSettingsOrNotAtAll(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		co := w.addCO(t)
		targets := fmt.Sprintf("/console/co/%d/co_provisioning_targets/", co)
		r.get(targets+"new", 200)
		r.says("there is none in this CO yet")
		w.addServer(t, co, comity.ServerHTTP)
		elsewhere := w.addServer(t, w.addCO(t), comity.ServerHTTP)
		r.get(targets+"new", 200)
		r.says("Nothing is sent by itself, only when somebody asks for it.")
		r.submit(values{"MaxRetry": "0", "Mode": "", "SigningSecret": "short"}, 422)
		for name, want := range map[string]string{
			"MaxRetry": "The max retry must be at least 1.", "Mode": "Protocol mode is required.", "IdentifierType": "Identifier type is required.",
		} {
			if got := r.fault(name); got != want {
				t.Errorf("beside %s stands %q, want %q", name, got, want)
			}
		}
		// This is found out only when the target itself is stored already.
		r.submit(values{"MaxRetry": "3", "Mode": "PO", "IdentifierType": "uid", "SigningSecret": "", "ServerId": fmt.Sprint(elsewhere)}, 422)
		if got := r.fault("ServerId"); got == "" {
			t.Errorf("nothing stands beside a server of another CO:\n%s", r.page.text)
		}
		r.get(targets, 200)
		r.says("There are no provisioning targets yet.")
		r.get(targets+"new", 200)
		r.submit(values{"Description": "Ours", "Mode": "PO", "IdentifierType": "uid"}, 200)
		r.says("This target cannot work yet")
		r.says("The target's server has no address yet.")
		r.says("Nobody in this CO has an active identifier of the type uid yet")
		target := w.addTarget(t, co)
		for _, page := range []string{fmt.Sprintf("%s%d/", targets, target), fmt.Sprintf("%s%d/people/%d/", targets, target, w.addPerson(t, co, "Ada", ""))} {
			r.get(page, 200)
			r.says("The target is disabled: nothing is sent to it.")
			r.says("The target has no settings yet")
		}
	})
}

func TestATargetAtAPrivateAddressIsWarnedOf(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		base := w.serve(t, func(o *console.Options) { o.Reachable = netip.Addr.IsGlobalUnicast }).URL
		r := signedIn(t, base, w.operator)
		for address, private := range map[string]bool{"http://127.0.0.1:1/": true, "http://localhost/": true, "http://[::1]/": true, "https://example.org": false} {
			setUp(t, r, w.addCO(t), address, "A")
			if got := strings.Contains(r.page.text, "at a private address"); got != private {
				t.Errorf("warned of %s: %v", address, got)
			}
		}
	})
}

func TestAMessageIsSeenAndSent(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		co, e := w.addCO(t), newEndpoint(t)
		ada := w.addPerson(t, co, "Ada", "")
		w.addIdentifier(t, ada, "uid", "ada")
		setUp(t, r, co, e.URL+"/people", "M")
		target := r.at()
		r.says("Nothing sent yet")

		r.get(r.link("Send a test message")+"?q=nobody", 200)
		r.says("Nothing matches.")
		r.get(r.link("Show all people")+"?q=ada", 200)
		r.get(r.link("Ada"), 200)
		message := r.at()
		for _, text := range []string{"never sent", "PUT " + e.URL + "/people/ada", "Authorization: Basic ***", `"given": "Ada"`, "This is not a dry run", "all of it is new"} {
			r.says(text)
		}
		if strings.Contains(r.page.text, "hunter2") {
			t.Error("the password is shown")
		}
		if e.got() != "" {
			t.Errorf("a preview sent %s", e.got())
		}
		r.press("Send it now", 200)
		r.says("The message was delivered.")
		if got := e.got(); !strings.HasPrefix(got, "PUT /people/ada ") || !strings.Contains(got, `"given":"Ada"`) {
			t.Errorf("the endpoint got %q", got)
		}
		r.get(target, 200)
		r.says("Up to date")

		e.answer(http.StatusUnprocessableEntity)
		w.addIdentifier(t, ada, "eppn", "ada@example.org")
		r.get(message, 200)
		r.says("ada@example.org")
		r.says("/person/identifiers/1")
		r.press("Send it now", 502)
		r.says("The message was not delivered")
		r.says("422 Unprocessable Entity: the endpoint says <no>")
		r.get(target, 200)
		r.says("could not be sent or were refused")
		r.says("422 Unprocessable Entity")
		r.get(target+"failed", 200)
		r.says("Ada")
		r.get(fmt.Sprintf("/console/co/%d/co_people/%d/", co, ada), 200)
		r.says("Provisioning")
		r.press("Resend to Our directory", 200)
		r.says("The message is sent again.")
		r.says("Pending")
		r.get(message, 200)
		r.says("pending")
	})
}

func TestAllThatFailedIsSentAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		co, e := w.addCO(t), newEndpoint(t)
		e.answer(http.StatusBadRequest)
		setUp(t, r, co, e.URL, "M")
		target := r.at()
		for _, given := range []string{"Ada", "Bob"} {
			person := w.addPerson(t, co, given, "")
			w.addIdentifier(t, person, "uid", given)
			r.get(fmt.Sprintf("%speople/%d/", target, person), 200)
			r.press("Send it now", 502)
		}
		r.get(target, 200)
		r.press("Resend all", 200)
		r.says("2 messages are sent again.")
	})
}

// TestWhyAMessageIsTriedAgain has an endpoint fail in a mode that tries again.
func TestWhyAMessageIsTriedAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		co, e := w.addCO(t), newEndpoint(t)
		ada := w.addPerson(t, co, "Ada", "")
		w.addIdentifier(t, ada, "uid", "ada")
		e.answer(http.StatusServiceUnavailable)
		setUp(t, r, co, e.URL, "A")
		target := r.at()
		r.get(fmt.Sprintf("%speople/%d/", target, ada), 200)
		r.press("Send it now", 502)
		r.get(target, 200)
		r.says("They are retried automatically.")
		r.says("503 Service Unavailable")
		r.get(r.link("Directory"), 200)
		r.says("Provisioning targets that send to it: Our directory.")
	})
}

func TestAFullSyncIsStartedStoppedAndContinued(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		co, e := w.addCO(t), newEndpoint(t)
		w.addIdentifier(t, w.addPerson(t, co, "Ada", ""), "uid", "ada")
		setUp(t, r, co, e.URL, "A")
		r.press("Start full sync", 200)
		r.says("Full sync: under way")
		r.says("0 of 1 people")
		r.press("Stop", 200)
		r.says("Full sync: stopped")
		r.press("Sync changed only", 200)
		r.says("Full sync of what changed: under way")
	})
}

// TestManyDeletesAreAskedAbout starts a full sync of a target that holds one person, who is gone.
func TestManyDeletesAreAskedAbout(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		co, e := w.addCO(t), newEndpoint(t)
		ada := w.addPerson(t, co, "Ada", "")
		w.addIdentifier(t, ada, "uid", "ada")
		setUp(t, r, co, e.URL, "M")
		target := r.at()
		r.get(fmt.Sprintf("%speople/%d/", target, ada), 200)
		r.press("Send it now", 200)
		r.get(fmt.Sprintf("/console/co/%d/co_people/%d/edit", co, ada), 200)
		r.submit(values{"Status": comity.Denied}, 200)
		r.get(target, 200)
		r.press("Start full sync", 409)
		r.says("1 of the 1 people at target")
		r.press("Send and delete all the same", 200)
		r.says("Full sync: under way")
	})
}

// TestTheStatusReloadsItself sends the requests that htmx sends: an unchanged status is answered 204.
func TestTheStatusReloadsItself(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		base := w.serve(t, nil).URL
		r := signedIn(t, base, w.operator)
		co, e := w.addCO(t), newEndpoint(t)
		setUp(t, r, co, e.URL, "A")
		target := r.at()
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
		health := attr(byID(r.page.root, "health"), "hx-get")
		poll(r.client, health, http.StatusNoContent)
		w.addIdentifier(t, w.addPerson(t, co, "Ada", ""), "uid", "ada")
		r.press("Start full sync", 200)
		if got := poll(r.client, health, http.StatusOK); !strings.HasPrefix(got, "<section") || !strings.Contains(got, "under way") {
			t.Errorf("the health is answered %s", got)
		}
		poll(newHTTPClient(t), health, http.StatusUnauthorized)
		r.get(target+"health", 200)
		if r.at() != target {
			t.Errorf("a reader of the fragment is at %s", r.at())
		}
	})
}

func TestTargetsAreForAdministratorsOfTheirCO(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		base := w.serve(t, nil).URL
		operator := signedIn(t, base, w.operator)
		co, other := w.addCO(t), w.addCO(t)
		person := w.addPerson(t, co, "Ada", "")
		setUp(t, operator, co, "https://example.org", "M")
		target := operator.at()
		paths := []string{"", "health", "failed", "people/", fmt.Sprintf("people/%d/", person)}
		posts := []string{"resend", "everybody", "stop", fmt.Sprintf("people/%d/send", person), fmt.Sprintf("people/%d/resend", person)}

		for co, want := range map[int64]int{co: 403, other: 404} {
			login, err := w.signin.AddUser(t.Context(), co, "program", co == other, "")
			if err != nil {
				t.Fatal(err)
			}
			r := newReader(t, base)
			r.get("/console/sign-in", 200)
			r.submit(map[string]string{"username": login.Username, "key": login.Key}, 200)
			for _, path := range paths {
				r.get(target+path, want)
			}
			for _, path := range posts {
				r.post(target+path, url.Values{}, want)
			}
			if co == other {
				// Nor by their own CO's path.
				mine := fmt.Sprintf("/console/co/%d/co_provisioning_targets/%s", other, target[strings.Index(target, "targets/")+len("targets/"):])
				for _, path := range paths {
					r.get(mine+path, 404)
				}
				for _, path := range posts {
					r.post(mine+path, url.Values{}, 404)
				}
			}
		}
	})
}
