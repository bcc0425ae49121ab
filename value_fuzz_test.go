package comity_test

import (
	"net/mail"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"comity"
)

// read returns a text as a field stores it, false where the field refuses it. It checks that the field accepts
// the stored text again, unchanged.
func read(t *testing.T, f *comity.Field, s string) (string, bool) {
	t.Helper()
	cell, sentence := f.Read(comity.Scalar{Type: comity.TextScalar, Text: s})
	if sentence != "" || cell.Text() == "" {
		return "", false
	}
	again, sentence := f.Read(comity.Scalar{Type: comity.TextScalar, Text: cell.Text()})
	if sentence != "" || again != cell {
		t.Fatalf("%s keeps %q as %q, and that as %q: %s", f.Name, s, cell.Text(), again.Text(), sentence)
	}
	return cell.Text(), true
}

func FuzzEmailAddress(f *testing.F) {
	for _, s := range []string{
		"ada@example.org", `"a\"b c"@example.org`, "ada@[192.0.2.1]", "ada@[IPv6:::1]", "用户@例子.广告", "a..b@example.org", "ada@xn--bcher-kva.example", `"`, "@", "a@b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s, ok := read(t, comity.EmailAddress.Mail, s)
		if !ok {
			return
		}
		at := strings.LastIndexByte(s, '@')
		if len(s) > 254 || at < 1 || at > 64 || !strings.ContainsAny(s[at:], ".:") {
			t.Errorf("%q has no such lengths or no dot", s)
		}
		// The library supports no IPv6 literals and no empty quotes; apart from these it accepts more than RFC 5321.
		if a, err := mail.ParseAddress(s); !strings.Contains(s[at:], "[") && s[:at] != `""` && (err != nil || a.Name != "") {
			t.Errorf("%q is none to net/mail: %v", s, err)
		}
	})
}

func FuzzURL(f *testing.F) {
	for _, s := range []string{
		"https://example.org/~ada?x=1#y", "mailto:a@example.org,b@example.org", "urn:mace:example.org:member", "ssh://login", "java\tscript:alert(1)", `https:\\x`, "//x", "http://[::1]:80/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, field := range append([]*comity.Field{comity.HttpServer.Serverurl}, urlFields...) {
			kept, ok := read(t, field, s)
			if !ok {
				continue
			}
			u, err := url.Parse(kept)
			if err != nil || u.Scheme == "" || strings.ContainsFunc(kept, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.C, r) }) {
				t.Errorf("%s takes %q: %v", field.Name, kept, err)
			}
			// A browser finds the scheme before the first colon.
			switch scheme, _, _ := strings.Cut(strings.ToLower(kept), ":"); scheme {
			case "http", "https":
				if u.Hostname() == "" {
					t.Errorf("%s takes %q without a host", field.Name, kept)
				}
			case "javascript", "vbscript", "data", "file", "blob", "about":
				t.Errorf("%s takes %q", field.Name, kept)
			}
		}
	})
}

func FuzzBrokers(f *testing.F) {
	f.Add("kafka.example.org:9092, [::1]:9093")
	f.Fuzz(func(t *testing.T, s string) {
		if kept, ok := read(t, comity.KafkaServer.Brokers, s); ok && len(comity.Brokers(kept)) == 0 {
			t.Errorf("%q names none", kept)
		}
	})
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"Physics", "CO:admins", "Ｃ\u200bO：x", "admın:", "\u202eX", "👩\u200d👧", "❤\ufe0f", "\u200b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kept, ok := read(t, comity.CoGroup.Name, s)
		if !ok {
			return
		}
		if strings.ContainsFunc(kept, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }) {
			t.Errorf("%q holds a mark of direction", kept)
		}
		first, _ := utf8.DecodeRuneInString(kept)
		if last, _ := utf8.DecodeLastRuneInString(kept); unicode.Is(unicode.Cf, first) || unicode.Is(unicode.Cf, last) {
			t.Errorf("%q begins or ends with what cannot be seen", kept)
		}
		// A name stays reserved with invisible characters, and in any case.
		if want := comity.ReservedName(kept); comity.ReservedName(strings.Join(strings.Split(kept, ""), "\u200b")) != want {
			t.Errorf("%q is reserved %d, and with what cannot be seen between otherwise", kept, want)
		}
	})
}
