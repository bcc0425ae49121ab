package httpserver

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// stall is how long a reader may take nothing of an answer before it is cut off.
const stall = 30 * time.Second

// steadyConn gives each part of what is written its own time: whoever goes on reading, however slowly,
// gets all of it, and whoever stops is cut off. It is written to by one goroutine at a time.
type steadyConn struct {
	net.Conn
	stall time.Duration
	// until is the deadline that was set from above, in nanoseconds; 0 for none.
	until atomic.Int64
}

// Write writes all of p, unless for so long nothing more of it is taken.
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

// SetWriteDeadline bounds what is written from now on, beside the bound of each part; the zero time
// does not.
func (c *steadyConn) SetWriteDeadline(t time.Time) error {
	until := int64(0)
	if !t.IsZero() {
		until = t.UnixNano()
	}
	c.until.Store(until)
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline bounds reading and writing.
func (c *steadyConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetWriteDeadline(t), c.SetReadDeadline(t))
}

// CloseWrite ends our half of the connection.
func (c *steadyConn) CloseWrite() error {
	if w, ok := c.Conn.(closeWriter); ok {
		return w.CloseWrite()
	}
	return nil
}
