package http_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
)

// request is a message as a receiver got it.
type request struct {
	Method, URI, Body string
	Header            http.Header
}

// receiver answers everything with 204 and keeps what it was sent.
func receiver(t *testing.T) (url string, last func() request) {
	t.Helper()
	var mu sync.Mutex
	var seen request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		seen = request{r.Method, r.RequestURI, string(body), r.Header}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() request {
		mu.Lock()
		defer mu.Unlock()
		return seen
	}
}

func TestSend(t *testing.T) {
	url, last := receiver(t)
	h := newHTTP(t, connector.Options{UserAgent: "comity/1.2.3"})
	for _, mode := range []string{comity.ProtocolPOST, comity.ProtocolPUT} {
		d := connectortest.HTTPDestination(mode, url+"/people/")
		msgs, _, err := connectortest.Plan(h, d, connectortest.WholePerson(), comity.ProvisionedAs{Identifier: "grace"})
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range msgs {
			a := connectortest.Apply(t.Context(), h, d, m, int64(41+i))
			if diff := cmp.Diff(comity.Answer{Status: 204, Text: "204 No Content", OK: true}, a); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			want := http.Header{
				"Accept": {"application/json"}, "Accept-Encoding": nil, "User-Agent": {"comity/1.2.3"},
				"Comity-Sequence": {[]string{"41", "42"}[i]},
				"Comity-Subject":  {"1"},
			}
			uri := "/people/"
			if mode == comity.ProtocolPUT {
				uri += m.Identifier
			}
			if m.Body != nil {
				want.Set("Content-Type", "application/json")
			}
			got := last()
			delete(got.Header, "Content-Length")
			delete(want, "Accept-Encoding")
			if diff := cmp.Diff(request{m.Method, uri, string(m.Body), want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
	}
}

func TestAuthorization(t *testing.T) {
	url, last := receiver(t)
	h := newHTTP(t, connector.Options{})
	for _, tt := range []struct{ authType, serverurl, want string }{
		{comity.AuthBasic, url, "Basic Z3JhY2U6czNjOnJldA=="},
		{comity.AuthBearer, url, "Bearer s3c:ret"},
		{comity.AuthNone, url, ""},
		{comity.AuthNone, strings.Replace(url, "://", "://me:other@", 1), ""},
		{comity.AuthBearer, strings.Replace(url, "://", "://me:other@", 1), "Bearer s3c:ret"},
	} {
		d := connectortest.HTTPDestination(comity.ProtocolPOST, tt.serverurl)
		d.Server.SetText(comity.HttpServer.AuthType, tt.authType)
		d.Server.SetText(comity.HttpServer.Username, "grace")
		d.Secrets[comity.HttpServer.Password] = "s3c:ret"
		if a := connectortest.Apply(t.Context(), h, d, connectortest.Messages(t, h, d, connectortest.WholePerson())[0], 1); !a.OK {
			t.Fatal(a.Text)
		}
		if got := last().Header.Get("Authorization"); got != tt.want {
			t.Errorf("%s to %s: %q, want %q", tt.authType, tt.serverurl, got, tt.want)
		}
	}
}

func TestSendWithoutServer(t *testing.T) {
	h := newHTTP(t, connector.Options{})
	d := connectortest.HTTPDestination(comity.ProtocolPOST, "https://me:s3cret@example.org/")
	bad := comity.Operation{Method: "POST", URL: "https://me:s3cret@example.org/%zz"}
	if a := connectortest.Apply(t.Context(), h, d, bad, 1); a.OK || a.Status != 0 || a.Text != "the target is not configured: the message's URL cannot be read" {
		t.Errorf("%+v", a)
	}
	d.Server = nil
	if a := connectortest.Apply(t.Context(), h, d, bad, 1); a.OK || a.Text != "the target is not configured: its server has no HttpServer" {
		t.Errorf("%+v", a)
	}
}

func TestTimeout(t *testing.T) {
	for _, tt := range []struct {
		name    string
		timeout time.Duration
		head    func(http.ResponseWriter)
		want    comity.Answer
	}{
		{"no answer", 100 * time.Millisecond, func(http.ResponseWriter) {}, comity.Answer{Text: "no answer within"}},
		{
			"taken, and then nothing", time.Minute, func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK); flush(w) },
			comity.Answer{Status: 200, Text: "200 OK", OK: true},
		},
		{
			"failed, and then nothing", time.Second,
			func(w http.ResponseWriter) {
				w.WriteHeader(http.StatusBadGateway)
				_, _ = io.WriteString(w, "the reason is")
				flush(w)
			},
			comity.Answer{Status: 502, Text: "502 Bad Gateway: the reason is"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			release := make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				tt.head(w)
				<-release
			}))
			defer server.Close()
			defer close(release)
			h := newHTTP(t, connector.Options{Timeout: tt.timeout})
			d := connectortest.HTTPDestination(comity.ProtocolPOST, server.URL)
			start := time.Now()
			got := connectortest.Apply(t.Context(), h, d, connectortest.Messages(t, h, d, connectortest.WholePerson())[0], 1)
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if !strings.HasPrefix(got.Text, tt.want.Text) {
				t.Errorf("got %q, want %q", got.Text, tt.want.Text)
			}
			got.Text = tt.want.Text
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func flush(w http.ResponseWriter) { w.(http.Flusher).Flush() }

func TestGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	h := newHTTP(t, connector.Options{})
	d := connectortest.HTTPDestination(comity.ProtocolPOST, server.URL)
	a := connectortest.Apply(ctx, h, d, connectortest.Messages(t, h, d, connectortest.WholePerson())[0], 1)
	if a.OK || a.Status != 0 || !strings.HasPrefix(a.Text, "given up after ") {
		t.Errorf("%+v", a)
	}
}

// script serves each connection by writing its text as the answer to one request, then closing.
func script(t *testing.T, answer string) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			buf := make([]byte, 64<<10)
			_, _ = conn.Read(buf)
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}
	}()
	return "http://" + l.Addr().String()
}

func TestReceiverDies(t *testing.T) {
	for _, tt := range []struct{ answer, want string }{
		{"", "the connection was closed before an answer came"},
		{"HTTP/1.1 200 OK\r\nServer: x\r\n", "the connection was closed before an answer came"},
		{"HTTP/1.1 500 \x1b[31mBroken\r\nContent-Length: 1000\r\n\r\nhalf a bo", "500  [31mBroken: half a bo"},
		{"HTTP/1.1 500\r\nContent-Length: 0\r\n\r\n", "500"},
		{"SSH-2.0-OpenSSH_9.2\r\n", `net/http: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0-OpenSSH_9.2"`},
		{"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf a bo", "200 OK"},
	} {
		h := newHTTP(t, connector.Options{})
		d := connectortest.HTTPDestination(comity.ProtocolPUT, script(t, tt.answer))
		a := connectortest.Apply(t.Context(), h, d, connectortest.Messages(t, h, d, connectortest.Person("ghopper"))[0], 1)
		if a.Text != tt.want || a.OK != (tt.want == "200 OK") || a.Refused {
			t.Errorf("to %q: %+v, want %q", tt.answer, a, tt.want)
		}
	}
	h := newHTTP(t, connector.Options{})
	d := connectortest.HTTPDestination(comity.ProtocolPUT, "http://me:s3cret@127.0.0.1:1/")
	a := connectortest.Apply(t.Context(), h, d, connectortest.Messages(t, h, d, connectortest.WholePerson())[0], 1)
	if want := (comity.Answer{Text: "dial tcp 127.0.0.1:1: connect: connection refused"}); a != want {
		t.Errorf("%+v, want %+v", a, want)
	}
}

func TestConnectionsAreReused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
	}{
		{"nothing", 200, ""},
		{"a short answer", 201, `{"ok":true}`},
		{"a longer answer", 200, strings.Repeat("x", 10<<10)},
		{"a failure", 500, strings.Repeat("x", 10<<10)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var opened atomic.Int64
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}))
			server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateNew {
					opened.Add(1)
				}
			}
			server.Start()
			defer server.Close()
			h := newHTTP(t, connector.Options{})
			d := connectortest.HTTPDestination(comity.ProtocolPOST, server.URL)
			m := connectortest.Messages(t, h, d, connectortest.WholePerson())[0]
			for i := range 10 {
				if a := connectortest.Apply(t.Context(), h, d, m, int64(i)); a.Status != tt.status {
					t.Fatalf("%+v", a)
				}
			}
			if n := opened.Load(); n != 1 {
				t.Errorf("%d connections were opened, want 1", n)
			}
		})
	}
}

// TestClosedConnection: no delivery fails because the receiver has closed a kept connection, as many do after
// some seconds.
func TestClosedConnection(t *testing.T) {
	url := script(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	h := newHTTP(t, connector.Options{})
	for _, mode := range []string{comity.ProtocolPOST, comity.ProtocolPUT} {
		d := connectortest.HTTPDestination(mode, url)
		msgs, _, err := connectortest.Plan(h, d, connectortest.Person("ghopper"), comity.ProvisionedAs{Identifier: "grace"})
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			for _, m := range msgs {
				if a := connectortest.Apply(t.Context(), h, d, m, 1); !a.OK {
					t.Fatalf("%s: %+v", m.Method, a)
				}
			}
		}
	}
}

func TestManyAtATime(t *testing.T) {
	url, _ := receiver(t)
	h := newHTTP(t, connector.Options{})
	d := connectortest.HTTPDestination(comity.ProtocolPUT, url)
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			if a := connectortest.Apply(t.Context(), h, d, connectortest.Messages(t, h, d, connectortest.WholePerson())[0], int64(i)); !a.OK {
				t.Error(a.Text)
			}
		})
	}
	wg.Wait()
}
