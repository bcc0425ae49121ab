package comity

import (
	"strings"
	"time"

	"golang.org/x/text/language"
)

// languageTag takes the tags of BCP 47. The library takes an underscore for a hyphen, which they have not.
func languageTag(s string) string {
	if _, err := language.Parse(s); err == nil && !strings.Contains(s, "_") {
		return ""
	}
	return "The language must be a language tag (BCP 47) such as en or pt-BR"
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
