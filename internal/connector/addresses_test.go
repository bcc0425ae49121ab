package connector_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
	httpconnector "comity/internal/connector/http"
)

// special are the networks of IANA's registries of special-purpose addresses (IPv4 and IPv6), multicast,
// deprecated kinds of addresses, and a cloud's metadata service.
var special = []string{
	"0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/32", "192.0.0.171/32",
	"192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32",
	"224.0.0.0/4", "168.63.129.16/32",
	"::1/128", "::/128", "::ffff:0:0/112", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32", "2001:1::1/128",
	"2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32", "2001:4:112::/48", "2001:10::/28", "2001:20::/28",
	"2001:30::/28", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
	"ff00::/8", "fec0::/10", "::/96", "::ffff:0:0:0/96", "200::/7",
}

func TestPublicAddresses(t *testing.T) {
	is := func(text string, want bool) {
		t.Helper()
		if a := netip.MustParseAddr(text); connector.Public(a) != want {
			t.Errorf("%s is public: %v, want %v", a, !want, want)
		}
	}
	// ways are the IPv6 addresses that stand for an IPv4 address.
	ways := func(a netip.Addr) []string {
		if !a.Is4() {
			return []string{a.String()}
		}
		return []string{a.String(), "::ffff:" + a.String(), "64:ff9b::" + a.String()}
	}
	for _, text := range special {
		p := netip.MustParsePrefix(text)
		last := p.Addr().AsSlice()
		for i := p.Bits(); i < len(last)*8; i++ {
			last[i/8] |= 0x80 >> (i % 8)
		}
		end, _ := netip.AddrFromSlice(last)
		for _, a := range []netip.Addr{p.Addr(), end} {
			for _, text := range ways(a) {
				is(text, false)
			}
			if a.Is6() && !a.Is4In6() {
				is(a.String()+"%eth0", false)
			}
		}
	}
	for _, text := range []string{
		"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "168.63.129.15", "168.63.129.17", "172.15.255.255",
		"172.32.0.0", "192.88.98.255", "192.88.100.0", "192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255",
		"2000::", "2001:200::", "2001:4860:4860::8888", "2003::", "2620:4f:7fff::", "2a00::1", "3ffe::", "3fff:1000::",
	} {
		for _, way := range ways(netip.MustParseAddr(text)) {
			is(way, true)
		}
	}
	if connector.Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

// An error reveals neither whether an internal name exists nor its address, since whoever configures a target
// can read it.
func TestInternalNamesAreNotRevealed(t *testing.T) {
	h := httpconnector.New(connector.Options{})
	defer h.Close()
	var said []string
	for _, host := range []string{"localhost", "no-such-host.invalid"} {
		d := connectortest.HTTPDestination(comity.ProtocolPOST, "https://"+host+":1/")
		a := connectortest.Apply(t.Context(), h, d, connectortest.Messages(t, h, d, connectortest.Person("ghopper"))[0], 1)
		if a.OK || strings.Contains(a.Text, "127.0.0.1") || strings.Contains(a.Text, "::1") || strings.Contains(a.Text, ":53") {
			t.Errorf("%s: %+v", host, a)
		}
		said = append(said, strings.ReplaceAll(a.Text, host, "HOST"))
	}
	if said[0] != said[1] {
		t.Errorf("a host that is known inside: %q\none that is not known: %q", said[0], said[1])
	}
}

// A target gives no access to the network of the registry.
func TestPrivateAddressesAreRefused(t *testing.T) {
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	h := httpconnector.New(connector.Options{})
	defer h.Close()
	for _, host := range []string{
		"127.0.0.1", "localhost", "127.8.8.8", "[::1]", "0.0.0.0", "[::]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
		"100.100.100.200", "[fd00:ec2::254]", "[fe80::1]", "[::ffff:127.0.0.1]", "[fec0::1]", "[::127.0.0.1]", "168.63.129.16", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255",
	} {
		for _, scheme := range []string{"http://", "https://"} {
			d := connectortest.HTTPDestination(comity.ProtocolPOST, scheme+host+port)
			a := connectortest.Apply(t.Context(), h, d, connectortest.Messages(t, h, d, connectortest.Person("ghopper"))[0], 1)
			if a.OK || a.Refused || !strings.Contains(a.Text, "--allow-private-targets") {
				t.Errorf("%s%s: %+v", scheme, host, a)
			}
		}
	}
	if asked {
		t.Error("a receiver on loopback was asked")
	}
}
