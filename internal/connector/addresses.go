package connector

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// notPublic are the networks that contain no receiver of the public internet: those in IANA's registries
// of special-purpose addresses (RFC 6890), multicast, and the addresses of clouds' metadata services. An
// internal service may listen there.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),        // this network
	netip.MustParsePrefix("10.0.0.0/8"),       // private
	netip.MustParsePrefix("100.64.0.0/10"),    // shared by a provider's customers; cloud metadata
	netip.MustParsePrefix("127.0.0.0/8"),      // loopback
	netip.MustParsePrefix("168.63.129.16/32"), // a cloud's own service for its machines, in a public network
	netip.MustParsePrefix("169.254.0.0/16"),   // link-local; cloud metadata
	netip.MustParsePrefix("172.16.0.0/12"),    // private
	netip.MustParsePrefix("192.0.0.0/24"),     // protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),     // documentation
	netip.MustParsePrefix("192.31.196.0/24"),  // AS112
	netip.MustParsePrefix("192.52.193.0/24"),  // AMT
	netip.MustParsePrefix("192.88.99.0/24"),   // relays of 6to4
	netip.MustParsePrefix("192.168.0.0/16"),   // private
	netip.MustParsePrefix("192.175.48.0/24"),  // AS112
	netip.MustParsePrefix("198.18.0.0/15"),    // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"),  // documentation
	netip.MustParsePrefix("203.0.113.0/24"),   // documentation
	netip.MustParsePrefix("224.0.0.0/4"),      // multicast
	netip.MustParsePrefix("240.0.0.0/4"),      // reserved, broadcast

	// Only 2000::/3 is allocated as global unicast. The rest contains loopback, unique local, link-local,
	// site-local and multicast addresses, those that embed an IPv4 address, and those of the discard
	// prefix and of segment routing.
	netip.MustParsePrefix("::/3"),
	netip.MustParsePrefix("4000::/2"),
	netip.MustParsePrefix("8000::/1"),
	netip.MustParsePrefix("2001::/23"),         // protocol assignments, Teredo's IPv4 addresses among them
	netip.MustParsePrefix("2001:db8::/32"),     // documentation
	netip.MustParsePrefix("2002::/16"),         // 6to4 has an IPv4 address inside
	netip.MustParsePrefix("2620:4f:8000::/48"), // AS112
	netip.MustParsePrefix("3fff::/20"),         // documentation
}

// translated is the prefix of IPv6 addresses that stand for an IPv4 address (RFC 6052).
var translated = netip.MustParsePrefix("64:ff9b::/96")

// Public says whether an address is one of the public internet. An IPv6 address that stands for an IPv4
// address is public if that one is.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if translated.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return a.IsValid()
}

var errPrivate = errors.New("not an address of the public internet")

// onlyPublic refuses a connection to an address that is not public. It runs after the name is resolved,
// just before the connection is made, so that the name cannot be resolved to another address in between.
func onlyPublic(_ context.Context, _, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	if !Public(a.Addr()) {
		return errPrivate
	}
	return nil
}

// Dialer makes the connections to receivers.
type Dialer struct {
	*net.Dialer
	// private allows addresses that are not of the public internet.
	private bool
}

// Dialer returns a dialer that connects to receivers, only at public addresses unless the options allow
// others. timeout is that of a delivery; the dialer's own is shorter, so that an error distinguishes a
// host that does not accept the connection from one that does not answer.
func (o Options) Dialer(timeout time.Duration) Dialer {
	d := Dialer{&net.Dialer{Timeout: min(timeout, 10*time.Second)}, o.AllowPrivate}
	if !d.private {
		d.Dialer.ControlContext = onlyPublic
	}
	return d
}

// DialContext connects to a receiver. Its error contains only the host as the caller gave it, not what
// the registry's name service answered, which may reveal internal networks.
func (d Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.Dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, notReached{address, d.private, err}
	}
	return c, nil
}

// DialTLS connects as DialContext does, by TLS.
func (d Dialer) DialTLS(ctx context.Context, network, address string, config *tls.Config) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.Dialer.Timeout)
	defer cancel()
	raw, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := tls.Client(raw, config)
	if err := c.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, err
	}
	return c, nil
}

// notReached is the error of a receiver to which no connection could be made.
type notReached struct {
	address string
	// private says that the receiver need not be in the public internet.
	private bool
	err     error
}

// Error returns the same text for a name that is unknown and for one that only internal name servers know.
func (e notReached) Error() string {
	var unknown *net.DNSError
	isUnknown := errors.As(e.err, &unknown)
	host := e.address
	if h, _, err := net.SplitHostPort(e.address); err == nil {
		host = h
	}
	const allow = ": targets are there only where the operator allows it, by --allow-private-targets"
	_, noAddress := netip.ParseAddr(host)
	var dial *net.OpError
	switch {
	case errors.Is(e.err, errPrivate) && noAddress == nil:
		return host + " is not an address of the public internet" + allow
	case errors.Is(e.err, errPrivate), isUnknown && unknown.IsNotFound && !e.private:
		return host + " has no address of the public internet, or is no name at all" + allow
	case isUnknown && unknown.IsNotFound:
		return host + ": no such host"
	case isUnknown:
		return host + " could not be looked up: the registry's name service gave no answer"
	case errors.As(e.err, &dial):
		return fmt.Sprintf("%s %s %s: %v", dial.Op, dial.Net, e.address, dial.Err)
	}
	return fmt.Sprintf("dial %s: %v", e.address, e.err)
}

func (e notReached) Unwrap() error { return e.err }
