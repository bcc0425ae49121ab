package comity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// unreadable returns a sentence's end about the first character that a text may not hold, "" where
// there is none. What XML 1.0 cannot carry is refused whatever the format of the request, since the
// same record is answered in both.
func (f *Field) unreadable(s string) string {
	if !utf8.ValidString(s) {
		return f.sentence("must be valid Unicode")
	}
	for _, r := range s {
		switch {
		case unicode.IsControl(r) && (f.Kind == Secret || r != '\t' && r != '\n'):
			return f.sentence("may not contain the control character U+%04X", r)
		case r == '\uFFFE' || r == '\uFFFF':
			return f.sentence("may not contain U+%04X, which is no character and cannot be written in XML", r)
		case (r == '<' || r == '>') && !f.Markup:
			return f.sentence("may not contain \"%c\"", r)
		}
	}
	return ""
}

// visible says whether a text has a character that can be seen.
func visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return !zeroWidth(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) && r != '\u2800' // a Braille cell without dots
	})
}

// zeroWidth says that a character is shown by nothing of its own: format characters such as joiners
// and marks of direction, fillers, variation selectors.
func zeroWidth(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// name marks the field as one that tells records apart to people: what it looks like is what it is.
// Marks of direction could turn it or its surroundings round, and what is not seen at its ends could
// make two that look alike. Joiners within a word are part of how Persian and emoji are written.
func (f *Field) name() *Field {
	f.Unspoofable = true
	return f.must(func(s string) string {
		for _, r := range s {
			if unicode.Is(unicode.Bidi_Control, r) {
				return f.sentence("may not contain U+%04X, which changes the direction of text", r)
			}
		}
		first, _ := utf8.DecodeRuneInString(s)
		last, size := utf8.DecodeLastRuneInString(s)
		// A variation selector belongs to the character before it, as in most hearts.
		for len(s) > size && unicode.Is(unicode.Variation_Selector, last) {
			s = s[:len(s)-size]
			last, size = utf8.DecodeLastRuneInString(s)
		}
		for _, r := range []rune{first, last} {
			if zeroWidth(r) {
				return f.sentence("may not begin or end with U+%04X, which cannot be seen", r)
			}
		}
		return ""
	})
}

// lookAlikes are characters that look like those of the reserved names and that compatibility
// normalization leaves, by the table of confusable characters of UTS 39.
var lookAlikes = strings.NewReplacer(
	"\u02D0", ":", "\u02F8", ":", "\u0589", ":", "\u05C3", ":", "\u0703", ":", "\u0704", ":", "\u0903", ":", "\u0A83", ":",
	"\u16EC", ":", "\u1803", ":", "\u1809", ":", "\u205A", ":", "\u2236", ":", "\uA4FD", ":", "\uA789", ":",
	"\u03B1", "a", "\u0430", "a", "\u03F2", "c", "\u0441", "c", "\u0501", "d",
	"\u0131", "i", "\u03B9", "i", "\u0456", "i", "\u0578", "n", "\u03BF", "o", "\u043E", "o", "\u0585", "o",
)

// folded is a name as it looks, more or less: without regard to case and width, without what cannot
// be seen, with look-alikes of the reserved names as those.
func folded(s string) string {
	s = strings.Map(func(r rune) rune {
		if zeroWidth(r) {
			return -1
		}
		return r
	}, cases.Fold().String(norm.NFKC.String(s)))
	return lookAlikes.Replace(s)
}

// Reserved is what a name that looks like one of the registry's own groups is kept for.
type Reserved uint8

// What a name can be reserved for.
const (
	// NotReserved names are for everybody to give.
	NotReserved Reserved = iota
	// ReservedForRegistry are CO:…, the names of the groups that come by themselves.
	ReservedForRegistry
	// ReservedForAdmins are admin and admin:…, which administrators of the CO may give.
	ReservedForAdmins
)

// ReservedName says what a name of a group is kept for. Names that look alike are the same here.
func ReservedName(name string) Reserved {
	switch f := folded(name); {
	case strings.HasPrefix(f, "co:"):
		return ReservedForRegistry
	case f == "admin" || strings.HasPrefix(f, "admin:"):
		return ReservedForAdmins
	}
	return NotReserved
}

// LookAlike says whether two names look the same, more or less.
func LookAlike(a, b string) bool { return folded(a) == folded(b) }

// IsReservedUnit says whether a unit's name would look like that of a reserved group. The colon only
// looks like one, for a real one is in no unit's name; a unit called admin is fine.
func IsReservedUnit(name string) bool {
	f := folded(name)
	return strings.HasPrefix(f, "co:") || strings.HasPrefix(f, "admin:")
}
