// Package rest is REST API v1: five generic routes that serve every resource, and a few special ones.
//
//	GET    <resource>.<format>               list, narrowed by the query
//	POST   <resource>.<format>               add
//	GET    <resource>/<id>.<format>          view
//	PUT    <resource>/<id>.<format>          edit
//	DELETE <resource>/<id>.<format>          delete
//	GET    caller.<format>                   who is calling
//	PUT    co_groups/reconcile.<format>?coid=<id>
//	POST   co_groups/reconcile/<id>.<format>
//	POST   <resource>/bulk.json               add many
//	POST   cos/duplicate/<id>.<format>
//	POST   email_addresses/verify/<id>.<format>
//	POST   identifiers/assign.<format>
//	POST   co_provisioning_targets/provision/<id>/copersonid:<id>[.<format>]
//
// and those about the state of provisioning, in provisioning.go.
//
// Paths are below a root, "/registry/" by default; <format> is json or xml.
package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"comity"
	"comity/internal/authz"
	"comity/internal/httpserver"
	"comity/internal/provisioning"
	"comity/internal/registry"
	"comity/internal/registry/view"
	"comity/internal/signin"
	"comity/internal/wire"
)

// Authenticator authenticates callers.
type Authenticator interface {
	Authenticate(ctx context.Context, username, key, address string) (authz.Caller, error)
}

// Server answers the API's requests.
type Server struct {
	Registry      *registry.Registry
	View          *view.Reader
	Authenticator Authenticator
	Provisioning  *provisioning.Service
	// Root is the path that the API is below; it begins and ends with a slash.
	Root string
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Logins limits failed logins of every kind; nil does not.
	Logins *signin.Logins
	Log    *slog.Logger

	requests signin.Limits
}

// call is one request in progress.
type call struct {
	*Server
	w      http.ResponseWriter
	r      *http.Request
	caller authz.Caller
	format wire.Format
	// id is the id in an error's body: that of the path, or New.
	id string
	// verbatim is true if the numbers in the answer are those of another system, and are not rewritten.
	verbatim bool
}

// noID is the Id in an error that concerns no record.
const noID = "New"

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Server: s, w: w, r: r, id: noID}
	defer c.recover()
	if err := c.serve(); err != nil {
		c.fail(err)
	}
}

// recover answers a request whose handler panicked as one that failed. If part of the answer was sent
// already, the connection is cut, so that a client does not mistake a part for the whole.
func (c *call) recover() {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler || httpserver.Of(c.r.Context()).Status != 0 { //nolint:errorlint,err113 // compared as net/http does
		panic(p)
	}
	c.fail(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
}

func (c *call) serve() error {
	rt, found := c.match()
	c.format = rt.format
	if rt.id != "" {
		c.id = rt.id
	}
	exchange := httpserver.Of(c.r.Context())
	exchange.Route = "unauthorized"
	if err := c.authenticate(); err != nil {
		return err
	}
	exchange.User = c.caller.Username
	if !found {
		exchange.Route = "unknown"
		return comity.Missing(comity.PhraseUnknown)
	}
	exchange.Route = rt.name
	if strings.Count(c.r.URL.RawQuery, "&") >= maxParameters {
		return comity.BadRequest("The URL has more than %d parameters", maxParameters)
	}
	return rt.handle(c, rt)
}

// maxParameters is the maximum number of parameters in a URL: each takes many times its bytes in memory.
const maxParameters = 1000

func (c *call) authenticate() (err error) {
	username, key, ok := c.r.BasicAuth()
	if !ok {
		return comity.Forbid()
	}
	address, now := signin.ClientAddress(c.r, c.TrustedProxies), time.Now()
	if wait, blocked := c.Logins.Blocked(address, now); blocked {
		return tooMany(wait, "Too many failed logins from this address")
	}
	if c.caller, err = c.Authenticator.Authenticate(c.r.Context(), username, key, address); err != nil {
		// Only a definite refusal counts as a failed login, not an unavailable database.
		var refused *comity.Error
		if errors.As(err, &refused) && refused.Code == comity.Unauthorised {
			c.Logins.Failed(c.r.Context(), address, "key", username, now)
		}
		return err
	}
	if c.caller.RateLimit > 0 {
		if wait, ok := c.requests.Take(username, c.caller.RateLimit, now); !ok {
			return tooMany(wait, "More requests than this API user may make in a minute")
		}
	}
	if !c.caller.MayAnything() {
		return comity.Forbid()
	}
	return nil
}

func tooMany(wait time.Duration, why string) error {
	return &comity.Error{Code: comity.TooMany, Phrase: comity.PhraseTooMany, Detail: why, RetryAfter: wait}
}

// fail answers an error.
func (c *call) fail(err error) {
	e := c.clientError(err)
	if e.Code == comity.Unauthorised {
		c.w.Header().Set("WWW-Authenticate", `Basic realm="Comity", charset="UTF-8"`)
	}
	if e.RetryAfter > 0 {
		seconds := int64((e.RetryAfter + time.Second - 1) / time.Second)
		c.w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	c.answer(status(e.Code), e.Phrase, wire.AppendError(nil, c.format, c.id, e))
}

// clientError returns an error as the client may see it, and logs one that the client may not see.
func (c *call) clientError(err error) *comity.Error {
	var e *comity.Error
	if errors.As(err, &e) && e.Code != comity.Internal {
		return e
	}
	if e = httpserver.Ended(c.r.Context()); e != nil {
		return e
	}
	level := slog.LevelError
	if c.r.Context().Err() != nil {
		level = slog.LevelDebug
	}
	c.Log.Log(c.r.Context(), level, "request failed", "request", httpserver.Of(c.r.Context()).ID,
		"method", c.r.Method, "path", c.r.URL.Path, "error", err)
	return &comity.Error{Code: comity.Internal, Phrase: comity.PhraseOther}
}

// status maps a kind of error to an HTTP status.
func status(code comity.ErrorCode) int {
	switch code {
	case comity.Malformed, comity.Invalid:
		return http.StatusBadRequest
	case comity.Unauthorised:
		return http.StatusUnauthorized
	case comity.Refused:
		return http.StatusForbidden
	case comity.NotFound:
		return http.StatusNotFound
	case comity.Stale:
		return http.StatusPreconditionFailed
	case comity.TooLarge:
		return http.StatusRequestEntityTooLarge
	case comity.Unprocessable:
		return http.StatusUnprocessableEntity
	case comity.TooMany:
		return http.StatusTooManyRequests
	case comity.Unsupported:
		return http.StatusUnsupportedMediaType
	case comity.NotNow:
		return http.StatusServiceUnavailable
	case comity.Undelivered, comity.Internal:
	}
	return http.StatusInternalServerError
}

// answer writes a status, its phrase and a body, nil for none.
func (c *call) answer(status int, phrase comity.Phrase, body []byte) {
	c.begin(status, phrase, len(body) > 0)
	if len(body) > 0 {
		// The exchange records a failed write; the client is gone.
		_, _ = c.w.Write(c.styled(body))
	}
}

func (c *call) begin(status int, phrase comity.Phrase, body bool) {
	if body {
		c.w.Header().Set("Content-Type", c.format.ContentType())
	}
	c.w.Header().Set("Cache-Control", "no-store")
	httpserver.SetPhrase(c.r.Context(), status, string(phrase))
	c.w.WriteHeader(status)
}

// splitFormat cuts the extension off the last part of a path.
func splitFormat(path string) (rest string, format wire.Format, ok bool) {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return path, wire.JSON, false
	}
	format, ok = wire.ParseFormat(path[i+1:])
	if !ok {
		return path, wire.JSON, false
	}
	return path[:i], format, true
}
