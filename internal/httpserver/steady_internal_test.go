package httpserver

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// reader is the other side of a connection: at each Write it reads so many more bytes, and then the deadline
// passes.
type reader struct {
	net.Conn
	takes     []int
	got       strings.Builder
	deadlines int
}

func (r *reader) Write(p []byte) (int, error) {
	n := 0
	if len(r.takes) > 0 {
		n, r.takes = min(r.takes[0], len(p)), r.takes[1:]
	}
	r.got.Write(p[:n])
	if n < len(p) {
		return n, os.ErrDeadlineExceeded
	}
	return n, nil
}

func (r *reader) SetWriteDeadline(time.Time) error {
	r.deadlines++
	return nil
}

func TestReaderThatGoesOnReadingGetsAllAndOneThatStopsIsCutOff(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		title   string
		takes   []int
		written int
		err     error
	}{
		{"all at once", []int{10}, 10, nil},
		{"slowly", []int{1, 1, 3, 1, 4}, 10, nil},
		{"nothing", nil, 0, os.ErrDeadlineExceeded},
		{"and then nothing", []int{4, 2, 0, 4}, 6, os.ErrDeadlineExceeded},
	} {
		r := &reader{takes: tt.takes}
		n, err := (&steadyConn{Conn: r, stall: stall}).Write([]byte("0123456789"))
		if n != tt.written || !errors.Is(err, tt.err) || r.got.String() != "0123456789"[:tt.written] {
			t.Errorf("%s: %d bytes written, %q came, error %v", tt.title, n, r.got.String(), err)
		}
	}
}

// The deadline that SetWriteDeadline sets applies in addition to that of each part.
func TestDeadlineFromAboveHolds(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer func() { _ = ours.Close() }()
	defer func() { _ = theirs.Close() }()
	c := &steadyConn{Conn: ours, stall: time.Hour}
	if err := c.SetDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a write after the deadline ends with %v", err)
	}
}
