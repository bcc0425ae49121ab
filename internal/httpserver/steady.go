package httpserver

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// stall is how long a client may read nothing of an answer before it is disconnected.
const stall = 30 * time.Second

// steadyConn gives each part that is written its own deadline: a client that goes on reading, however slowly,
// gets all of it, and one that stops is disconnected. One goroutine may write at a time.
type steadyConn struct {
	net.Conn
	stall time.Duration
	// until is the deadline that was set by SetWriteDeadline, in Unix nanoseconds; 0 for none.
	until atomic.Int64
}

// Write writes all of p, and fails if the client reads nothing for the time of stall.
func (c *steadyConn) Write(p []byte) (written int, err error) {
	for {
		deadline := time.Now().Add(c.stall)
		if until := c.until.Load(); until != 0 && until < deadline.UnixNano() {
			deadline = time.Unix(0, until)
		}
		if err := c.Conn.SetWriteDeadline(deadline); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(p[written:])
		written += n
		if err == nil || n == 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return written, err
		}
	}
}

// SetWriteDeadline sets a deadline for what is written from now on, in addition to that of each part; the
// zero time sets none.
func (c *steadyConn) SetWriteDeadline(t time.Time) error {
	until := int64(0)
	if !t.IsZero() {
		until = t.UnixNano()
	}
	c.until.Store(until)
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline sets the deadline of reading and writing.
func (c *steadyConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetWriteDeadline(t), c.SetReadDeadline(t))
}

// CloseWrite closes our half of the connection.
func (c *steadyConn) CloseWrite() error {
	if w, ok := c.Conn.(closeWriter); ok {
		return w.CloseWrite()
	}
	return nil
}
