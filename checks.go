package comity

import (
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// IsEmailAddress says whether s is one address as RFC 5321 writes it (local@domain, without a display name).
func IsEmailAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && a.Name == ""
}

func (f *Field) email() *Field {
	return f.must(func(s string) string {
		if IsEmailAddress(s) {
			return ""
		}
		return f.sentence("must be an email address such as name@example.org")
	})
}

func (f *Field) url() *Field {
	return f.must(func(s string) string {
		u, err := url.Parse(s)
		if err == nil && u.Scheme != "" && (u.Host != "" || u.Opaque != "") && !strings.ContainsAny(s, " \t\n") {
			return ""
		}
		return f.sentence("must be a URL such as https://example.org/")
	})
}

// languageShape is the shape of a well-formed language tag (RFC 5646).
var languageShape = regexp.MustCompile(`^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$`)

func languageTag(s string) string {
	if languageShape.MatchString(s) {
		return ""
	}
	return "The language must be a language tag such as en or pt-BR"
}

func timeZone(s string) string {
	if _, err := time.LoadLocation(s); err == nil && s != "Local" {
		return ""
	}
	return "The timezone must be an IANA time zone such as Europe/Paris"
}

// language adds the field that many resources share.
func (r *Resource) language() *Field { return r.text("Language", 16).must(languageTag) }

// words makes Words whose code is the word itself.
func words(codes ...string) []Word {
	out := make([]Word, len(codes))
	for i, c := range codes {
		out[i] = Word{c, c}
	}
	return out
}
