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

// Certificates is a certificate with its key, read again when a file of them has changed.
type Certificates struct {
	cert, key string
	log       *slog.Logger

	mu sync.Mutex
	// read are the files as they were last looked at, whether or not there was a certificate in them.
	read    [2]os.FileInfo
	current *tls.Certificate
}

// ReadCertificates reads a chain and its key.
func ReadCertificates(cert, key string, log *slog.Logger) (*Certificates, error) {
	c := &Certificates{cert: cert, key: key, log: log}
	return c, c.load(c.look())
}

// Config is the configuration of TLS with the certificate. It speaks HTTP/1.1 alone, so that reason
// phrases are kept.
func (c *Certificates) Config() *tls.Config {
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
}

// get is asked at every handshake, and looks each time whether there is another certificate. One that
// cannot be used leaves the one before in place, and is not tried again until it has changed.
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

// lastDay is when a certificate ends, "" where that cannot be read.
func lastDay(c *tls.Certificate) string {
	leaf, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		return ""
	}
	return leaf.NotAfter.UTC().Format(time.RFC3339)
}
