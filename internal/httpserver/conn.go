package httpserver

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Listen wraps a listener so that its connections carry the API's reason phrases and disconnect clients that
// stop reading. With a configuration they use TLS. New makes a server for it.
func Listen(l net.Listener, config *tls.Config) net.Listener { return listener{l, config} }

type listener struct {
	net.Listener
	config *tls.Config
}

// Accept waits for a connection and returns it wrapped: the deadline for each part is below TLS, where part
// of a record may have been sent, and the status line is above it.
func (l listener) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	keepLittleUnsent(raw)
	steady := &steadyConn{Conn: raw, stall: stall}
	if l.config == nil {
		return &conn{Conn: steady}, nil
	}
	return &conn{Conn: tls.Server(steady, l.config), secured: true}, nil
}

// tlsState returns the state of the TLS connection, nil without TLS. net/http does not see that the
// connection uses TLS.
func (c *conn) tlsState() *tls.ConnectionState {
	if t, ok := c.Conn.(*tls.Conn); ok {
		state := t.ConnectionState()
		return &state
	}
	return nil
}

// conn is a connection of the server. It replaces the reason phrase of a status line by the one that
// SetPhrase set: the phrase is part of the API, and net/http writes only its own. A response begins with a
// new Write, because net/http flushes at the end of each; responses come one at a time.
type conn struct {
	net.Conn
	secured bool
	status  int
	phrase  string
	// current is the exchange in progress, nil between two.
	current *Exchange
	// failure is the first error of a write.
	failure error
}

type connKey struct{}

// connContext puts the connection into the context, for handlers.
func connContext(ctx context.Context, c net.Conn) context.Context {
	if own, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, own)
	}
	return ctx
}

// connOf returns the connection of a request, nil on a server that is not made by New.
func connOf(ctx context.Context) *conn {
	c, _ := ctx.Value(connKey{}).(*conn)
	return c
}

// SetPhrase sets the phrase for the status that is about to be written. On a connection that is not wrapped
// (HTTP/2 has no phrases) it does nothing: the body says the same.
func SetPhrase(ctx context.Context, status int, phrase string) {
	if c := connOf(ctx); c != nil {
		c.status, c.phrase = status, phrase
	}
}

// statusLine is the length of the status line up to the phrase.
const statusLine = len("HTTP/1.1 200 ")

// Write writes a part of an answer.
func (c *conn) Write(p []byte) (int, error) {
	end := bytes.Index(p, []byte("\r\n"))
	if c.phrase == "" || end < statusLine || !bytes.HasPrefix(p, []byte("HTTP/1.")) ||
		string(p[statusLine-4:statusLine-1]) != strconv.Itoa(c.status) {
		return c.write(p)
	}
	out := make([]byte, 0, len(p)+len(c.phrase))
	out = append(append(append(out, p[:statusLine]...), c.phrase...), p[end:]...)
	added := len(out) - len(p)
	c.phrase = ""
	n, err := c.write(out)
	return max(0, min(n-added, len(p))), err
}

func (c *conn) write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil && c.failure == nil {
		c.failure = err
	}
	return n, err
}

// Read reads a part of a request. Plain HTTP on a TLS port is answered in plain HTTP, as net/http does where
// it sees the TLS connection itself.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	var plain tls.RecordHeaderError
	if err != nil && errors.As(err, &plain) && plain.Conn != nil && isHTTP(plain.RecordHeader) {
		_, _ = io.WriteString(plain.Conn, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
		closeGently(plain.Conn)
		err = io.EOF
	}
	return n, err
}

// isHTTP says whether the bytes in place of a TLS record are the beginning of an HTTP request.
func isHTTP(head [5]byte) bool {
	switch string(head[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "DELET", "OPTIO", "PATCH":
		return true
	}
	return false
}

// closeGently closes our half of a connection and reads for a moment what still arrives: closing a connection
// with unread data may discard the answer.
func closeGently(c net.Conn) {
	const most, longest = 64 << 10, 500 * time.Millisecond
	if half, ok := c.(closeWriter); ok && half.CloseWrite() == nil {
		_ = c.SetReadDeadline(time.Now().Add(longest))
		_, _ = io.CopyN(io.Discard, c, most)
	}
	_ = c.Close()
}

type closeWriter interface{ CloseWrite() error }

// CloseWrite closes the server's half of the connection.
func (c *conn) CloseWrite() error {
	if w, ok := c.Conn.(closeWriter); ok {
		return w.CloseWrite()
	}
	return nil
}

// connState ends the exchange of a connection whose answer was sent, or never will be.
func connState(c net.Conn, state http.ConnState) {
	own, ok := c.(*conn)
	if !ok || own.current == nil || state != http.StateIdle && state != http.StateClosed && state != http.StateHijacked {
		return
	}
	x := own.current
	own.current = nil
	x.end(own.failure)
}
