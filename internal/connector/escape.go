package connector

import (
	"fmt"
	"strings"
)

// NoAddress is the error of an identifier under which a target cannot hold anybody.
type NoAddress struct {
	Identifier string
	// Reason is why, as words that follow the identifier.
	Reason string
}

// Error names the identifier, and asks for another one.
func (e NoAddress) Error() string {
	return fmt.Sprintf("the identifier %q %s: give the person another one", e.Identifier, e.Reason)
}

// IsSegment says whether an identifier can be one segment of a URL's path. It is false for the empty
// text and for "." and "..": clients and servers remove these (RFC 3986, section 5.2.4), the latter
// with the segment before it, also if they are encoded as %2E, so that a PUT or DELETE would reach the
// path above.
func IsSegment(s string) bool { return s != "" && s != "." && s != ".." }

// EscapeSegment percent-encodes an identifier as one segment of a URL's path. It encodes all but the
// unreserved characters of RFC 3986, section 2.3: url.PathEscape leaves '+', '=', ':', '@' and '&',
// which are legal there but which some receivers decode as a space or a parameter.
func EscapeSegment(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s))
	for i := range len(s) {
		c := s[i]
		if unreserved(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}
