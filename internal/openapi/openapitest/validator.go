// Package openapitest compares exchanges with the API with its OpenAPI document, so that tests of other
// things in the API also show where the document is wrong.
package openapitest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"comity"
	"comity/internal/openapi"
)

// ErrRequest is wrapped in the error for a request that succeeded though the document does not permit it, if
// its response is as documented. The API accepts some requests that the document does not offer to clients,
// such as blanks around a number or more elements than one; a test of those ignores these errors.
var ErrRequest = errors.New("the document does not permit the request")

// Validator returns a function that returns an error for what the document does not permit in an exchange:
// the request, its response and the response's body.
//
// It checks the response's status, reason phrase, headers and body, in which unknown members are errors. It
// checks the request only if it succeeded, because a refused one may be wrong on purpose; its body only if it
// has GetBody, as those of http.NewRequest do. Of XML it checks the form and the root.
//
// A call that the document does not have must be answered 404, or be refused before routing.
func Validator(t testing.TB, document []byte) func(req *http.Request, resp *http.Response, body []byte) error {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		t.Fatalf("load the document: %v", err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("the document is not valid: %v", err)
	}
	closeAnswers(doc)
	if err := checkPlainly(doc); err != nil {
		t.Fatalf("prepare the document: %v", err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatalf("route by the document: %v", err)
	}
	ctx := context.WithoutCancel(t.Context())
	return func(req *http.Request, resp *http.Response, body []byte) error {
		x := exchange{req: asCalled(ctx, req), head: req.Method == http.MethodHead, resp: resp, body: body}
		if err := x.find(router); err != nil || x.route == nil {
			return err
		}
		err := x.checkResponse()
		if err == nil {
			err = x.checkRequest()
		}
		if err != nil {
			return fmt.Errorf("%s, answered %s: %w", &x, resp.Status, err)
		}
		return nil
	}
}

// asCalled returns the request in the terms of the document: HEAD as GET without a body, the path unescaped,
// and the content type by the path's extension.
func asCalled(ctx context.Context, req *http.Request) *http.Request {
	called := req.Clone(ctx)
	if called.Method == http.MethodHead {
		called.Method = http.MethodGet
	}
	called.URL.RawPath = ""
	called.Header.Set("Content-Type", "application/json")
	if strings.HasSuffix(called.URL.Path, ".xml") {
		called.Header.Set("Content-Type", "application/xml")
	}
	called.Body = http.NoBody
	if req.GetBody != nil {
		if body, err := req.GetBody(); err == nil {
			called.Body = body
		}
	}
	return called
}

// ForRoot is Validator with the document of the API below a root.
func ForRoot(t testing.TB, root string) func(req *http.Request, resp *http.Response, body []byte) error {
	t.Helper()
	document, err := openapi.Document(root, "test")
	if err != nil {
		t.Fatal(err)
	}
	return Validator(t, document) //nolint:bodyclose // whoever made the exchange closes its body
}

// exchange is a request and its answer.
type exchange struct {
	req   *http.Request
	head  bool
	resp  *http.Response
	body  []byte
	route *routers.Route
	vars  map[string]string
}

// unrouted are the statuses with which a call that the document does not have can be answered.
var unrouted = []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusTooManyRequests}

// find looks up the call in the document; route stays nil for a call that is not in it and must not be.
func (x *exchange) find(router routers.Router) error {
	if _, phrase, _ := strings.Cut(x.resp.Status, " "); phrase == string(comity.PhraseUnknown) {
		return nil
	}
	route, vars, err := router.FindRoute(x.req)
	if err == nil {
		x.route, x.vars = route, vars
		return nil
	}
	if !slices.Contains(unrouted, x.resp.StatusCode) {
		return fmt.Errorf("%s was answered %s, and is not in the document: %w", x, x.resp.Status, err)
	}
	return nil
}

// String names the exchange in errors.
func (x *exchange) String() string { return x.req.Method + " " + x.req.URL.RequestURI() }

func (x *exchange) input() *openapi3filter.RequestValidationInput {
	// Elements that are added separately may each be wrong on purpose.
	separately := x.req.URL.Query().Get("separately") == "true"
	return &openapi3filter.RequestValidationInput{
		Request: x.req, Route: x.route, PathParams: x.vars,
		Options: &openapi3filter.Options{
			AuthenticationFunc: loggedIn, SkipSettingDefaults: true, IncludeResponseStatus: true,
			ExcludeRequestBody: x.req.GetBody == nil || x.xml() || separately, ExcludeResponseBody: x.head || x.xml(),
		},
	}
}

func (x *exchange) xml() bool { return strings.HasSuffix(x.req.URL.Path, ".xml") }

func loggedIn(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	if _, _, ok := in.RequestValidationInput.Request.BasicAuth(); !ok {
		return errors.New("no name and key are given")
	}
	return nil
}

func (x *exchange) checkRequest() error {
	if x.resp.StatusCode >= http.StatusBadRequest {
		return nil
	}
	err := openapi3filter.ValidateRequest(x.req.Context(), x.input())
	if err == nil && x.xml() && x.req.GetBody != nil && x.route.Operation.RequestBody != nil {
		var body []byte
		if body, err = io.ReadAll(x.req.Body); err == nil && len(body) > 0 {
			err = checkXML(body, x.route.Operation.RequestBody.Value.Content)
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRequest, err)
	}
	return nil
}

func (x *exchange) checkResponse() error {
	in := x.input()
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: x.resp.StatusCode, Header: x.resp.Header, Options: in.Options,
	}
	out.SetBodyBytes(x.body)
	if err := openapi3filter.ValidateResponse(x.req.Context(), out); err != nil {
		return err
	}
	documented := x.route.Operation.Responses.Status(x.resp.StatusCode)
	if documented == nil {
		return errors.New("the document has no such answer")
	}
	if err := x.checkPhrase(documented.Value); err != nil {
		return err
	}
	switch content := documented.Value.Content; {
	case len(x.body) == 0:
		return nil
	case len(content) == 0:
		return errors.New("it has a body, which the document does not know")
	case x.xml():
		return checkXML(x.body, content)
	}
	return nil
}

// checkPhrase checks the reason phrase. Go's standard phrase is ignored: a recorder, or a connection that
// cannot carry the API's own, has it for each status.
func (x *exchange) checkPhrase(documented *openapi3.Response) error {
	_, phrase, _ := strings.Cut(x.resp.Status, " ")
	if phrase == "" || phrase == http.StatusText(x.resp.StatusCode) {
		return nil
	}
	known, _ := documented.Extensions["x-reason-phrases"].([]any)
	if !slices.Contains(known, any(phrase)) {
		return fmt.Errorf("the document knows the phrases %q, not %q", known, phrase)
	}
	return nil
}
