package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"comity/internal/connector/connectortest"
)

// message is what a receiver was sent.
type message struct {
	// key is the method and the escaped path.
	method, path string
	header       http.Header
	body         string
	at           time.Time
	// identifier is whom it is about, from the path of a PUT or DELETE, else from the body.
	identifier string
	deleted    bool
	sequence   int64
	person     person
}

// person is as much of a message as most tests look at.
type person struct {
	Status string
	Names  []struct{ Given, Family string }
	Roles  []struct{ Title string }

	Identifiers []struct{ Identifier string }
	Members     []string
}

// receiver is an endpoint that provisioning targets send to. It keeps every message, and what it
// took of each person.
type receiver struct {
	*httptest.Server
	// answers decides what a message is answered with; anything but 200 is a failure, which is not kept.
	answers func(message) (status int, body string)

	mu   sync.Mutex
	all  []message
	last map[string]message
}

// receive starts a receiver that takes every message.
func receive(t *testing.T) *receiver {
	t.Helper()
	return receiveWith(t, func(message) (int, string) { return http.StatusOK, "" })
}

// receiveWith starts a receiver that decides what each message is answered with.
func receiveWith(t *testing.T, answers func(message) (int, string)) *receiver {
	t.Helper()
	r := &receiver{answers: answers, last: map[string]message{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// ServeHTTP takes a message.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	m, err := readMessage(req)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	status, body := r.answers(m)
	r.mu.Lock()
	r.all = append(r.all, m)
	if status == http.StatusOK {
		r.last[m.identifier] = m
	}
	r.mu.Unlock()
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// messageSchema says whether a body is valid by the message's schema.
var messageSchema = sync.OnceValues(connectortest.Validator)

func readMessage(req *http.Request) (message, error) {
	m := message{method: req.Method, path: req.URL.EscapedPath(), header: req.Header, at: time.Now()}
	b, err := io.ReadAll(req.Body)
	if err != nil {
		return m, err
	}
	m.body = string(b)
	if len(b) > 0 {
		valid, err := messageSchema()
		if err == nil {
			err = valid(b)
		}
		if err != nil {
			return m, fmt.Errorf("a message that is not valid by its schema: %w", err)
		}
	}
	if m.sequence, err = strconv.ParseInt(req.Header.Get("Comity-Sequence"), 10, 64); err != nil {
		return m, err
	}
	if req.Method == http.MethodDelete {
		m.deleted = true
		m.identifier, err = url.PathUnescape(m.path[strings.LastIndexByte(m.path, '/')+1:])
		return m, err
	}
	var body struct {
		Person struct {
			Meta struct {
				Id      string
				Deleted bool
			}
			person
		}
	}
	if err := json.Unmarshal(b, &body); err != nil {
		return m, err
	}
	m.identifier, m.deleted, m.person = body.Person.Meta.Id, body.Person.Meta.Deleted, body.Person.person
	return m, nil
}

// messages returns all messages so far, in the order of their arrival.
func (r *receiver) messages() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]message(nil), r.all...)
}

// present returns what the receiver holds now: the last message of each person, unless it is a delete.
func (r *receiver) present() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	present := map[string]string{}
	for identifier, m := range r.last {
		if !m.deleted {
			present[identifier] = m.body
		}
	}
	return present
}

// inOrder checks that no message about an identifier came after one with a higher sequence number.
func (r *receiver) inOrder(t *testing.T) {
	t.Helper()
	last := map[string]int64{}
	for _, m := range r.messages() {
		if m.sequence < last[m.identifier] {
			t.Errorf("%s %s has the sequence number %d, after %d", m.method, m.path, m.sequence, last[m.identifier])
		}
		last[m.identifier] = m.sequence
	}
}

// about returns the messages so far about an identifier.
func (r *receiver) about(identifier string) []message {
	var about []message
	for _, m := range r.messages() {
		if m.identifier == identifier {
			about = append(about, m)
		}
	}
	return about
}

// knows waits until the last message taken about an identifier is as it should be, and returns it.
func (r *receiver) knows(t *testing.T, identifier, what string, isSo func(message) bool) message {
	t.Helper()
	var found message
	eventually(t, "the receiver knows of "+identifier+": "+what, func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		m, ok := r.last[identifier]
		found = m
		return ok && isSo(m)
	})
	return found
}

// knowsOf waits until a person is there.
func (r *receiver) knowsOf(t *testing.T, identifier string) message {
	t.Helper()
	return r.knows(t, identifier, "a person", func(m message) bool { return !m.deleted })
}

// forgets waits until an identifier is deleted.
func (r *receiver) forgets(t *testing.T, identifier string) message {
	t.Helper()
	return r.knows(t, identifier, "deleted", func(m message) bool { return m.deleted })
}
