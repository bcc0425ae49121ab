package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"

	"comity"
)

// version is the version of the messages on the socket. It is raised with each change that a program of the
// version before would misunderstand.
const version = 1

// requestMessage is a request as it is sent over the socket.
type requestMessage struct {
	Version int             `json:"version"`
	Verb    string          `json:"verb"`
	Request json.RawMessage `json:"request"`
}

// responseMessage is the answer: an error, or a response if Error is nil.
type responseMessage struct {
	Version  int             `json:"version"`
	Error    *errorMessage   `json:"error,omitempty"`
	Response json.RawMessage `json:"response,omitempty"`
}

// errorMessage is an error as it is sent over the socket.
type errorMessage struct {
	// Text is the whole text of the error.
	Text string `json:"text"`
	// Known is the comity.Error that the error is or wraps, nil if it is another.
	Known *knownError `json:"known,omitempty"`
}

// knownError is a comity.Error without its cause, of which Text tells.
type knownError struct {
	Code       comity.ErrorCode    `json:"code"`
	Op         string              `json:"op,omitempty"`
	Phrase     comity.Phrase       `json:"phrase,omitempty"`
	Detail     string              `json:"detail,omitempty"`
	Fields     []comity.FieldError `json:"fields,omitempty"`
	RetryAfter time.Duration       `json:"retryAfter,omitempty"`
}

func messageOf(err error) *errorMessage {
	m := &errorMessage{Text: err.Error()}
	var e *comity.Error
	if errors.As(err, &e) {
		m.Known = &knownError{e.Code, e.Op, e.Phrase, e.Detail, e.Fields, e.RetryAfter}
	}
	return m
}

// serverError is an error that the server answered with. It unwraps to the comity.Error that it was, if any.
type serverError struct {
	text  string
	known *comity.Error
}

// Error is the text that the error had at the server.
func (e *serverError) Error() string { return e.text }

// Unwrap returns the comity.Error, nil if there is none.
func (e *serverError) Unwrap() error {
	if e.known == nil {
		return nil
	}
	return e.known
}

func (m *errorMessage) err() error {
	e := &serverError{text: m.Text}
	if k := m.Known; k != nil {
		e.known = &comity.Error{Code: k.Code, Op: k.Op, Phrase: k.Phrase, Detail: k.Detail, Fields: k.Fields, RetryAfter: k.RetryAfter}
	}
	return e
}

// decode reads one JSON value. It fails at a field that the type does not have, which is one of another version.
func decode(r io.Reader, v any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func decodeBytes(b []byte, v any) error { return decode(bytes.NewReader(b), v) }
