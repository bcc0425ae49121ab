package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"comity/internal/httpserver"
	"comity/internal/observe"
)

// httpSettings say how requests are served.
type httpSettings struct {
	TLSCert        string        `name:"tls-cert" help:"The certificate chain (PEM) to serve HTTPS with; HTTP/1.1, so that reason phrases are kept. Read again when it changes." env:"COMITY_TLS_CERT" placeholder:"FILE"`
	TLSKey         string        `name:"tls-key" help:"The certificate's private key (PEM)." env:"COMITY_TLS_KEY" placeholder:"FILE"`
	RequestTimeout time.Duration `help:"How long a request may take before it is rolled back and answered with 503." default:"50s" env:"COMITY_REQUEST_TIMEOUT"`
	AccessLog      string        `help:"Log each request: off, json or combined." default:"off" env:"COMITY_ACCESS_LOG"`
	AccessLogFile  string        `help:"The file to log requests to; standard error by default." env:"COMITY_ACCESS_LOG_FILE" placeholder:"FILE"`
}

// The bounds of --request-timeout. The upper one is how long the clock waits for writes under way.
const (
	shortestRequest = time.Second
	longestRequest  = 2 * time.Minute
)

// Validate returns all errors in the settings, joined.
func (s httpSettings) Validate() error {
	all := []error{s.checkTLS()}
	if s.RequestTimeout < shortestRequest || s.RequestTimeout > longestRequest {
		all = append(all, fmt.Errorf("--request-timeout: it is %v, it must be from %v to %v", s.RequestTimeout, shortestRequest, longestRequest))
	}
	if s.AccessLog == "off" {
		if s.AccessLogFile != "" {
			all = append(all, errors.New("--access-log-file: nothing is logged there while --access-log is off, set it to json or combined"))
		}
	} else if _, err := httpserver.AccessLog(io.Discard, s.AccessLog); err != nil {
		all = append(all, fmt.Errorf("--access-log: %w", err))
	}
	return errors.Join(all...)
}

func (s httpSettings) checkTLS() error {
	switch {
	case s.TLSCert == "" && s.TLSKey == "":
		return nil
	case s.TLSKey == "":
		return errors.New("--tls-cert needs --tls-key")
	case s.TLSCert == "":
		return errors.New("--tls-key needs --tls-cert")
	}
	if _, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey); err != nil {
		return fmt.Errorf("--tls-cert and --tls-key: %w", err)
	}
	return nil
}

// tlsConfig is the configuration of HTTPS, nil for plain HTTP.
func (s httpSettings) tlsConfig(log *slog.Logger) (*tls.Config, error) {
	if s.TLSCert == "" && s.TLSKey == "" {
		return nil, nil //nolint:nilnil // plain HTTP has none
	}
	certificates, err := httpserver.ReadCertificates(s.TLSCert, s.TLSKey, log)
	if err != nil {
		return nil, err
	}
	return certificates.Config(), nil
}

// options returns the server's options and a function that closes the access log.
func (s httpSettings) options(errOut io.Writer, address func(*http.Request) string, metrics *observe.Metrics, log *slog.Logger) (o httpserver.Options, done func() error, err error) {
	done = func() error { return nil }
	write := func(*httpserver.Exchange) {}
	if s.AccessLog != "off" {
		out := errOut
		if s.AccessLogFile != "" {
			file, err := os.OpenFile(filepath.Clean(s.AccessLogFile), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
			if err != nil {
				return o, done, fmt.Errorf("--access-log-file: %w", err)
			}
			out, done = file, file.Close
		}
		if write, err = httpserver.AccessLog(out, s.AccessLog); err != nil {
			return o, done, errors.Join(fmt.Errorf("--access-log: %w", err), done())
		}
	}
	return httpserver.Options{
		Limit: s.RequestTimeout, Address: address, Log: log,
		Done: func(x *httpserver.Exchange) {
			if x.Route != "" {
				metrics.Request(x.Route, x.Status, x.Took, x.Unwritten == nil)
			}
			write(x)
		},
	}, done, nil
}

// withRoot sends requests below the root to the API and others to the mux. The path is left as it is, as a mux
// would redirect paths that it normalizes. If the root is "/", the patterns of the mux come first. The root
// without its slash is redirected to the root.
func withRoot(root string, api http.Handler, mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own := false
		if root == "/" {
			_, pattern := mux.Handler(r)
			own = pattern != ""
		}
		switch {
		case !own && strings.HasPrefix(r.URL.Path, root):
			api.ServeHTTP(w, r)
		case r.URL.Path+"/" == root:
			to := url.URL{Path: root, RawQuery: r.URL.RawQuery}
			w.Header().Set("Location", to.RequestURI())
			w.WriteHeader(http.StatusPermanentRedirect)
		default:
			mux.ServeHTTP(w, r)
		}
	})
}
