// Package http sends the messages about people and groups to HTTP endpoints.
//
//   - http.go sends messages, read.go reads what an endpoint holds
//   - endpoint.go addresses messages, tls.go checks certificates
//   - answer.go judges answers, words.go reads those that are HTML pages
package http

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"comity"
	"comity/internal/connector"
)

// Connector sends messages to HTTP endpoints. It keeps connections and is safe for concurrent use.
//
// It never uses a proxy: a message and its password go to the host that the Serverurl names, or
// nowhere, whatever the environment of the process says.
type Connector struct {
	timeout    time.Duration
	userAgent  string
	transports map[verify]*http.Transport
}

// New returns a Connector.
func New(opts connector.Options) *Connector {
	h := &Connector{
		timeout:    cmp.Or(opts.Timeout, 30*time.Second),
		userAgent:  cmp.Or(opts.UserAgent, "comity"),
		transports: map[verify]*http.Transport{},
	}
	for _, v := range []verify{{}, {peer: true}, {host: true}, {peer: true, host: true}} {
		h.transports[v] = newTransport(v, h.timeout, opts)
	}
	return h
}

// Close closes the idle connections.
func (h *Connector) Close() {
	for _, t := range h.transports {
		t.CloseIdleConnections()
	}
}

// Apply sends one request and returns the answer. It does not retry, except on a new connection when a
// kept one turns out to be closed already. It keeps no state of its own.
func (h *Connector) Apply(ctx context.Context, d comity.Destination, op comity.Operation, own []byte) (comity.Answer, []byte) {
	return h.send(ctx, d, op), own
}

func (h *Connector) send(ctx context.Context, d comity.Destination, op comity.Operation) comity.Answer {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	req, err := h.requestFor(ctx, d, op)
	if err != nil {
		return comity.Answer{Text: err.Error()}
	}
	// The transport is used directly: a Client would follow redirects.
	resp, err := h.transports[verifyOf(d.Server)].RoundTrip(req)
	if err != nil {
		return comity.Answer{Text: connector.NoAnswer(d, err, time.Since(start))}
	}
	defer func() { _ = resp.Body.Close() }()
	answer := judge(op.Delete, resp, connector.Redactor(d))
	drain(resp.Body, cancel)
	return answer
}

// Headers returns the headers that Apply sends. Secrets, and values that are generated when the request is
// sent, are replaced by ***.
func (h *Connector) Headers(d comity.Destination, op comity.Operation) (map[string]string, error) {
	req, err := h.requestFor(context.Background(), d, op)
	if err != nil {
		return nil, err
	}
	shown := map[string]string{}
	for name, values := range req.Header {
		if len(values) > 0 {
			shown[name] = values[0]
		}
	}
	connector.HideSignature(shown)
	if scheme, _, found := strings.Cut(shown["Authorization"], " "); found {
		shown["Authorization"] = scheme + " ***"
	}
	return shown, nil
}

// requestFor returns the HTTP request that sends a message.
func (h *Connector) requestFor(ctx context.Context, d comity.Destination, op comity.Operation) (*http.Request, error) {
	headers, err := connector.Headers(d, op, time.Now())
	if err != nil {
		return nil, err
	}
	return h.request(ctx, d, op, headers)
}

func (h *Connector) request(ctx context.Context, d comity.Destination, op comity.Operation, headers map[string]string) (*http.Request, error) {
	u, err := url.Parse(op.URL)
	if err != nil {
		// The reason is left out: it repeats the URL, and that may hold a password.
		return nil, fmt.Errorf("%w: the message's URL cannot be read", comity.ErrNotConfigured)
	}
	u.User = nil
	var body io.Reader
	if op.Body != nil {
		body = bytes.NewReader(op.Body)
	}
	req, err := http.NewRequestWithContext(ctx, op.Method, u.String(), body)
	if err != nil {
		return nil, fmt.Errorf("%w: the message is no HTTP request", comity.ErrNotConfigured)
	}
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", h.userAgent)
	// A message may be sent twice. An Idempotency-Key without values is never sent, but it permits
	// http.Transport to retry on a new connection when a kept one was closed.
	req.Header["Idempotency-Key"] = nil
	switch d.Server.Text(comity.HttpServer.AuthType) {
	case comity.AuthBasic:
		req.SetBasicAuth(d.Server.Text(comity.HttpServer.Username), d.Secret(comity.HttpServer.Password))
	case comity.AuthBearer:
		req.Header.Set("Authorization", "Bearer "+d.Secret(comity.HttpServer.Password))
	}
	return req, nil
}

// drain reads the rest of an answer, if it is short and comes at once, so that the connection can be
// used again. A longer one is cut off by cancel, which closes the connection.
func drain(body io.Reader, cancel context.CancelFunc) {
	const most, longest = 16 << 10, 100 * time.Millisecond
	timer := time.AfterFunc(longest, cancel)
	defer timer.Stop()
	_, _ = io.CopyN(io.Discard, body, most)
}
