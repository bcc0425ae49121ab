package httpserver

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// Certificates is a certificate with its key, reloaded when one of its files has changed.
type Certificates struct {
	cert, key string
	log       *slog.Logger

	mu sync.Mutex
	// read are the files as of the last reload, whether or not it succeeded.
	read    [2]os.FileInfo
	current *tls.Certificate
}

// ReadCertificates reads a certificate chain and its key.
func ReadCertificates(cert, key string, log *slog.Logger) (*Certificates, error) {
	c := &Certificates{cert: cert, key: key, log: log}
	return c, c.load(c.look())
}

// Config returns the TLS configuration with the certificate. It offers HTTP/1.1 only, which keeps the reason
// phrases.
func (c *Certificates) Config() *tls.Config {
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
}

// get returns the certificate for a handshake, after a reload if the files have changed. If the new one
// cannot be used, the previous one stays, and loading is not tried again until the files change again.
func (c *Certificates) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.look()
	if slices.EqualFunc(now[:], c.read[:], sameFile) {
		return c.current, nil
	}
	if err := c.load(now); err != nil {
		c.log.Error("the new TLS certificate cannot be used, the one before is kept", "error", err)
		return c.current, nil
	}
	c.log.Info("the TLS certificate was read again", "file", c.cert, "until", lastDay(c.current))
	return c.current, nil
}

// look returns the two files as they are, nil for one that is not there.
func (c *Certificates) look() (now [2]os.FileInfo) {
	for i, name := range []string{c.cert, c.key} {
		if info, err := os.Stat(name); err == nil {
			now[i] = info
		}
	}
	return now
}

func sameFile(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

func (c *Certificates) load(files [2]os.FileInfo) error {
	c.read = files
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("--tls-cert and --tls-key: %w", err)
	}
	c.current = &pair
	return nil
}

// lastDay returns when a certificate expires, "" if that cannot be read.
func lastDay(c *tls.Certificate) string {
	leaf, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		return ""
	}
	return leaf.NotAfter.UTC().Format(time.RFC3339)
}
