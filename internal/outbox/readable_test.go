package outbox_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"comity"
	"comity/internal/outbox"
	"comity/internal/provisioning"
)

// readable is a receiver that answers GET with what it holds, or as a test sets.
type readable struct {
	*receiver
	front *httptest.Server
	// answers may answer a GET of an identifier instead; with status 0 it does not.
	answers atomic.Pointer[func(id string) (status int, body string)]
	asked   atomic.Int64
}

func newReadable(t *testing.T) *readable {
	t.Helper()
	s := &readable{receiver: newReceiver(t)}
	s.front = httptest.NewServer(s)
	t.Cleanup(s.front.Close)
	return s
}

// ServeHTTP receives a message or answers a GET.
func (s *readable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		s.receiver.ServeHTTP(w, r)
		return
	}
	s.asked.Add(1)
	id, _ := url.PathUnescape(strings.TrimPrefix(r.URL.EscapedPath(), "/"))
	if answers := s.answers.Load(); answers != nil {
		if status, body := (*answers)(id); status != 0 {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
			return
		}
	}
	if body := s.entry(id); body != "" {
		_, _ = io.WriteString(w, body)
		return
	}
	w.WriteHeader(http.StatusNotFound)
}

func (s *readable) says(answers func(id string) (int, string)) { s.answers.Store(&answers) }

// has makes the receiver hold a body that it was not sent; "" for nothing.
func (s *readable) has(id, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if body == "" {
		delete(s.holds, id)
	} else {
		s.holds[id] = body
	}
}

// readableTarget is a target whose settings say that its receiver answers GET.
func (w *fixture) readableTarget(s *readable, mode string, v ...values) target {
	w.t.Helper()
	return w.target(s.receiver, mode, append(v, values{
		comity.HttpServer.Serverurl: s.front.URL, comity.CoApiProvisionerTarget.AnswersGet: true,
	})...)
}

// fullSync runs a full sync of a target and waits for its end.
func (w *fixture) fullSync(to target) {
	w.t.Helper()
	q, stop := w.start(outbox.Options{})
	w.startFullSync(q, to, false, true)
	w.awaitFullSync(q, to)
	stop()
}

// verify compares everybody, page by page, and returns a line for each finding.
func (w *fixture) verify(q *instance, to target, repair bool) (lines []string) {
	w.t.Helper()
	look := provisioning.VerifyOptions{Repair: repair, MaxDeletes: 100}
	for {
		v, err := q.Verify(w.t.Context(), caller, to.id, look)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, p := range v.Subjects {
			lines = append(lines, linesOf(p)...)
		}
		if v.GaveUp != "" {
			return append(lines, "gave up")
		}
		if look.After = v.Next; v.Next == (comity.Subject{}) {
			return lines
		}
	}
}

func linesOf(p provisioning.SubjectDrift) (lines []string) {
	for _, f := range p.Findings {
		line := f.Kind + " " + f.Identifier
		for _, d := range f.Differences {
			line += " " + d.Path
		}
		lines = append(lines, line)
	}
	if p.Waiting {
		lines = append(lines, fmt.Sprintf("waiting %d", p.Subject.Id))
	}
	if p.Problem != "" {
		lines = append(lines, p.Problem)
	}
	if p.Repair != "" {
		lines = append(lines, p.Repair)
	}
	return lines
}
