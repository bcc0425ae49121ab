package comity

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrorCode is the kind of an Error. The set is closed; each code has one HTTP status.
type ErrorCode uint8

// The kinds of error.
const (
	// Internal is a failure of the server itself.
	Internal ErrorCode = iota
	// Malformed is a request that cannot be read.
	Malformed
	// Invalid is a request with field errors, which Fields lists.
	Invalid
	// Unauthorised is a caller who is not known or may not do this.
	Unauthorised
	// Refused is a request that the registry's rules do not allow.
	Refused
	// NotFound is a record or path that does not exist, or that the caller may not see.
	NotFound
	// Stale is a change of a record that was changed after the caller read it.
	Stale
	// TooLarge is a request body over the limit.
	TooLarge
	// Unprocessable is a request that can be read and cannot be carried out: a search by an unknown key, or an
	// idempotency key that was used for another request.
	Unprocessable
	// TooMany is a caller above a rate limit.
	TooMany
	// Undelivered is a provisioning message that the endpoint did not accept.
	Undelivered
	// Unsupported is a request body in an unsupported content coding.
	Unsupported
	// NotNow is a request that cannot be carried out now and may be later.
	NotNow
)

// FieldError is a field error.
type FieldError struct {
	// Field is the field's lower-case underscore name.
	Field string
	// Sentence says what is wrong with the value and what a valid one is.
	Sentence string
}

// Error is the error that a call returns to its client. The code that finds the error creates it; the
// transport renders it.
type Error struct {
	Code ErrorCode
	// Op is the operation that failed, for the log.
	Op string
	// Phrase is one of the API's fixed reason phrases. It never contains text from a client.
	Phrase Phrase
	// Detail is a sentence for the answer's body, "" where the phrase says it all.
	Detail string
	// Fields are the field errors of an Invalid request.
	Fields []FieldError
	// RetryAfter is how long the caller should wait after a TooMany or NotNow error, else 0.
	RetryAfter time.Duration
	// Err is the cause, for the log; the client does not see it.
	Err error
}

// Error describes the error for the log.
func (e *Error) Error() string {
	parts := make([]string, 0, 4)
	if e.Op != "" {
		parts = append(parts, e.Op)
	}
	parts = append(parts, string(e.Phrase))
	if e.Detail != "" {
		parts = append(parts, e.Detail)
	}
	for _, f := range e.Fields {
		parts = append(parts, f.Field+": "+f.Sentence)
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Refuse returns the error of a request that the rules do not allow.
func Refuse(phrase Phrase) *Error { return &Error{Code: Refused, Phrase: phrase} }

// RefuseBecause is Refuse with a sentence for the body of the answer.
func RefuseBecause(phrase Phrase, format string, args ...any) *Error {
	return &Error{Code: Refused, Phrase: phrase, Detail: fmt.Sprintf(format, args...)}
}

// Missing returns the error of a record that does not exist.
func Missing(phrase Phrase) *Error { return &Error{Code: NotFound, Phrase: phrase} }

// InvalidFields returns the error of a request with field errors.
func InvalidFields(fieldErrors ...FieldError) *Error {
	return &Error{Code: Invalid, Phrase: PhraseInvalidFields, Fields: fieldErrors}
}

// Forbid returns the error of a caller who may not do this.
func Forbid() *Error { return &Error{Code: Unauthorised, Phrase: PhraseUnauthorised} }

// ForbidBecause is Forbid with a sentence for the body of the answer.
func ForbidBecause(format string, args ...any) *Error {
	return &Error{Code: Unauthorised, Phrase: PhraseUnauthorised, Detail: fmt.Sprintf(format, args...)}
}

// BadRequest returns the error of a request that cannot be read, with a sentence that says why.
func BadRequest(format string, args ...any) *Error {
	return &Error{Code: Malformed, Phrase: PhraseBadRequest, Detail: fmt.Sprintf(format, args...)}
}

// retryAfter is the default for how long a caller should wait.
const retryAfter = 5 * time.Second

// Unavailable returns the error of a request that cannot be carried out now, with a sentence that says
// why; err is the cause, for the log.
func Unavailable(why string, err error) *Error {
	return &Error{Code: NotNow, Phrase: PhraseUnavailable, Detail: why, RetryAfter: retryAfter, Err: err}
}

// CodeOf returns the code of an Error that err is or wraps, else Internal.
func CodeOf(err error) ErrorCode {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
