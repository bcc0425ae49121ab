package http

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"

	"comity"
	"comity/internal/connector"
)

// verify selects the checks of a server's certificate: that a trusted authority issued it (peer), and
// that it is for the requested host (host). The two are independent, as CURLOPT_SSL_VERIFYPEER and
// CURLOPT_SSL_VERIFYHOST of libcurl are, where the settings come from.
type verify struct{ peer, host bool }

func verifyOf(server *comity.Record) verify {
	return verify{
		peer: connector.TrueUnlessSet(server, comity.HttpServer.SslVerifyPeer),
		host: connector.TrueUnlessSet(server, comity.HttpServer.SslVerifyHost),
	}
}

// config returns the TLS settings of one connection. Each connection needs its own, since
// ConnectionState does not contain the requested host if that is an IP address.
func (v verify) config(host string, roots *x509.CertPool) *tls.Config {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12,
		ServerName: host,
		RootCAs:    roots,
		NextProtos: []string{"h2", "http/1.1"},
	}
	if v.peer && v.host {
		return config
	}
	config.InsecureSkipVerify = true // replaces the standard checks by the selected ones below
	config.VerifyConnection = func(state tls.ConnectionState) error {
		if err := v.check(state.PeerCertificates, host, roots); err != nil {
			return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
		}
		return nil
	}
	return config
}

func (v verify) check(certs []*x509.Certificate, host string, roots *x509.CertPool) error {
	if v.host {
		return certs[0].VerifyHostname(host)
	}
	if v.peer {
		between := x509.NewCertPool()
		for _, c := range certs[1:] {
			between.AddCert(c)
		}
		_, err := certs[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
		return err
	}
	return nil
}

func newTransport(v verify, timeout time.Duration, opts connector.Options) *http.Transport {
	dialer := opts.Dialer(timeout)
	return &http.Transport{
		DialContext: dialer.DialContext,
		DialTLSContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, err
			}
			return dialer.DialTLS(ctx, network, addr, v.config(host, opts.Roots))
		},
		ForceAttemptHTTP2: true,
		// Without pings, all messages to a host would fail on a connection that died silently, until
		// the system notices.
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
	}
}
