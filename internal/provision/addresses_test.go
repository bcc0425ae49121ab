package provision_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"comity"
	"comity/internal/provision"
)

// A target may not be a way into the network that the registry is in.
func TestPrivateAddressesAreRefused(t *testing.T) {
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	h := provision.NewHTTP(provision.Options{})
	defer h.Close()
	for _, host := range []string{
		"127.0.0.1", "localhost", "127.8.8.8", "[::1]", "0.0.0.0", "[::]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
		"100.100.100.200", "[fd00:ec2::254]", "[fe80::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255",
	} {
		for _, scheme := range []string{"http://", "https://"} {
			d := destination(comity.ProtocolPOST, scheme+host+port)
			a := h.Send(t.Context(), d, messages(t, h, d, known("ghopper"))[0], 1)
			if a.OK || a.Refused || !strings.Contains(a.Text, "--allow-private-targets") && !strings.Contains(a.Text, "no such host") {
				t.Errorf("%s%s: %+v", scheme, host, a)
			}
		}
	}
	if asked {
		t.Error("a receiver on loopback was asked")
	}
}
