package httpserver

import (
	"net"

	"golang.org/x/sys/unix"
)

// unsent is how many bytes the system takes of an answer before they can be sent.
const unsent = 64 << 10

// keepLittleUnsent has the system take more of an answer as soon as its reader has taken a little: else
// megabytes lie between the two, a third of which a slow reader must read before it is seen to read at all.
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
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, unsent) // without it all the same
	})
}
