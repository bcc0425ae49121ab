package rest

import (
	"bytes"
	"context"
	"net"
	"strconv"
)

// The reason phrase of the status line is part of the API, and net/http writes only its own. So
// each connection is wrapped: the handler leaves the phrase with the connection, which puts it into
// the status line as it goes out.

// Listen wraps a listener so that its connections can carry the API's reason phrases. A server on
// it needs ConnContext.
func Listen(l net.Listener) net.Listener { return phraseListener{l} }

// ConnContext lets handlers find their connection; it is an http.Server's ConnContext.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if p, ok := c.(*phraseConn); ok {
		return context.WithValue(ctx, connKey{}, p)
	}
	return ctx
}

type connKey struct{}

// setPhrase leaves the phrase for the status that is about to be written. On a connection that is
// not wrapped (HTTP/2 has no phrases) it does nothing: the body says the same.
func setPhrase(ctx context.Context, status int, phrase string) {
	if c, ok := ctx.Value(connKey{}).(*phraseConn); ok {
		c.status, c.phrase = status, phrase
	}
}

type phraseListener struct{ net.Listener }

func (l phraseListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &phraseConn{Conn: c}, nil
}

// phraseConn replaces the phrase of a status line that it is told of. A response begins with a
// Write of its own, for net/http flushes at the end of each; responses come one at a time.
type phraseConn struct {
	net.Conn
	status int
	phrase string
}

// statusLine is "HTTP/1.1 200 ", up to the phrase.
const statusLine = len("HTTP/1.1 200 ")

func (c *phraseConn) Write(p []byte) (int, error) {
	end := bytes.Index(p, []byte("\r\n"))
	if c.phrase == "" || end < statusLine || !bytes.HasPrefix(p, []byte("HTTP/1.")) ||
		string(p[statusLine-4:statusLine-1]) != strconv.Itoa(c.status) {
		return c.Conn.Write(p)
	}
	out := make([]byte, 0, len(p)+len(c.phrase))
	out = append(append(append(out, p[:statusLine]...), c.phrase...), p[end:]...)
	added := len(out) - len(p)
	c.phrase = ""
	n, err := c.Conn.Write(out)
	return max(0, min(n-added, len(p))), err
}

// CloseWrite lets the server end its half of the connection before the client's.
func (c *phraseConn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}
