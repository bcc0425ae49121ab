package http_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
)

// ask sends a person, or a delete, to a receiver that answers by the handler.
func ask(t *testing.T, mode string, deleting bool, handler http.HandlerFunc) comity.Answer {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	h := newHTTP(t, connector.Options{})
	d := connectortest.HTTPDestination(mode, server.URL)
	d.Server.SetText(comity.HttpServer.AuthType, comity.AuthBasic)
	d.Server.SetText(comity.HttpServer.Username, "grace")
	d.Secrets[comity.HttpServer.Password] = "s3cret/x"
	s, sentAs := connectortest.Person("ghopper"), comity.ProvisionedAs{}
	if deleting {
		s, sentAs = comity.Snapshot{Gone: true}, comity.ProvisionedAs{Identifier: "ghopper"}
	}
	msgs, _, err := connectortest.Plan(h, d, s, sentAs)
	if err != nil {
		t.Fatal(err)
	}
	return connectortest.Apply(t.Context(), h, d, msgs[0], 1)
}

func TestAnswers(t *testing.T) {
	const taken, refused, receivers = "taken", "refused", "the receiver's"
	for status, want := range map[int]string{
		200: taken, 201: taken, 202: taken, 204: taken, 206: taken, 299: taken,
		300: receivers, 301: receivers, 302: receivers, 304: receivers, 307: receivers, 308: receivers,
		400: refused, 401: receivers, 402: refused, 403: receivers, 404: refused, 405: refused, 406: refused,
		407: receivers, 408: receivers, 409: refused, 410: refused, 411: refused, 413: refused, 415: refused,
		418: refused, 421: refused, 422: refused, 425: refused, 429: receivers, 431: refused, 451: refused, 499: refused,
		500: receivers, 501: receivers, 502: receivers, 503: receivers, 504: receivers, 507: receivers, 599: receivers,
		600: receivers,
	} {
		for _, mode := range []string{comity.ProtocolPOST, comity.ProtocolPUT} {
			for _, deleting := range []bool{false, true} {
				want := want
				if deleting && (status == 404 || status == 410) {
					want = taken
				}
				a := ask(t, mode, deleting, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
				got := receivers
				switch {
				case a.OK && !a.Refused:
					got = taken
				case a.Refused:
					got = refused
				}
				if got != want || a.Status != status {
					t.Errorf("%d to mode %s, deleting %v: %s (%+v), want %s", status, mode, deleting, got, a, want)
				}
			}
		}
	}
}

func TestAnswerText(t *testing.T) {
	for _, tt := range []struct {
		name, body, want string
		status           int
	}{
		{"nothing", "", "503 Service Unavailable", 503},
		{"of success, not read", "all is well", "201 Created", 201},
		{"text", "try later\n", "503 Service Unavailable: try later", 503},
		{"lines and colours", "\x1b[31mone\r\n\ttwo\x00\x7f\u202ethree\u2028\n", "500 Internal Server Error: [31mone   two   three", 500},
		{"not UTF-8", "caf\xe9 \xff\xfe au lait", "400 Bad Request: caf\uFFFD \uFFFD au lait", 400},
		{"other scripts", "недоступно 😀", "503 Service Unavailable: недоступно 😀", 503},
		{
			"the password repeated", "bad credentials s3cret/x or Basic Z3JhY2U6czNjcmV0L3g=",
			"401 Unauthorized: bad credentials *** or Basic ***", 401,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := ask(t, comity.ProtocolPOST, false, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			if diff := cmp.Diff(tt.want, a.Text); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Of an HTML page the visible text is kept.
func TestAnswerInHTML(t *testing.T) {
	const page = `<!DOCTYPE html><html><head><title>Sorry</title><style>p { color: red }</style>
		<script>if (1 < 2) { alert("<b>s3cret</b>") }</script><!-- a comment --></head>
		<body onload="x()"><h1>502 Bad&nbsp;Gate<b>way</b></h1><p>The upstream &quot;people&quot; is&#32;away.<br>Try later<hr></body></html>`
	const want = `502 Bad Gateway: Sorry 502 Bad Gateway The upstream "people" is away. Try later`
	for _, tt := range []struct{ name, contentType, body, want string }{
		{"as such", "text/html; charset=utf-8", page, want},
		{"as XHTML", "application/xhtml+xml", page, want},
		{"by how it begins", "", page, want},
		{"as something else", "application/json", page, want},
		{"after much style", "text/html", "<style>" + strings.Repeat("p { color: red }\n", 2000) + "</style>Try later", "502 Bad Gateway: Try later"},
		{"cut off in a script", "text/html", "<p>One</p><script>var x = 'two", "502 Bad Gateway: One"},
		{"cut off in a tag", "text/html", "<p>One</p><a hre", "502 Bad Gateway: One"},
		{"script in capitals", "text/html", "One<SCRIPT>two</sCript>three", "502 Bad Gateway: Onethree"},
		{"a script that closes itself", "text/html", "One <script/>two</script> three", "502 Bad Gateway: One three"},
		{"a template", "text/html", "One <template><p>two</p></template>three", "502 Bad Gateway: One three"},
		{"the password", "text/html", "<p>bad s3c&#114;et/x or s3cret/x", "502 Bad Gateway: bad *** or ***"},
		{"text with a sign", "text/plain", "1 <b> 2", "502 Bad Gateway: 1 <b> 2"},
		{"JSON with tags", "application/json", `{"error":"<b>bold</b>"}`, `502 Bad Gateway: {"error":"<b>bold</b>"}`},
		{"no words", "text/html", "<img src=x>", "502 Bad Gateway"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := ask(t, comity.ProtocolPOST, false, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.contentType)
				w.WriteHeader(http.StatusBadGateway)
				_, _ = io.WriteString(w, tt.body)
			})
			if diff := cmp.Diff(tt.want, a.Text); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnswerTextIsCut(t *testing.T) {
	for _, body := range []string{
		strings.Repeat("x", 1<<20),
		strings.Repeat("é", 1<<19),
		"x" + strings.Repeat("😀", 1<<18),
		strings.Repeat("x", 4090) + strings.Repeat("s3cret/x", 10),
	} {
		a := ask(t, comity.ProtocolPOST, false, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, body)
		})
		kept, ok := strings.CutPrefix(a.Text, "418 I'm a teapot: ")
		if !ok || len(kept) > 4096 || len(kept) < 4090 || !utf8.ValidString(kept) || strings.ContainsRune(kept, utf8.RuneError) {
			t.Errorf("%d bytes kept: %.40q … %q", len(kept), kept, kept[max(0, len(kept)-40):])
		}
		if strings.Contains(kept, "s3c") {
			t.Error("a piece of the password is in it")
		}
	}
}

func TestRedirects(t *testing.T) {
	followed := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer elsewhere.Close()
	for _, tt := range []struct{ location, want string }{
		{elsewhere.URL + "/new?x=1", ": redirects are not followed, Location " + elsewhere.URL + "/new?x=1"},
		{"https://me:other@example.org/", ": redirects are not followed, Location https://example.org/"},
		{"", ""},
		{"http://me:other@[/", ""},
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, mode := range []string{comity.ProtocolPOST, comity.ProtocolPUT} {
				a := ask(t, mode, false, func(w http.ResponseWriter, _ *http.Request) {
					if tt.location != "" {
						w.Header().Set("Location", tt.location)
					}
					w.WriteHeader(status)
				})
				want := comity.Answer{Status: status, Text: statusLine(status) + tt.want}
				if a != want {
					t.Errorf("%+v, want %+v", a, want)
				}
			}
		}
	}
	a := ask(t, comity.ProtocolPUT, false, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/login", http.StatusFound)
	})
	if !strings.Contains(a.Text, "Location http://127.0.0.1:") || !strings.HasSuffix(a.Text, "/login") {
		t.Errorf("a relative Location: %q", a.Text)
	}
	if followed {
		t.Error("a redirect was followed")
	}
}

func statusLine(status int) string {
	return map[int]string{
		301: "301 Moved Permanently", 302: "302 Found", 303: "303 See Other",
		307: "307 Temporary Redirect", 308: "308 Permanent Redirect",
	}[status]
}

func TestRetryAfter(t *testing.T) {
	const day = 24 * time.Hour
	in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for _, tt := range []struct {
		value    string
		from, to time.Duration
	}{
		{"", 0, 0},
		{"0", 0, 0},
		{"7", 7 * time.Second, 7 * time.Second},
		{" 120 ", 2 * time.Minute, 2 * time.Minute},
		{"99999999999999999999999", day, day},
		{"9223372036854775807", day, day},
		{"-1", 0, 0},
		{"soon", 0, 0},
		{"1.5", 0, 0},
		{in(time.Hour), 59 * time.Minute, time.Hour},
		{in(-time.Hour), 0, 0},
		{in(999 * day), day, day},
	} {
		for _, status := range []int{429, 503} {
			a := ask(t, comity.ProtocolPOST, false, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", tt.value)
				w.WriteHeader(status)
			})
			if a.RetryAfter < tt.from || a.RetryAfter > tt.to {
				t.Errorf("%q: %v, want %v to %v", tt.value, a.RetryAfter, tt.from, tt.to)
			}
		}
	}
}
