package comity

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The lengths of an address, in octets (RFC 5321, 4.5.3.1). A path is at most 256 with its brackets.
const (
	maxLocalPart = 64
	maxMail      = 254
)

// IsEmailAddress says whether s is an email address, without a display name: see [emailProblem].
func IsEmailAddress(s string) bool { return emailProblem(s) == "" }

// emailProblem returns why s is not a mailbox as RFC 5321 (4.1.2) defines it, in words that follow "The
// mail", or "" for a mailbox. The domain must be a domain name of two labels or more, since mail is not
// exchanged with single-label domains, or an address literal; the local part must be words and dots, or a
// quoted string. Letters of other scripts are accepted on both sides (RFC 6531), on the right as IDNA
// allows them; invisible characters are not.
func emailProblem(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return "must be an email address such as name@example.org"
	}
	local, domain := s[:at], s[at+1:]
	switch {
	case len(s) > maxMail:
		return "must be an email address of at most 254 bytes (RFC 5321)"
	case len(local) > maxLocalPart:
		return "must be an email address with at most 64 bytes before its @ (RFC 5321)"
	case !isLocalPart(local):
		return "must be an email address such as name@example.org: what stands before the @ is none that mail can be sent to (RFC 5321)"
	case strings.HasPrefix(domain, "["):
		if !isAddressLiteral(domain) {
			return "must be an email address such as name@example.org: an IP address in its place is written [192.0.2.1] or [IPv6:2001:db8::1]"
		}
	case len(domainLabels(domain, "")) < 2:
		return "must be an email address such as name@example.org: what stands after the @ is no domain name with a dot (RFC 1035)"
	}
	return ""
}

// isLocalPart says whether s is a dot-string or a quoted string.
func isLocalPart(s string) bool {
	if inner, ok := strings.CutPrefix(s, `"`); ok {
		inner, ok = strings.CutSuffix(inner, `"`)
		return ok && isQuoted(inner)
	}
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return !isAtomRune(r) }) {
			return false
		}
	}
	return true
}

func isAtomRune(r rune) bool {
	return isLetterOrDigit(r) || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r) || r >= utf8.RuneSelf && unicode.IsPrint(r)
}

// isQuoted says whether s can stand between quotes: special characters must have a backslash before them.
func isQuoted(s string) bool {
	escaped := false
	for _, r := range s {
		switch {
		case r < ' ' || r == 0x7F || r >= utf8.RuneSelf && (escaped || !unicode.IsPrint(r)):
			return false
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case r == '"':
			return false
		}
	}
	return !escaped
}

// isAddressLiteral says whether s is an IPv4 or IPv6 address in brackets (RFC 5321, 4.1.3). In contrast to
// other notations, numbers may have leading zeros, and :: stands for at least two groups.
func isAddressLiteral(s string) bool {
	s, ok := strings.CutSuffix(strings.TrimPrefix(s, "["), "]")
	const tag = "IPv6:"
	if !ok || len(s) < len(tag) || !strings.EqualFold(s[:len(tag)], tag) {
		return ok && isIPv4(s)
	}
	s = s[len(tag):]
	if i := strings.LastIndexByte(s, ':'); strings.Contains(s, ".") {
		if !isIPv4(s[i+1:]) {
			return false
		}
		s = s[:i+1] + "0:0"
	}
	groups := strings.FieldsFunc(s, func(r rune) bool { return r == ':' })
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && a.Zone() == "" && (len(groups) <= 6 || !strings.Contains(s, "::"))
}

// isIPv4 says whether s consists of four numbers from 0 to 255 with dots between.
func isIPv4(s string) bool {
	parts := strings.Split(s, ".")
	return len(parts) == 4 && !slices.ContainsFunc(parts, func(part string) bool {
		_, err := strconv.ParseUint(part, 10, 8)
		return err != nil || len(part) > 3
	})
}

func (f *Field) email() *Field {
	f.doc("An email address as RFC 5321 has it, with a dot in its domain name or an IP address in brackets; letters of all scripts are taken (RFC 6531).").
		format("email").example("ghopper@example.org")
	return f.must(func(s string) string {
		if problem := emailProblem(s); problem != "" {
			return f.sentence("%s", problem)
		}
		return ""
	})
}
