package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"comity"
	"comity/internal/pgtest"
)

// count says how often the log says something.
func (p *process) count(text string) int { return strings.Count(p.errOut.String(), text) }

const (
	outageBegins = "the database is unavailable"
	outageEnds   = "the database is available again"
)

// An outage of the database counts as no failed login: requests with right keys are answered when to try again,
// by REST and in the console, and succeed as soon as it is over. The log has a line for its beginning
// and one for its end, and the metrics go on.
func TestOutageIsNoFailedLogin(t *testing.T) {
	t.Parallel()
	server, err := pgtest.Start(t.Context(), pgtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	r := serve(t, server.Database(t), "--failed-logins", "2")
	signIn := func() *http.Response {
		resp, err := http.PostForm(r.page("/console/sign-in"), url.Values{"username": {r.user}, "key": {r.key}})
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp
	}
	for range 2 {
		if err := server.Halt(t.Context()); err != nil {
			t.Fatal(err)
		}
		began := r.count(outageBegins)
		for range 5 {
			got := call(t, r.http, http.MethodGet, r.api()+"cos.json", r.user, r.key, "")
			if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" || !strings.Contains(got.body, "database") {
				t.Errorf("a right key is answered %d %s, Retry-After %q: %s", got.status, got.reason, got.header.Get("Retry-After"), got.body)
			}
			if resp := signIn(); resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
				t.Errorf("in the console it is answered %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
			}
		}
		if up := metric(t, r, `comity_database_up{access="read"}`); up != 0 {
			t.Errorf("the metrics say that the database is up: %v", up)
		}
		if metric(t, r, "go_goroutines") == 0 {
			t.Error("the metrics say nothing of the process")
		}
		if got := call(t, http.DefaultClient, http.MethodGet, r.page("/readyz"), "", "", ""); got.status != http.StatusServiceUnavailable {
			t.Errorf("/readyz answers %d %s", got.status, got.body)
		}
		if got := r.count(outageBegins); got > began+1 {
			t.Errorf("the log says %d times that an outage begins", got-began)
		}
		if err := server.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is ready again", func() bool { return getStatus(r.page("/readyz")) == http.StatusOK })
		eventually(t, "the key is let in", func() bool {
			got := call(t, r.http, http.MethodGet, r.api()+"cos.json", r.user, r.key, "")
			if got.status != http.StatusOK && got.status != http.StatusServiceUnavailable {
				t.Fatalf("a right key is answered %d %s", got.status, got.reason)
			}
			return got.status == http.StatusOK
		})
		if resp := signIn(); resp.StatusCode == http.StatusTooManyRequests {
			t.Errorf("in the console it is answered %s", resp.Status)
		}
	}
	if begins, ends := r.count(outageBegins), r.count(outageEnds); begins != ends || begins > 4 {
		t.Errorf("the log says %d times that an outage begins, %d times that one ends", begins, ends)
	}
	if n := r.count("level=ERROR"); n != r.count(outageBegins) {
		t.Errorf("the log has %d errors", n)
	}
}

// A provision call whose receiver hangs is answered when the request's time is over, and says so.
func TestProvisionCallToAHangingReceiverIsAnswered(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database, "--request-timeout", "2s")
		c := r.platform()
		co := addCO(t, c, "Telescope")
		silent := startFailingReceiver(t, isSilent)
		target := addTarget(t, c, co, silent.url, endpoint{mode: comity.ModeManual})
		person := addPerson(t, c, co, "ghopper")
		got := call(t, r.http, http.MethodPost, fmt.Sprintf("%sco_provisioning_targets/provision/%d/copersonid:%d.json", r.api(), target.target, person), r.user, r.key, "")
		if got.status != http.StatusInternalServerError || got.reason != "Provisioning Failed" || !strings.Contains(got.body, "before an answer came") {
			t.Errorf("it is answered %d %s: %s", got.status, got.reason, got.body)
		}
	})
}

// A failed login is in the log with its address; many of them do not fill it.
func TestFailedLoginsAreLogged(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	for range 40 {
		if got := call(t, r.http, http.MethodGet, r.api()+"cos.json", r.user, "wrong", ""); got.status != http.StatusUnauthorized {
			t.Fatalf("a wrong key is answered %d", got.status)
		}
	}
	r.says(t, `msg="a login failed" address=127\.0\.0\.1 by=key user=co_1\.operator`)
	if n := r.count("a login failed"); n > 20 {
		t.Errorf("the log has %d lines about 40 failed logins", n)
	}
	if n := metric(t, r, "comity_failed_logins_total"); n != 40 {
		t.Errorf("the metrics count %v", n)
	}
	if !strings.Contains(r.errOut.String(), "msg=started version=") {
		t.Error("the log does not say that it has started, with its version")
	}
}

// The API's root without its slash leads to it, slashes in a row are one, and a compressed body is not read.
func TestPathsAndBodiesAsClientsSendThem(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	there := func(path string) *http.Response {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(r.page("/"), "/")+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.SetBasicAuth(r.user, r.key)
		resp, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp
	}
	for path, want := range map[string]int{
		"/registry//cos.json": http.StatusOK, "//registry/cos.json": http.StatusOK, "/registry/cos//1.json": http.StatusOK,
		"/registry": http.StatusPermanentRedirect, "//registry": http.StatusPermanentRedirect, "/registry/cos%2F1.json": http.StatusNotFound,
	} {
		resp := there(path)
		if resp.StatusCode != want {
			t.Errorf("%s is answered %s, want %d", path, resp.Status, want)
		}
		if want == http.StatusPermanentRedirect && resp.Header.Get("Location") != "/registry/" {
			t.Errorf("%s leads to %q", path, resp.Header.Get("Location"))
		}
	}
}

// Settings of how requests are served that cannot be right end the start with a line that says so.
func TestWrongSettingsOfServingEndTheStart(t *testing.T) {
	t.Parallel()
	for flags, says := range map[string]string{
		"--request-timeout 10ms":                             "from 1s to 2m0s",
		"--request-timeout 3m":                               "from 1s to 2m0s",
		"--access-log apache":                                "off, json or combined",
		"--access-log-file x.log":                            "set it to json or combined",
		"--tls-cert cert.pem":                                "--tls-cert needs --tls-key",
		"--access-log json --access-log-file no/such/folder": "no such file",
	} {
		folder := t.TempDir()
		got := runToEnd(t, command(folder, append([]string{"serve", "--listen", "127.0.0.1:0"}, strings.Fields(flags)...)...))
		if got.status != 1 || !strings.Contains(got.errOut, says) {
			t.Errorf("%s ends with %d: %s", flags, got.status, got.errOut)
		}
	}
}

// The access log has a line for each request, with whose it was.
func TestAccessLog(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t), "--access-log", "combined")
	call(t, r.http, http.MethodGet, r.api()+"cos.json?limit=1", r.user, r.key, "")
	r.says(t, `(?m)^127\.0\.0\.1 - co_1\.operator \[.*\] "GET /registry/cos\.json\?limit=1 HTTP/1\.1" 200 \d+ "-" "Go-http-client/1\.1"$`)
}
