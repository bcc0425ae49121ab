// Package sink is a small receiver of provisioning messages: it prints messages, keeps the last one of each
// person and group, and can be configured to be slow and to fail. It is for a first look at what a target
// sends, and for tests; it knows the messages from their documentation only, like any other receiver.
package sink

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// SequenceHeader carries the number by which a receiver finds the newer of two messages of one person or
// group. The sink prints it.
const SequenceHeader = "Comity-Sequence"

// maxBody bounds the size of a message.
const maxBody = 1 << 20

// Config configures a Sink. The zero value accepts everything immediately.
type Config struct {
	// Fail is the share of messages, 0 to 1, that are answered with FailStatus and not kept.
	Fail float64
	// FailStatus is the status of failed messages, 503 if it is 0.
	FailStatus int
	// Status is the status of accepted messages, 200 if it is 0.
	Status int
	// Delay is how long the answer to each message is delayed.
	Delay time.Duration
	// Seed determines which messages fail; 0 chooses a random one.
	Seed uint64
	// Pretty prints the whole message, indented, below its line.
	Pretty bool
}

// Sink is an http.Handler that accepts messages by POST, PUT and DELETE, below any path of the server's URL,
// and answers GET of a path that ends in a person's identifier, or in groups/ and a group's, with the last
// message about them. It keeps one message of each, in memory.
type Sink struct {
	cfg              Config
	received, failed atomic.Int64

	mu     sync.Mutex
	out    io.Writer
	random *rand.Rand
	last   map[key][]byte
}

// New returns a Sink that prints to out. One message is one call of Write.
func New(cfg Config, out io.Writer) *Sink {
	cfg.FailStatus = cmp.Or(cfg.FailStatus, http.StatusServiceUnavailable)
	cfg.Status = cmp.Or(cfg.Status, http.StatusOK)
	if cfg.Seed == 0 {
		cfg.Seed = rand.Uint64()
	}
	return &Sink{
		cfg:    cfg,
		out:    out,
		random: rand.New(rand.NewPCG(cfg.Seed, 0)),
		last:   map[key][]byte{},
	}
}

// Received returns how many messages came, including those that were not accepted.
func (s *Sink) Received() int64 { return s.received.Load() }

// Failed returns how many messages were answered with FailStatus because of Fail.
func (s *Sink) Failed() int64 { return s.failed.Load() }

// ServeHTTP accepts a message or shows one.
func (s *Sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost, http.MethodPut, http.MethodDelete:
		s.receive(w, r)
	case http.MethodGet, http.MethodHead:
		s.show(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST, PUT, DELETE")
		http.Error(w, "a sink takes POST, PUT and DELETE, and shows by GET", http.StatusMethodNotAllowed)
	}
}

func (s *Sink) receive(w http.ResponseWriter, r *http.Request) {
	s.received.Add(1)
	// Which messages fail depends on their order only, not on how long each takes to read.
	fails := s.fails()
	l := line{at: time.Now(), method: r.Method, uri: r.RequestURI, sequence: r.Header.Get(SequenceHeader)}
	status, answer := s.cfg.Status, ""
	var err error
	if l.body, l.message, err = read(w, r); err != nil {
		answer = err.Error()
		status = http.StatusBadRequest
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
	}
	if s.cfg.Delay > 0 {
		select {
		case <-time.After(s.cfg.Delay):
		case <-r.Context().Done():
			l.answer = "the sender did not wait"
			s.print(l)
			return
		}
	}
	if fails {
		s.failed.Add(1)
		status, answer = s.cfg.FailStatus, "failing, as the sink is configured to"
	} else if err == nil {
		s.keep(l.message.key(), l.message.about().Meta.Deleted, l.body)
	}
	l.answer = fmt.Sprint(status)
	if answer != "" {
		l.answer += " " + answer
	}
	// Printed before the answer, so that whoever has the answer finds the line.
	s.print(l)
	if answer != "" {
		http.Error(w, answer, status)
		return
	}
	w.WriteHeader(status)
}

func (s *Sink) fails() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.random.Float64() < s.cfg.Fail
}

func (s *Sink) keep(k key, deleted bool, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if deleted {
		delete(s.last, k)
	} else {
		s.last[k] = body
	}
}

func (s *Sink) show(w http.ResponseWriter, r *http.Request) {
	key, err := keyIn(r.URL)
	s.mu.Lock()
	body, ok := s.last[key]
	s.mu.Unlock()
	if err != nil || !ok {
		http.Error(w, "nothing is known of that identifier", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// message is the part of a message that the sink uses.
type message struct {
	Meta   struct{ ObjectType string }
	Person subject
	Group  subject
}

// subject is the person or group, or the page of a group, that a message is about.
type subject struct {
	Meta struct {
		Id      string
		Page    struct{ Number, Count int }
		Deleted bool
	}
	Name, Status string
	Members      []string
}

// key is the key under which a message is kept.
type key struct {
	group bool
	id    string
}

func (m message) about() subject {
	if m.Meta.ObjectType == "group" {
		return m.Group
	}
	return m.Person
}

func (m message) key() key { return key{m.Meta.ObjectType == "group", m.about().Meta.Id} }

// read reads a message: from the path for a DELETE, which has no body, otherwise from the body.
func read(w http.ResponseWriter, r *http.Request) ([]byte, message, error) {
	var m message
	named, err := keyIn(r.URL)
	if err != nil {
		return nil, m, err
	}
	if r.Method == http.MethodDelete {
		if named.id == "" {
			return nil, m, errors.New("the path names no identifier")
		}
		m.Person.Meta.Id, m.Person.Meta.Deleted = named.id, true
		if named.group {
			m.Meta.ObjectType, m.Group = "group", m.Person
		}
		return nil, m, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, m, err
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return body, m, fmt.Errorf("the message is not JSON as it should be: %w", err)
	}
	object := "person"
	if m.key().group {
		object = "group"
	}
	if m.key().id == "" {
		return body, m, fmt.Errorf("the message has no %s.meta.id", object)
	}
	if r.Method == http.MethodPut && m.key().id != named.id {
		return body, m, fmt.Errorf("the path names another identifier than %s.meta.id", object)
	}
	return body, m, nil
}

// keyIn returns the key that the last segment of the path stands for, or the last two if the first of them is
// groups.
func keyIn(u *url.URL) (k key, err error) {
	path := u.EscapedPath()
	last := strings.LastIndexByte(path, '/') + 1
	k.group = strings.HasSuffix(path[:last], "/groups/")
	k.id, err = url.PathUnescape(path[last:])
	return k, err
}
