package signin

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// ClientAddress returns the address that a request comes from: the connection's, or if that is a trusted
// proxy, the last one in X-Forwarded-For that is not. An IPv4 address mapped to IPv6 is returned as IPv4.
func ClientAddress(r *http.Request, trusted []netip.Prefix) string {
	address := clientAddress(r, trusted)
	if a, err := netip.ParseAddr(address); err == nil {
		return a.Unmap().String()
	}
	return address
}

func clientAddress(r *http.Request, trusted []netip.Prefix) string {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	if !isTrusted(address, trusted) {
		return address
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		address = hop
		if !isTrusted(hop, trusted) {
			break
		}
	}
	return address
}

func isTrusted(address string, trusted []netip.Prefix) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	for _, p := range trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
