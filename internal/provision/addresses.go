package provision

import (
	"context"
	"fmt"
	"net/netip"
	"syscall"
)

// notPublic are networks that no address of the public internet is in, besides those that netip
// knows as private, loopback, link-local, multicast or unspecified (RFC 6890 and its registry): a
// service that an operator did not mean to be reached may listen there.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),   // shared by a provider's customers; cloud metadata
	netip.MustParsePrefix("192.0.0.0/24"),    // protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b:1::/48"), // translated to IPv4 by local rules
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), // protocol assignments, Teredo's IPv4 among them
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // 6to4 has an IPv4 address inside
}

// translated is the prefix of IPv6 addresses that stand for an IPv4 address (RFC 6052).
var translated = netip.MustParsePrefix("64:ff9b::/96")

// Public says whether an address is one of the public internet.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if translated.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// errPrivate is the failure of a target at an address that is not of the public internet.
type errPrivate struct{ address netip.Addr }

func (e errPrivate) Error() string {
	return fmt.Sprintf("%s is not an address of the public internet: targets are there only where the operator allows it, by --allow-private-targets", e.address)
}

// onlyPublic refuses a connection to what is not public. It is asked when the name is resolved and
// the connection about to be made, so that no name can be resolved to something else in between.
func onlyPublic(_ context.Context, _, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	if !Public(a.Addr()) {
		return errPrivate{a.Addr()}
	}
	return nil
}
