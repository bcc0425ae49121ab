package comity

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrorCode says what kind of thing went wrong. It is a closed set; each has one HTTP status.
type ErrorCode uint8

// The kinds of error.
const (
	// Internal is a failure of the server itself.
	Internal ErrorCode = iota
	// Malformed is a request that cannot be read.
	Malformed
	// Invalid is a request with faults in its fields, which Fields lists.
	Invalid
	// Unauthorised is a caller who is not known or may not do this.
	Unauthorised
	// Refused is a request that the registry's rules do not allow.
	Refused
	// NotFound is a record or path that is not there, or that the caller may not know of.
	NotFound
	// Stale is a change of a record that is no longer as the caller saw it.
	Stale
	// TooLarge is a request body over the limit.
	TooLarge
	// NoSuchSearch is a search by a key that does not exist.
	NoSuchSearch
	// TooMany is a caller above a rate limit.
	TooMany
	// Undelivered is a provisioning message that the endpoint did not take.
	Undelivered
	// Unsupported is a request body in a coding that is not read.
	Unsupported
	// NotNow is a request that cannot be carried out now and may be later.
	NotNow
)

// Fault is one thing wrong with one field.
type Fault struct {
	// Field is the field's lower-case underscore name.
	Field string
	// Sentence says what is wrong and what would be right.
	Sentence string
}

// Error is what a call answers when it does not succeed. It is made where the fault is known and
// rendered once, by the transport.
type Error struct {
	Code ErrorCode
	// Op says what was being done, for the log.
	Op string
	// Phrase is one of the API's fixed reason phrases. No client's text is ever in it.
	Phrase string
	// Detail is what the body says when the phrase does not say it all.
	Detail string
	// Fields are the faults of an Invalid request.
	Fields []Fault
	// RetryAfter is how long the caller is to wait, of a TooMany or NotNow error.
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
	parts = append(parts, e.Phrase)
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

// The phrases that more than one place answers with.
const (
	PhraseBadRequest    = "Bad Request"
	PhraseInvalidFields = "Invalid Fields"
	PhraseUnauthorised  = "Unauthorized"
	PhraseForbidden     = "Forbidden"
	PhraseUnknown       = "Unknown"
	PhraseOther         = "Other Error"
	PhraseNoCO          = "CO Does Not Exist"
	PhraseNoPerson      = "No Person Specified"
	PhrasePersonGone    = "Person Does Not Exist"
	PhraseNameInUse     = "Name In Use"
	PhraseWrongCO       = "Wrong CO"
	PhraseUnavailable   = "Service Unavailable"
)

// Refuse returns the error of a request that the rules do not allow.
func Refuse(phrase string) *Error { return &Error{Code: Refused, Phrase: phrase} }

// RefuseBecause is Refuse with a sentence for the body of the answer.
func RefuseBecause(phrase, format string, args ...any) *Error {
	return &Error{Code: Refused, Phrase: phrase, Detail: fmt.Sprintf(format, args...)}
}

// Missing returns the error of a record that is not there.
func Missing(phrase string) *Error { return &Error{Code: NotFound, Phrase: phrase} }

// Faulty returns the error of a request with faults in its fields.
func Faulty(faults ...Fault) *Error {
	return &Error{Code: Invalid, Phrase: PhraseInvalidFields, Fields: faults}
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

// retryAfter is how long a caller is to wait where nothing better is known.
const retryAfter = 5 * time.Second

// Unavailable returns the error of a request that cannot be carried out now, with a sentence that says
// why; err is the cause, for the log.
func Unavailable(why string, err error) *Error {
	return &Error{Code: NotNow, Phrase: PhraseUnavailable, Detail: why, RetryAfter: retryAfter, Err: err}
}

// CodeOf is what kind of error an error is: Internal where it is no Error.
func CodeOf(err error) ErrorCode {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
