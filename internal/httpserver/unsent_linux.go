package httpserver

import (
	"net"

	"golang.org/x/sys/unix"
)

// unsent is how many bytes of an answer the system buffers before they can be sent.
const unsent = 64 << 10

// keepLittleUnsent makes the system accept more of an answer as soon as its reader has read a little:
// otherwise megabytes are buffered in between, a third of which a slow reader must read before a Write
// succeeds.
func keepLittleUnsent(c net.Conn) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, unsent) // not required
	})
}
