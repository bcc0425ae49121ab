package httpserver_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"comity/internal/httpserver"
)

// patience is far longer than anything that is waited for takes.
const patience = time.Minute

// served is a server for one test.
type served struct {
	*testing.T
	*httpserver.Server
	address string
	log     lines
	// done receives the exchanges that have ended.
	done chan *httpserver.Exchange
}

// lines is a log that can be written and read concurrently.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func serve(t *testing.T, limit time.Duration, config *tls.Config, handle http.HandlerFunc) *served {
	t.Helper()
	s := &served{T: t, done: make(chan *httpserver.Exchange, 100)}
	s.Server = httpserver.New(handle, httpserver.Options{
		Limit: limit, Log: slog.New(slog.NewTextHandler(&s.log, nil)), Done: func(x *httpserver.Exchange) { s.done <- x },
	})
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	go func() {
		if err := s.Serve(httpserver.Listen(l, config)); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (s *served) dial() net.Conn {
	s.Helper()
	c, err := new(net.Dialer).DialContext(s.Context(), "tcp", s.address)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		s.Fatal(err)
	}
	return c
}

// ask sends a request and returns all that arrives until the connection ends.
func (s *served) ask(request string) string {
	s.Helper()
	c := s.dial()
	if _, err := io.WriteString(c, request); err != nil {
		s.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		s.Fatalf("%v after %q", err, answer)
	}
	return string(answer)
}

func (s *served) over() *httpserver.Exchange {
	s.Helper()
	select {
	case x := <-s.done:
		return x
	case <-time.After(patience):
		s.Fatal("the exchange is never over")
		return nil
	}
}

const get = "GET /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine\r\nConnection: close\r\n\r\n"

// The work on a request ends with its time limit, and its answer is sent nevertheless: later than that, and
// for as long as it is read.
func TestWorkEndsWithItsTimeAndIsAnswered(t *testing.T) {
	t.Parallel()
	s := serve(t, time.Millisecond, nil, func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		e := httpserver.Ended(r.Context())
		if e == nil {
			t.Error("the work ends for no reason")
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = fmt.Fprintf(w, "%s, again in %s", e.Phrase, e.RetryAfter)
	})
	if got := s.ask(get); !strings.HasPrefix(got, "HTTP/1.1 503 ") || !strings.HasSuffix(got, "Service Unavailable, again in 1ms") {
		t.Errorf("it is answered %q", got)
	}
	if x := s.over(); x.Status != 503 || x.Unwritten != nil || x.ID != "mine" {
		t.Errorf("it is noted as %+v", x)
	}
}

// The time a client takes to send its request, and to read the answer, is not counted.
func TestTimeOfTheClientIsNotCounted(t *testing.T) {
	t.Parallel()
	const limit = 500 * time.Millisecond
	sent, read := make(chan struct{}), make(chan struct{})
	s := serve(t, limit, nil, func(w http.ResponseWriter, r *http.Request) {
		close(sent)
		if _, err := io.ReadAll(r.Body); err != nil {
			t.Error(err)
		}
		if err := r.Context().Err(); err != nil {
			t.Errorf("after the body: %v", err)
		}
		if _, err := w.Write(make([]byte, 32<<20)); err != nil {
			t.Error(err)
		}
		if err := r.Context().Err(); err != nil {
			t.Errorf("after the answer: %v", err)
		}
		close(read)
	})
	c := s.dial()
	if _, err := io.WriteString(c, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n1"); err != nil {
		t.Fatal(err)
	}
	<-sent
	time.Sleep(2 * limit) // longer than the limit of the work, which it does not count for
	if _, err := io.WriteString(c, "2"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * limit)
	if n, err := io.Copy(io.Discard, c); n < 32<<20 || err != nil {
		t.Errorf("%d bytes came, error %v", n, err)
	}
	<-read
	if x := s.over(); x.Unwritten != nil || x.Bytes != 32<<20 {
		t.Errorf("it is noted as %d bytes, %v", x.Bytes, x.Unwritten)
	}
}

// An answer that cannot be sent is recorded as such, and logged with the request's id.
func TestAnswerThatDoesNotGoOut(t *testing.T) {
	t.Parallel()
	gone := func(*http.Request) {}
	for title, handle := range map[string]http.HandlerFunc{
		"the client is gone before it": func(w http.ResponseWriter, r *http.Request) {
			gone(r)
			<-r.Context().Done()
			w.WriteHeader(http.StatusOK)
		},
		"it is broken off": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusOK)
			panic(http.ErrAbortHandler)
		},
		"nobody reads it": func(w http.ResponseWriter, r *http.Request) {
			gone(r)
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			s := serve(t, 0, nil, handle)
			c := s.dial()
			if _, err := io.WriteString(c, strings.Replace(get, "GET", "POST", 1)); err != nil {
				t.Fatal(err)
			}
			if title != "it is broken off" {
				if err := c.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if x := s.over(); x.Unwritten == nil {
				t.Errorf("it is noted as written: %+v", x)
			}
			if log := s.log.String(); !strings.Contains(log, "request=mine") || !strings.Contains(log, "path=/a") {
				t.Errorf("the log says %q", log)
			}
		})
	}
}

// A server that ends answers the requests that are not done in time, and then ends itself.
func TestEndingServerAnswersThoseUnderWay(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	s := serve(t, 0, nil, func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
		if e := httpserver.Ended(r.Context()); e != nil {
			http.Error(w, e.Detail, http.StatusServiceUnavailable)
		}
	})
	c := s.dial()
	if _, err := io.WriteString(c, get); err != nil {
		t.Fatal(err)
	}
	<-begun
	if err := s.End(context.WithoutCancel(t.Context()), 8*time.Second); err != nil {
		t.Error(err)
	}
	if answer, err := io.ReadAll(c); err != nil || !strings.Contains(string(answer), "503") || !strings.Contains(string(answer), "is ending") {
		t.Errorf("it is answered %q, error %v", answer, err)
	}
}

// Repeated slashes are one, before and after any name; one that is written %2F is none.
func TestSlashesInARowAreOne(t *testing.T) {
	t.Parallel()
	s := serve(t, 0, nil, func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "%s %s", r.URL.Path, r.URL.EscapedPath())
	})
	for path, want := range map[string]string{
		"/a/b": "/a/b /a/b", "//a/b": "/a/b /a/b", "/a//b": "/a/b /a/b", "///a////b//": "/a/b/ /a/b/", "/": "/ /",
		"/a/x%2Fy": "/a/x/y /a/x%2Fy", "//a/x%2Fy": "/a/x/y /a/x%2Fy",
	} {
		if got := s.ask(strings.Replace(get, "/a", path, 1)); !strings.HasSuffix(got, "\r\n"+want) {
			t.Errorf("%s is answered %q, want %q", path, got, want)
		}
	}
}

// A connection on which a body came in chunks is closed: with a Content-Length beside them another request
// may be hidden in it, and net/http does not show whether there was one.
func TestConnectionOfABodyInChunksIsClosed(t *testing.T) {
	t.Parallel()
	s := serve(t, 0, nil, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		_, _ = w.Write(b)
	})
	for _, length := range []string{"", "Content-Length: 40\r\n"} {
		c := s.dial()
		_, err := io.WriteString(c, "POST /a HTTP/1.1\r\nHost: x\r\n"+length+"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: x\r\n\r\n")
		if err != nil {
			t.Fatal(err)
		}
		in := bufio.NewReader(c)
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || string(body) != "hi" || !answer.Close {
			t.Errorf("it is answered %q, closed %v, error %v", body, answer.Close, err)
		}
		if rest, err := io.ReadAll(in); len(rest) > 0 || err != nil && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "reset") {
			t.Errorf("after it comes %q, error %v", rest, err)
		}
	}
}

// A head that is too long, by its URL or by a header, is refused before it is parsed, and the server stores
// no more of it.
func TestHeadsAreBounded(t *testing.T) {
	t.Parallel()
	s := serve(t, 0, nil, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	long := strings.Repeat("x", 80<<10)
	for request, want := range map[string]string{
		"GET /?" + long[:60<<10] + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n": "HTTP/1.1 204",
		"GET /?" + long + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n":          "HTTP/1.1 431",
		"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: " + long + "\r\n\r\n":    "HTTP/1.1 431",
	} {
		if got := s.ask(request); !strings.HasPrefix(got, want) {
			t.Errorf("%.12s… of %d bytes is answered %.60q, want %s", request, len(request), got, want)
		}
	}
}
