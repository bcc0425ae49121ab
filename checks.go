package comity

import (
	"regexp"
	"time"
)

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
