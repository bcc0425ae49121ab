//go:build !linux

package httpserver

import "net"

// keepLittleUnsent is for systems that have it.
func keepLittleUnsent(net.Conn) {}
