package provision

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"comity"
)

// Options configure a connector. The zero value is usable.
type Options struct {
	// Timeout is the limit of one delivery, from the look-up of the host to the end of the answer; 30 s
	// if 0.
	Timeout time.Duration
	// UserAgent is the name that a connector sends of itself; "comity" if empty.
	UserAgent string
	// Roots are the trusted certificate authorities; the system's if nil.
	Roots *x509.CertPool
	// AllowPrivate also allows messages to loopback, private and link-local addresses, such as those of
	// the registry's own network.
	AllowPrivate bool
}

// HTTP sends messages to HTTP endpoints. It keeps connections and is safe for concurrent use.
//
// It never uses a proxy: a message and its password go to the host that the Serverurl names, or
// nowhere, whatever the environment of the process says.
type HTTP struct {
	timeout    time.Duration
	userAgent  string
	transports map[verify]*http.Transport
}

// NewHTTP returns an HTTP.
func NewHTTP(opts Options) *HTTP {
	h := &HTTP{
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
func (h *HTTP) Close() {
	for _, t := range h.transports {
		t.CloseIdleConnections()
	}
}

// Send sends one message and returns the answer. It does not retry, except on a new connection when a
// kept one turns out to be closed already.
func (h *HTTP) Send(ctx context.Context, d comity.Destination, m comity.Message, sequence int64) comity.Answer {
	if err := Configured(d); err != nil {
		return comity.Answer{Text: err.Error()}
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	req, err := h.requestFor(ctx, d, m, sequence)
	if err != nil {
		return comity.Answer{Text: err.Error()}
	}
	// The transport is used directly: a Client would follow redirects.
	resp, err := h.transports[verifyOf(d.Server)].RoundTrip(req)
	if err != nil {
		return comity.Answer{Text: NoAnswer(d, err, time.Since(start))}
	}
	defer func() { _ = resp.Body.Close() }()
	answer := judge(m.Delete, resp, redactor(d))
	drain(resp.Body, cancel)
	return answer
}

// Headers returns the headers that Send sends with a message. Secrets, and values that are generated
// when the message is sent, are replaced by ***.
func (h *HTTP) Headers(d comity.Destination, m comity.Message, sequence int64) (map[string]string, error) {
	if err := Configured(d); err != nil {
		return nil, err
	}
	req, err := h.requestFor(context.Background(), d, m, sequence)
	if err != nil {
		return nil, err
	}
	shown := map[string]string{}
	for name, values := range req.Header {
		if len(values) > 0 {
			shown[name] = values[0]
		}
	}
	hideSignature(shown)
	if scheme, _, found := strings.Cut(shown["Authorization"], " "); found {
		shown["Authorization"] = scheme + " ***"
	}
	return shown, nil
}

// requestFor returns the HTTP request that sends a message.
func (h *HTTP) requestFor(ctx context.Context, d comity.Destination, m comity.Message, sequence int64) (*http.Request, error) {
	headers, err := Headers(d, m, sequence, time.Now())
	if err != nil {
		return nil, err
	}
	return h.request(ctx, d, m, headers)
}

func (h *HTTP) request(ctx context.Context, d comity.Destination, m comity.Message, headers map[string]string) (*http.Request, error) {
	u, err := url.Parse(m.URL)
	if err != nil {
		// The reason is left out: it repeats the URL, and that may hold a password.
		return nil, fmt.Errorf("%w: the message's URL cannot be read", comity.ErrNotConfigured)
	}
	u.User = nil
	var body io.Reader
	if m.Body != nil {
		body = bytes.NewReader(m.Body)
	}
	req, err := http.NewRequestWithContext(ctx, m.Method, u.String(), body)
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
		req.SetBasicAuth(d.Server.Text(comity.HttpServer.Username), d.Password)
	case comity.AuthBearer:
		req.Header.Set("Authorization", "Bearer "+d.Password)
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
