package provision

import "strings"

// escapeSegment percent-encodes an identifier as one segment of a URL's path. All but the
// unreserved characters of RFC 3986, section 2.3, is encoded: url.PathEscape leaves '+', '=', ':',
// '@' and '&', which are legal there but which some receivers take for a space or a parameter.
// The segments "." and ".." are encoded too, as whoever meets them bare removes them (section
// 5.2.4) and with them, for "..", what comes before.
func escapeSegment(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
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
