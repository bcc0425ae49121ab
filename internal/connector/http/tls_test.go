package http_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
)

// authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// newAuthority returns a root authority, or one below another.
func newAuthority(t *testing.T, name string, parent *authority) *authority {
	t.Helper()
	a := &authority{}
	a.cert, a.key = sign(t, parent, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	return a
}

func sign(t *testing.T, parent *authority, template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(time.Hour)
	}
	template.NotBefore = template.NotAfter.Add(-2 * time.Hour)
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	signer := &authority{template, key}
	if parent != nil {
		signer = parent
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer.cert, &key.PublicKey, signer.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// serve starts a receiver whose certificate the authority signed for those hosts; it also sends the
// authority's own certificate, as servers send those between theirs and a root.
func (a *authority) serve(t *testing.T, notAfter time.Time, hosts ...string) *httptest.Server {
	t.Helper()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "receiver"}, NotAfter: notAfter, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	cert, key := sign(t, a, template)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Proto", r.Proto)
		if r.ProtoMajor != 2 {
			w.WriteHeader(http.StatusHTTPVersionNotSupported)
		}
	}))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw, a.cert.Raw}, PrivateKey: key}}}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestCertificates(t *testing.T) {
	root := newAuthority(t, "root", nil)
	trusted := newAuthority(t, "between", root)
	unknown := newAuthority(t, "unknown", nil)
	roots := x509.NewCertPool()
	roots.AddCert(root.cert)
	h := newHTTP(t, connector.Options{Roots: roots})

	const authorityFault = "certificate signed by unknown authority"
	servers := []struct {
		name   string
		server *httptest.Server
		// What is wrong with the certificate, by which of the two checks.
		peer, host string
	}{
		{"good", trusted.serve(t, time.Time{}, "127.0.0.1", "localhost"), "", ""},
		{"wrong host", trusted.serve(t, time.Time{}, "other.example", "192.0.2.1"), "", "certificate is valid for"},
		{"no host", trusted.serve(t, time.Time{}), "", "x509: "},
		{"unknown authority", unknown.serve(t, time.Time{}, "127.0.0.1", "localhost"), authorityFault, ""},
		{"unknown authority and wrong host", unknown.serve(t, time.Time{}, "other.example", "192.0.2.1"), authorityFault, "certificate is valid for"},
		{"expired", trusted.serve(t, time.Now().Add(-time.Minute), "127.0.0.1", "localhost"), "certificate has expired", ""},
	}
	for _, tt := range servers {
		for _, checks := range []struct{ peer, host bool }{{true, true}, {true, false}, {false, true}, {false, false}} {
			// By name and by address: TLS sends the server a name only.
			for _, url := range []string{tt.server.URL, strings.Replace(tt.server.URL, "127.0.0.1", "localhost", 1)} {
				d := connectortest.HTTPDestination(comity.ProtocolPOST, url)
				d.Server.SetBool(comity.HttpServer.SslVerifyPeer, checks.peer)
				d.Server.SetBool(comity.HttpServer.SslVerifyHost, checks.host)
				a := connectortest.Apply(t.Context(), h, d, connectortest.Messages(t, h, d, connectortest.WholePerson())[0], 1)
				want := ""
				if checks.peer {
					want = tt.peer
				}
				if checks.host && want == "" {
					want = tt.host
				}
				if want == "" && !a.OK {
					t.Errorf("%s, %+v, %s: %+v, want success", tt.name, checks, url, a)
				}
				if want != "" && (a.OK || a.Refused || a.Status != 0 || !strings.HasPrefix(a.Text, "tls: failed to verify certificate: x509: ")) {
					t.Errorf("%s, %+v, %s: %+v, want a failure", tt.name, checks, url, a)
				}
				// With both checks on, Go decides which of two errors it reports.
				if want != "" && !strings.Contains(a.Text, want) && (tt.host == "" || !strings.Contains(a.Text, tt.host)) {
					t.Errorf("%s, %+v, %s: %q does not say %q", tt.name, checks, url, a.Text, want)
				}
			}
		}
	}
}

// TestCertificatesAreCheckedByDefault: without settings for certificates they are checked, with the system's
// authorities.
func TestCertificatesAreCheckedByDefault(t *testing.T) {
	server := newAuthority(t, "unknown", nil).serve(t, time.Time{}, "127.0.0.1")
	h := newHTTP(t, connector.Options{})
	d := connectortest.HTTPDestination(comity.ProtocolPOST, server.URL)
	a := connectortest.Apply(t.Context(), h, d, connectortest.Messages(t, h, d, connectortest.WholePerson())[0], 1)
	if a.OK || !strings.HasPrefix(a.Text, "tls: failed to verify certificate: x509: ") {
		t.Errorf("%+v", a)
	}
}

// TestNoProxy: a proxy from the environment is not used.
func TestNoProxy(t *testing.T) {
	proxied := false
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied = true }))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	h := newHTTP(t, connector.Options{Timeout: 5 * time.Second})
	// A name that never resolves (RFC 6761), since Go never uses a proxy for localhost.
	d := connectortest.HTTPDestination(comity.ProtocolPOST, "http://receiver.invalid/")
	if a := connectortest.Apply(t.Context(), h, d, connectortest.Messages(t, h, d, connectortest.WholePerson())[0], 1); a.OK || proxied {
		t.Errorf("%+v, proxied %v", a, proxied)
	}
}
