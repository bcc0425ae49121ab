package client

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"comity"
)

// maxError bounds how much of an error's body is read.
const maxError = 1 << 20

// decodeError returns the error that an answer stands for. op names the call.
func decodeError(resp *http.Response, op string) *comity.Error {
	var body struct {
		Error         string
		InvalidFields map[string][]string
	}
	// An answer of a proxy may have any body: then the status is all there is.
	_ = json.NewDecoder(io.LimitReader(resp.Body, maxError)).Decode(&body)
	e := &comity.Error{Op: op, Phrase: phrase(resp, body.Error)}
	for _, field := range slices.Sorted(maps.Keys(body.InvalidFields)) {
		for _, sentence := range body.InvalidFields[field] {
			e.Fields = append(e.Fields, comity.FieldError{Field: field, Sentence: sentence})
		}
	}
	if body.Error != string(e.Phrase) {
		e.Detail = body.Error
	}
	e.Code = code(resp.StatusCode, e)
	return e
}

// phrase returns the reason phrase of the status line. HTTP/2 has none, and net/http puts its own words
// there; then the body has the phrase, unless it has details instead.
func phrase(resp *http.Response, said string) comity.Phrase {
	if _, reason, ok := strings.Cut(resp.Status, " "); ok && reason != "" && resp.ProtoMajor == 1 || said == "" {
		return comity.Phrase(reason)
	}
	return comity.Phrase(said)
}

// code maps an HTTP status to a kind of error.
func code(status int, e *comity.Error) comity.ErrorCode {
	switch {
	case status == http.StatusBadRequest && len(e.Fields) == 0:
		return comity.Malformed
	case status == http.StatusBadRequest:
		return comity.Invalid
	case status == http.StatusUnauthorized:
		return comity.Unauthorised
	case status == http.StatusForbidden:
		return comity.Refused
	case status == http.StatusNotFound:
		return comity.NotFound
	case status == http.StatusPreconditionFailed:
		return comity.Stale
	case status == http.StatusRequestEntityTooLarge:
		return comity.TooLarge
	case status == http.StatusUnprocessableEntity:
		return comity.Unprocessable
	case status == http.StatusTooManyRequests:
		return comity.TooMany
	case status == http.StatusServiceUnavailable:
		return comity.NotNow
	case e.Phrase == comity.PhraseUndelivered: // and no failure of the registry itself
		return comity.Undelivered
	}
	return comity.Internal
}
