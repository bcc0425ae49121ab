package connector

import (
	"crypto/x509"
	"time"
)

// Options configure a connector. The zero value is usable.
type Options struct {
	// Timeout is the limit of one delivery, from the look-up of the host to the end of the answer; 30 s
	// if 0.
	Timeout time.Duration
	// UserAgent is the name that a connector sends of itself; "comity" if empty.
	UserAgent string
	// Roots are the trusted certificate authorities; the system's if nil.
	Roots *x509.CertPool
	// AllowPrivate also allows messages to loopback, private and link-local addresses, such as those of
	// the registry's own network.
	AllowPrivate bool
}
