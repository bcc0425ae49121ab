package comity

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// languageTag accepts the valid tags of BCP 47. It refuses two kinds of invalid tags that the library
// accepts: with an underscore for a hyphen, and with a variant or an extension twice (RFC 5646, 2.2.9).
func languageTag(s string) string {
	if _, err := language.Parse(s); err == nil && !strings.Contains(s, "_") && !repeats(strings.Split(strings.ToLower(s), "-")) {
		return ""
	}
	return "The language must be a language tag (BCP 47) such as en or pt-BR"
}

// repeats says whether a variant or the singleton of an extension occurs twice among subtags. Subtags after a
// singleton belong to its extension, and those after x are for private use.
func repeats(subtags []string) bool {
	extended := false
	for i, t := range subtags {
		if t == "x" {
			return false
		}
		variant := i > 0 && !extended && (len(t) >= 5 || len(t) == 4 && isNumber(t[:1]))
		extended = extended || i > 0 && len(t) == 1
		if (variant || len(t) == 1) && slices.Contains(subtags[:i], t) {
			return true
		}
	}
	return false
}

func timeZone(s string) string {
	if _, err := time.LoadLocation(s); err == nil && s != "Local" {
		return ""
	}
	return "The timezone must be an IANA time zone such as Europe/Paris"
}

// language adds the field that many resources share.
func (r *Resource) language() *Field {
	return r.text("Language", 16).must(languageTag).
		doc("A language tag (BCP 47), such as `en` or `pt-BR`.").example("en").pattern(`^([A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*)?$`)
}

// words returns Words whose code is the word itself.
func words(codes ...string) []Word {
	out := make([]Word, len(codes))
	for i, c := range codes {
		out[i] = Word{Word: c, Code: c}
	}
	return out
}
