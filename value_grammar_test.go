package comity_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"comity"
	"comity/internal/rapidtest"
)

// mailbox is the grammar of RFC 5321 (4.1.2, 4.1.3) as it is written there, rule by rule, for addresses in
// ASCII; the address literal of a tag that is registered is that of IPv6 alone.
var mailbox = func() *regexp.Regexp {
	const (
		atext     = "[A-Za-z0-9!#$%&'*+\\-/=?^_`{|}~]"
		dotString = atext + `+(?:\.` + atext + `+)*`
		quoted    = `"(?:[\x20\x21\x23-\x5B\x5D-\x7E]|\\[\x20-\x7E])*"`
		subDomain = `[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?`
		domain    = subDomain + `(?:\.` + subDomain + `)*`
		snum      = `0{0,2}[0-9]|0?[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5]`
		ipv4      = `(?:` + snum + `)(?:\.(?:` + snum + `)){3}`
		hex       = `[0-9A-Fa-f]{1,4}`
	)
	groups := func(from, to string) string { return hex + `(?::` + hex + `){` + from + `,` + to + `}` }
	// At most 6 groups stand beside the ::, or 4 beside the :: and an IPv4 address.
	some := func(most int, ends string) string {
		var all []string
		for left := range most + 1 {
			for right := range most + 1 - left {
				before, after := "", ""
				if left > 0 {
					before = groups(string(rune('0'+left-1)), string(rune('0'+left-1)))
				}
				if right > 0 {
					after = groups(string(rune('0'+right-1)), string(rune('0'+right-1)))
					if ends != "" {
						after += ":"
					}
				}
				all = append(all, before+"::"+after+ends)
			}
		}
		return strings.Join(all, "|")
	}
	ipv6 := strings.Join([]string{groups("7", "7"), groups("5", "5") + ":" + ipv4, some(6, ""), some(4, ipv4)}, "|")
	return regexp.MustCompile(`^(` + dotString + `|` + quoted + `)@(?:(` + domain + `)|\[(?:` + ipv4 + `|(?i:IPv6):(?:` + ipv6 + `))\])$`)
}()

// isMailbox is the expected result of IsEmailAddress for a text in ASCII: by the grammar, the lengths of RFC 5321
// (4.5.3.1) and RFC 1035 (2.3.4), and with a domain of two labels or more whose last is no number.
func isMailbox(s string) bool {
	m := mailbox.FindStringSubmatch(s)
	if m == nil || len(s) > 254 || len(m[1]) > 64 {
		return false
	}
	labels := strings.Split(m[2], ".")
	for _, label := range labels {
		if len(label) > 63 {
			return false
		}
	}
	return m[2] == "" || len(labels) > 1 && len(m[2]) <= 253 && !regexp.MustCompile(`^([0-9]+|0[xX][0-9A-Fa-f]*)$`).MatchString(labels[len(labels)-1])
}

// TestEmailAddressesByTheGrammar: exactly the texts that the grammar of the standard derives are accepted.
func TestEmailAddressesByTheGrammar(t *testing.T) {
	pieces := []string{
		"a", "Z", "0", "9", "-", ".", "..", "_", "+", "!", "%", "'", "/", "=", "~", "`", "{|}", " ", "\t", "\x7f", `"`, `""`, `\`, `\\`, `\"`, "(", ")", "<", ",", ";", ":", "::", "@",
		"[", "]", "example", "org", "1a", "xn--bcher-kva", "0x1f", "127", "255", "256", "001", "0000", "192.0.2.1", "IPv6:", "ipv6:", "IPv4:", "2001:db8", "fe80", "%eth0", "12345", "ffff", "g",
		strings.Repeat("l", 63), strings.Repeat("l", 64),
	}
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "pieces"), "")
	})
	address := rapid.Custom(func(t *rapid.T) string {
		local := rapid.OneOf(text, rapid.Just("a"), rapid.Map(text, func(s string) string { return `"` + s + `"` })).Draw(t, "local")
		hex := rapid.SliceOfN(rapid.SampledFrom([]string{"0", "db8", "ffff", "", "192.0.2.1", "12345"}), 1, 9)
		ipv6 := rapid.Map(hex, func(groups []string) string { return "[IPv6:" + strings.Join(groups, ":") + "]" })
		ipv4 := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"0", "9", "10", "099", "255", "256", "0001"}), 3, 5), func(n []string) string { return "[" + strings.Join(n, ".") + "]" })
		domain := rapid.OneOf(text, rapid.Map(text, func(s string) string { return s + ".org" }), ipv6, ipv4, rapid.Just("example.org")).Draw(t, "domain")
		return local + "@" + domain
	})
	rapidtest.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(text, address).Draw(t, "text")
		if got := comity.IsEmailAddress(s); got != isMailbox(s) {
			t.Fatalf("%q is taken for an email address: %t, by the grammar: %t", s, got, !got)
		}
	})
}

// TestEmailAddressesOfTheStandards checks the valid and invalid examples of RFC 3696 (with its errata), 5321,
// 5322 and 6532.
func TestEmailAddressesOfTheStandards(t *testing.T) {
	fieldTest{
		field: comity.EmailAddress.Mail,
		taken: []string{
			`"Abc\@def"@example.com`, `"Fred\ Bloggs"@example.com`, `"Joe\\Blow"@example.com`, `"Abc@def"@example.com`, `"Fred Bloggs"@example.com`,
			"user+mailbox@example.com", "customer/department=shipping@example.com", "$A12345@example.com", "!def!xyz%abc@example.com", "_somename@example.com",
			"Smith@bar.com", "Jones@xyz.com", "Joe.Q.Public@example.com", "one@y.test", `"Joe.\\Blow"@example.com`, "jdoe@machine.example", "fred&barney@example.com",
			"a@[012.034.056.078]", "a@[IPv6:2001:db8:0:0:0:0:0:1]", "a@[IPv6:::]", "a@[IPv6:1:2:3:4:5:6::]", "a@[IPv6:::1:2:3:4:5:6]", "a@[IPv6:1:2:3:4::192.0.2.1]",
			"a@[IPv6:1:2:3:4:5:6:192.0.2.1]",
		},
		refuse: []string{
			"Abc.@example.com", ".Abc@example.com", "Abc..123@example.com", `A"b(c)d,e:f;g<h>i[j\k]l@example.com`, `just"not"right@example.com`, `this is"not\allowed@example.com`,
			`Fred\ Bloggs@example.com`, `Abc\@def@example.com`, "Pete(A nice \\) chap) <pete@silly.test>", "a@[IPv6:1:2:3:4:5:6:7::]", "a@[IPv6:::1:2:3:4:5:6:7]",
			"a@[IPv6:1:2:3:4:5::192.0.2.1]", "a@[IPv6:1:2:3:4:5:6:7:192.0.2.1]", "a@[IPv6:1::2::3]", "a@[IPv6:::192.0.2.256]", "a@[IPv6:1:2:3]", "a@[IPv6:::12345]", "a@[0000.1.1.1]",
			"@[192.0.2.1]", "a@[ 192.0.2.1 ]", "a@[192.0.2.1]x", "a@@[192.0.2.1]", "A group:jdoe@machine.example;",
		},
	}.run(t)
}

// TestLanguages checks the valid and invalid examples of RFC 5646 (appendix A and 2.2) that fit into the field.
func TestLanguages(t *testing.T) {
	fieldTest{
		field: comity.Name.Language,
		taken: []string{
			"de", "fr", "ja", "i-enochian", "zh-Hant", "zh-Hans", "sr-Cyrl", "sr-Latn", "zh-cmn-Hans-CN", "cmn-Hans-CN", "zh-yue-HK", "yue-HK", "zh-Hans-CN", "sr-Latn-RS", "sl-rozaj",
			"sl-rozaj-biske", "sl-nedis", "de-CH-1901", "sl-IT-nedis", "hy-Latn-IT", "de-DE", "en-US", "es-419", "de-CH-x-phonebk", "az-Arab-x-AZE-de", "x-whatever", "qaa-Qaaa-QM-x-s",
			"de-Qaaa", "sr-Latn-QM", "sr-Qaaa-RS", "en-US-u-islamcal", "EN", "mN-cYrL-Mn", "art-lojban", "en-GB-oed", "sgn-BE-FR", "en-x-a-a", "en-a-bb-x-a-bb", "en-a-abcde-abcde",
		},
		refuse: []string{
			"de-419-DE", "a-DE", "ar-a-aaa-a-ccc", "en-a-bbb-A-ccc", "de-1901-1901", "sl-rozaj-rozaj", "de-DE-1901-1901", "en-u-ca-u-co", "en_US", "en--US", "-en", "en-", "en-x", "x", "x-", "1",
			"englishlanguage", "en-US-GB", "en-Latn-Cyrl", "qqqq", "xx", "de-DE-", "en us", "de-é", "日本", "*", "en-*", "C", "en.UTF-8",
		},
	}.run(t)
}
