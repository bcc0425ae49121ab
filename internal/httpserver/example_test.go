package httpserver_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"comity/internal/httpserver"
)

// TestExample shows what the package is for: it serves a handler, gives each request an id and a time limit, and
// reports the outcome, from which the access log is written.
func TestExample(t *testing.T) {
	t.Parallel()
	s := serve(t, time.Minute, nil, func(w http.ResponseWriter, r *http.Request) {
		// The handler adds to the exchange what only it knows.
		x := httpserver.Of(r.Context())
		x.Route, x.User = "view", "co_2.sync"
		_, _ = fmt.Fprintf(w, "request %s", x.ID)
	})

	// A client may choose the id of its request. The answer has it, as every log line about the request does.
	answer := s.ask("GET /registry/cos/2.json HTTP/1.1\r\nHost: x\r\nX-Request-Id: nightly-7\r\nUser-Agent: curl/8\r\nConnection: close\r\n\r\n")
	if !strings.Contains(answer, "X-Request-Id: nightly-7\r\n") || !strings.HasSuffix(answer, "request nightly-7") {
		t.Errorf("it is answered %q", answer)
	}

	// The outcome is reported when the answer was sent: Options.Done may be an access log.
	x := s.over()
	if x.ID != "nightly-7" || x.Route != "view" || x.Status != http.StatusOK || x.Unwritten != nil {
		t.Errorf("the exchange is %+v", x)
	}
	var log bytes.Buffer
	access, err := httpserver.AccessLog(&log, "combined")
	if err != nil {
		t.Fatal(err)
	}
	access(x)
	if line := log.String(); !strings.HasPrefix(line, "127.0.0.1") || !strings.HasSuffix(line, `"GET /registry/cos/2.json HTTP/1.1" 200 17 "-" "curl/8"`+"\n") {
		t.Errorf("the access log is %q", line)
	}

	// A server that ends takes no more requests, and lets those in progress finish.
	if err := s.End(context.WithoutCancel(t.Context()), patience); err != nil {
		t.Error(err)
	}
}
