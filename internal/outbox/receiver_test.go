package outbox_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity/internal/connector"
	"comity/internal/connector/connectortest"
)

// arrival is a message that a receiver got.
type arrival struct {
	method, id, body string
	deleted          bool
	sequence         int64
}

// String returns an arrival as tests compare it.
func (a arrival) String() string {
	if a.deleted {
		return fmt.Sprintf("%s %s deleted", a.method, a.id)
	}
	return fmt.Sprintf("%s %s", a.method, a.id)
}

// reaction is what a receiver does with a message; the zero value accepts it with status 200.
type reaction struct {
	// status is the status of the answer, 200 if it is 0. A 2xx accepts the message.
	status     int
	retryAfter string
	// kept accepts the message whatever the answer is.
	kept bool
	// silent gives no answer while the sender waits for one.
	silent bool
	// cut closes the connection in the middle of the answer, or before it.
	cut, cutBefore bool
}

// receiver is an external system that holds an entry for each identifier that it was sent. react decides
// what it does with a message.
type receiver struct {
	t      *testing.T
	server *httptest.Server

	mu       sync.Mutex
	react    func(arrival) reaction
	holds    map[string]string
	arrivals []arrival
	underWay map[string]int
	overlaps []string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return receiverOn(t, l)
}

func receiverOn(t *testing.T, l net.Listener) *receiver {
	t.Helper()
	r := &receiver{t: t, holds: map[string]string{}, underWay: map[string]int{}}
	r.server = &httptest.Server{Listener: l, Config: &http.Server{Handler: r}}
	r.server.Start()
	t.Cleanup(r.server.Close)
	t.Cleanup(r.server.CloseClientConnections)
	return r
}

// reacts sets the reaction to messages from now on; nil accepts them all.
func (r *receiver) reacts(react func(arrival) reaction) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.react = react
}

// always reacts in the same way to every message.
func always(how reaction) func(arrival) reaction { return func(arrival) reaction { return how } }

// heldUntil delays the answers to matching messages until a channel is closed.
func heldUntil(t *testing.T, freed <-chan struct{}, meant func(arrival) bool) func(arrival) reaction {
	return func(a arrival) reaction {
		if meant(a) {
			select {
			case <-freed:
			case <-t.Context().Done():
			}
		}
		return reaction{}
	}
}

// ServeHTTP receives a message.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	a, err := read(req)
	if err != nil {
		http.Error(w, err.Error(), http.StatusTeapot)
		r.t.Errorf("%s %s: %v", req.Method, req.URL, err)
		return
	}
	how := r.decide(a)
	if how.status == 0 {
		how.status = http.StatusOK
	}
	if how.kept || how.status < 300 && !how.silent && !how.cut && !how.cutBefore {
		r.keep(a)
	}
	switch {
	case how.silent:
		select {
		case <-req.Context().Done():
		case <-r.t.Context().Done():
		}
		panic(http.ErrAbortHandler)
	case how.cutBefore:
		panic(http.ErrAbortHandler)
	case how.cut:
		cut(w)
	default:
		if how.retryAfter != "" {
			w.Header().Set("Retry-After", how.retryAfter)
		}
		w.WriteHeader(how.status)
		fmt.Fprintf(w, "the receiver answers %d", how.status)
	}
}

// cut closes the connection in the middle of the answer's head.
func cut(w http.ResponseWriter) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = conn.Close() }()
	_, _ = bufio.NewWriter(buffered).WriteString("HTTP/1.1 200 OK\r\nConte")
	_ = buffered.Flush()
}

// decide records a message and returns the reaction to it, which may block.
func (r *receiver) decide(a arrival) (how reaction) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.arrivals = append(r.arrivals, a)
	if r.underWay[a.id] > 0 {
		r.overlaps = append(r.overlaps, a.String())
	}
	if react := r.react; react != nil {
		r.underWay[a.id]++
		r.mu.Unlock()
		how = react(a)
		r.mu.Lock()
		r.underWay[a.id]--
	}
	return how
}

func (r *receiver) keep(a arrival) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a.deleted {
		delete(r.holds, a.id)
	} else {
		r.holds[a.id] = a.body
	}
}

// messageSchema says whether a body is valid by the message's schema.
var messageSchema = sync.OnceValues(connectortest.Validator)

// read reads a message of either mode.
func read(req *http.Request) (a arrival, err error) {
	a.method = req.Method
	if a.sequence, err = strconv.ParseInt(req.Header.Get(connector.SequenceHeader), 10, 64); err != nil {
		return a, err
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return a, err
	}
	a.body = string(body)
	if valid, err := messageSchema(); err != nil {
		return a, err
	} else if err := valid(body); len(body) > 0 && err != nil {
		return a, fmt.Errorf("a message that is not valid by its schema: %w", err)
	}
	if a.method != http.MethodDelete {
		var m struct {
			Meta          struct{ ObjectType string }
			Person, Group struct {
				Meta struct {
					Id      string
					Deleted bool
				}
			}
		}
		if err := json.Unmarshal(body, &m); err != nil {
			return a, err
		}
		if a.id, a.deleted = m.Person.Meta.Id, m.Person.Meta.Deleted; m.Meta.ObjectType == "group" {
			a.id, a.deleted = entryOf(true, m.Group.Meta.Id), m.Group.Meta.Deleted
		}
	}
	if a.method != http.MethodPost {
		segment, err := url.PathUnescape(strings.TrimPrefix(req.URL.EscapedPath(), "/"))
		if err != nil || a.method == http.MethodPut && segment != a.id {
			return a, fmt.Errorf("the path %s does not name %q", req.URL.EscapedPath(), a.id)
		}
		a.id, a.deleted = segment, a.method == http.MethodDelete
	}
	return a, nil
}

// entryOf returns the key of a receiver's entry for an identifier.
func entryOf(group bool, identifier string) string {
	if group {
		return "groups/" + identifier
	}
	return identifier
}

// got returns the messages that came since the last call of forget.
func (r *receiver) got() []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.arrivals)
}

// lines returns the messages that came, one line each.
func (r *receiver) lines() []string {
	var lines []string
	for _, a := range r.got() {
		lines = append(lines, a.String())
	}
	return lines
}

func (r *receiver) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.arrivals = nil
}

// ids returns the identifiers that the receiver holds, in order.
func (r *receiver) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.holds))
}

func (r *receiver) entry(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.holds[id]
}

// differs returns the difference between what the receiver holds and what it should, "" if there is none.
func (r *receiver) differs(want map[string]string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return cmp.Diff(want, r.holds)
}

// expectPresent checks that a receiver holds exactly the present state.
func (w *fixture) expectPresent(t *testing.T, to target, r *receiver) {
	t.Helper()
	if diff := r.differs(w.present(to)); diff != "" {
		t.Errorf("the receiver does not hold the present state (-want +got):\n%s", diff)
	}
}

// expectInOrder checks that no person had two messages in flight at a time, and that no older message of a
// person came after a newer one.
func (r *receiver) expectInOrder(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range r.overlaps {
		t.Errorf("%s came while another message of the same person was in flight", o)
	}
	last := map[string]arrival{}
	for _, a := range r.arrivals {
		if before, ok := last[a.id]; ok && before.sequence > a.sequence {
			t.Errorf("%s with sequence %d came after %s with sequence %d", a, a.sequence, before, before.sequence)
		}
		last[a.id] = a
	}
}

// expectLines checks the messages that came.
func (r *receiver) expectLines(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, r.lines()); diff != "" {
		t.Errorf("the messages (-want +got):\n%s", diff)
	}
}
