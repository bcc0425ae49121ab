package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync"
	"testing"

	"comity/internal/openapi/openapitest"
)

// longest is the longest answer that is held against the document: a longer list says nothing that a
// shorter one does not, and is read as it comes.
const longest = 1 << 20

// exchanges makes requests of a registry, and fails its test where one or its answer is not as the
// OpenAPI document has it that the registry serves.
type exchanges struct {
	t     *testing.T
	check check
	base  http.RoundTripper
	// lenient accepts requests that are not as the document describes them.
	lenient bool
}

type check func(*http.Request, *http.Response, []byte) error

// documented is an HTTP client for a registry. It may be used until its test ends.
func documented(t *testing.T, api string) *http.Client {
	t.Helper()
	document := call(t, http.DefaultClient, http.MethodGet, api+"openapi.json", "", "", "").body
	return &http.Client{Transport: &exchanges{t: t, check: checkOf(t, document), base: http.DefaultTransport}}
}

// RoundTrip makes one request.
func (e *exchanges) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := e.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, longest))
	if err != nil {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), resp.Body), resp.Body}
	if len(body) == longest {
		return resp, nil
	}
	if err := e.check(plain(req), resp, body); err != nil && !(e.lenient && errors.Is(err, openapitest.ErrRequest)) {
		e.t.Errorf("%v\n%s", err, body)
	}
	return resp, nil
}

var slashes = regexp.MustCompile(`//+`)

// plain is the request with the path that the document has it under: several slashes in a row count as one.
func plain(req *http.Request) *http.Request {
	req = req.Clone(req.Context())
	req.URL.Path = slashes.ReplaceAllString(req.URL.Path, "/")
	return req
}

// checks are those of the documents that were met: reading one takes longer than most tests do.
var checks struct {
	mu sync.Mutex
	of map[string]check
}

func checkOf(t *testing.T, document string) check {
	t.Helper()
	checks.mu.Lock()
	defer checks.mu.Unlock()
	if checks.of[document] == nil {
		if checks.of == nil {
			checks.of = map[string]check{}
		}
		checks.of[document] = openapitest.Validator(t, []byte(document))
	}
	return checks.of[document]
}
