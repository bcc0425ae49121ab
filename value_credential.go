package comity

import "strings"

// notToken is the field error of a bearer token that cannot be sent as RFC 6750 defines.
const notToken = "must be a bearer token (RFC 6750): letters, digits, -._~+/ and = at its end"

// isToken says whether s is a b64token (RFC 6750, 2.1), as a header carries it.
func isToken(s string) bool {
	s = strings.TrimRight(s, "=")
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !isLetterOrDigit(r) && !strings.ContainsRune("-._~+/", r) })
}
