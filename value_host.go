package comity

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// The greatest lengths of a domain name and a label (RFC 1035, 2.3.4), without the dot at the end.
const (
	maxDomain = 253
	maxLabel  = 63
)

// international checks labels in other scripts by the rules of IDNA without mapping them: a name with
// full-width letters is refused, since it would lead to a domain that is written differently.
var international = idna.New(idna.ValidateForRegistration(), idna.StrictDomainName(false))

// domainLabels returns the labels of a domain name as they are looked up, nil if s is no domain name. A
// label consists of letters, digits and hyphens, with no hyphen at its ends (RFC 1035, 2.3.1; a digit may
// come first, RFC 1123, 2.1), or of letters of other scripts. also lists further permitted characters.
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
		return nil // an IPv4 address, or a name that browsers read as one
	}
	return labels
}

// canBeDialled says whether a host is a name that can be looked up, or an IP address. Underscores are
// permitted, since container networks use them in host names, and so is a dot at the end, which prevents
// the completion of the name by a search domain.
func canBeDialled(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return domainLabels(strings.TrimSuffix(host, "."), "_") != nil
}

// isPort says whether s is a port to which a connection can be made.
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

// isNumberOf16 says whether s is a hexadecimal number with the prefix 0x.
func isNumberOf16(s string) bool {
	digits, ok := strings.CutPrefix(s, "0x")
	return ok && strings.Trim(digits, "0123456789abcdef") == ""
}

func isLetterOrDigit(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
