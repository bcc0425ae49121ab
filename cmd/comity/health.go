package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// healthCommand checks a server where there is no other HTTP client, such as in the container image.
type healthCommand struct {
	Listen  string `help:"The address that the server listens on." default:"127.0.0.1:8080" env:"COMITY_LISTEN" placeholder:"HOST:PORT"`
	TLSCert string `name:"tls-cert" help:"The server's certificate, if it serves HTTPS." env:"COMITY_TLS_CERT" placeholder:"FILE"`
}

// Validate returns the error in the settings.
func (h *healthCommand) Validate() error { return checkAddress(h.Listen) }

// Run requests /readyz and returns an error unless the server is ready.
func (h *healthCommand) Run(p *program) error {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	scheme, client := "http", &http.Client{}
	if h.TLSCert != "" {
		// The request goes to this machine, by an address that the certificate need not name.
		scheme, client.Transport = "https", &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // see above
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+localAddress(h.Listen)+"/readyz", http.NoBody)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	text := strings.TrimSpace(string(body))
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", text)
	}
	_, err = fmt.Fprintln(p.out, text)
	return err
}
