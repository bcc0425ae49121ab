//go:build !linux

package httpserver

import "net"

// keepLittleUnsent does nothing: only Linux has the option.
func keepLittleUnsent(net.Conn) {}
