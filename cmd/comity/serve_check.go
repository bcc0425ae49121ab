package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"comity/internal/httpserver"
	"comity/internal/observe"
	"comity/internal/store"
)

// check returns all errors in the settings that can be found without using them, joined.
func (s *serveCommand) check() error {
	_, logErr := observe.Logger(io.Discard, s.LogFormat, s.LogLevel)
	_, proxiesErr := prefixes(s.Trusted)
	databaseErr := s.database.check()
	if databaseErr == nil {
		databaseErr = s.checkKeyFile()
	}
	all := []error{
		databaseErr, checkAddress(s.Listen), checkRoot(s.Root), s.httpSettings.check(), proxiesErr, logErr, s.consoleSettings.check(),
	}
	if s.Failures < 0 {
		all = append(all, fmt.Errorf("--failed-logins: %d is too few, it must be 0 at least", s.Failures))
	}
	if s.Lease < shortestLease {
		all = append(all, fmt.Errorf("--lease: %v is too short, it must be %v at least", s.Lease, shortestLease))
	}
	if s.Drain < 0 {
		all = append(all, fmt.Errorf("--drain: %v is too short, it must be 0s at least", s.Drain))
	}
	return errors.Join(all...)
}

func checkAddress(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.DefaultResolver.LookupPort(context.Background(), "tcp", port)
	}
	if err != nil {
		return fmt.Errorf("listen on %s: %w; it must be such as 127.0.0.1:8080", address, err)
	}
	return nil
}

func checkRoot(root string) error {
	if u, err := url.Parse("/" + strings.Trim(root, "/") + "/"); err != nil || u.Host != "" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery ||
		strings.ContainsAny(root, " %#") || strings.Contains(u.Path, "//") && root != "/" {
		return fmt.Errorf("--root: %q is no path such as /registry/", root)
	}
	return nil
}

// checkKeyFile returns an error if the key file exists and holds no key.
func (s *serveCommand) checkKeyFile() error {
	file := s.keyFile()
	if _, err := os.Stat(file); err != nil {
		if _, err := store.ResolvePath(file); err != nil {
			return fmt.Errorf("--secret-key-file %s: %w", file, err)
		}
		return nil // it is made
	}
	_, _, err := store.LoadSealer(file)
	return err
}

func (s httpSettings) check() error {
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

func (s consoleSettings) check() error {
	var all []error
	if s.PublicURL != "" && !isOrigin(s.PublicURL) {
		all = append(all, fmt.Errorf("the public URL is %q, it must be such as https://registry.example.org", s.PublicURL))
	}
	if s.OIDCIssuer == "" {
		if s.OIDCClient != "" || s.OIDCSecret != "" {
			all = append(all, errors.New("--oidc-client-id and --oidc-client-secret-file need --oidc-issuer"))
		}
		return errors.Join(all...)
	}
	if u, err := url.Parse(s.OIDCIssuer); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		all = append(all, fmt.Errorf("--oidc-issuer: %q is no URL such as https://login.example.org", s.OIDCIssuer))
	}
	if s.PublicURL == "" {
		all = append(all, errors.New("--oidc-issuer needs --public-url, which the provider sends people back to"))
	}
	if s.OIDCClaim == "" {
		all = append(all, errors.New("--oidc-claim is empty, it must name a claim such as sub"))
	}
	_, err := s.oidc()
	return errors.Join(append(all, err)...)
}

// isOrigin says whether a URL names a web server and nothing on it.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n > 65535 {
			return false
		}
	}
	return u.Path == "" || u.Path == "/"
}
