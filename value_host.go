package comity

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// The lengths of a domain name (RFC 1035, 2.3.4), as it is written without the dot at its end.
const (
	maxDomain = 253
	maxLabel  = 63
)

// international checks labels in other scripts as IDNA writes them, and changes nothing: an address
// with letters of full width is written otherwise than the domain that it would lead to.
var international = idna.New(idna.ValidateForRegistration(), idna.StrictDomainName(false))

// domainLabels returns the labels of a domain name as they are looked up, nil for what is none: each
// has letters, digits and hyphens, the hyphens not at its ends (RFC 1035, 2.3.1; a digit may come
// first, RFC 1123, 2.1), or those of other scripts. also lists characters that are taken as well.
func domainLabels(s, also string) []string {
	if !isASCII(s) {
		var err error
		if s, err = international.ToASCII(strings.ToLower(norm.NFC.String(s))); err != nil {
			return nil
		}
	}
	if len(s) > maxDomain {
		return nil
	}
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return nil
		}
		for _, c := range label {
			if !isLetterOrDigit(c) && c != '-' && !strings.ContainsRune(also, c) {
				return nil
			}
		}
	}
	if last := strings.ToLower(labels[len(labels)-1]); isNumber(last) || isNumberOf16(last) {
		return nil // an IPv4 address, or what was meant to be one: browsers read both numbers so
	}
	return labels
}

// canBeDialled says whether a host is a name that may be looked up, or an IP address. Underscores are
// taken, as networks of containers name hosts so, and a dot at the end, which keeps a name from being
// completed.
func canBeDialled(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return domainLabels(strings.TrimSuffix(host, "."), "_") != nil
}

// isPort says whether s is a port that can be dialled.
func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}

func isNumber(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// isNumberOf16 says whether s is a number to the base of 16, as a 0x before it says.
func isNumberOf16(s string) bool {
	digits, ok := strings.CutPrefix(s, "0x")
	return ok && strings.Trim(digits, "0123456789abcdef") == ""
}

func isLetterOrDigit(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
