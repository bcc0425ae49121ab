package comity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// unreadable returns the end of a sentence about the first character that a text may not contain, "" where
// there is none. Characters that XML 1.0 cannot represent are refused in JSON requests, too, since a record
// can be read in both formats.
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

// visible says whether a text has a visible character.
func visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return !zeroWidth(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) && r != '\u2800' // a Braille cell without dots
	})
}

// zeroWidth says whether a character has no visible form of its own: format characters such as joiners and
// marks of direction, fillers, variation selectors.
func zeroWidth(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// name marks the field as one by which people distinguish records, so that its text must be as it looks.
// Marks of direction could reverse the text or its surroundings, and invisible characters at its ends could
// make two names look alike. Joiners within a word are permitted, since Persian and emoji need them.
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

// lookAlikes maps characters that look like those of the reserved names to these, as far as compatibility
// normalization does not, by the table of confusable characters of UTS 39.
var lookAlikes = strings.NewReplacer(
	"\u02D0", ":", "\u02F8", ":", "\u0589", ":", "\u05C3", ":", "\u0703", ":", "\u0704", ":", "\u0903", ":", "\u0A83", ":",
	"\u16EC", ":", "\u1803", ":", "\u1809", ":", "\u205A", ":", "\u2236", ":", "\uA4FD", ":", "\uA789", ":",
	"\u03B1", "a", "\u0430", "a", "\u03F2", "c", "\u0441", "c", "\u0501", "d",
	"\u0131", "i", "\u03B9", "i", "\u0456", "i", "\u0578", "n", "\u03BF", "o", "\u043E", "o", "\u0585", "o",
)

// folded returns a name normalized by its approximate look: without differences in case and width, without
// invisible characters, and with look-alikes replaced by the characters of the reserved names.
func folded(s string) string {
	s = strings.Map(func(r rune) rune {
		if zeroWidth(r) {
			return -1
		}
		return r
	}, cases.Fold().String(norm.NFKC.String(s)))
	return lookAlikes.Replace(s)
}

// Reserved says for whom a name is reserved that looks like one of the registry's own groups.
type Reserved uint8

// The values of Reserved.
const (
	// NotReserved names may be given by everybody.
	NotReserved Reserved = iota
	// ReservedForRegistry are CO:…, the names of automatic groups.
	ReservedForRegistry
	// ReservedForAdmins are admin and admin:…, which administrators of the CO may give.
	ReservedForAdmins
)

// ReservedName returns for whom a group's name is reserved. Names that look alike count as the same.
func ReservedName(name string) Reserved {
	switch f := folded(name); {
	case strings.HasPrefix(f, "co:"):
		return ReservedForRegistry
	case f == "admin" || strings.HasPrefix(f, "admin:"):
		return ReservedForAdmins
	}
	return NotReserved
}

// LookAlike says whether two names look approximately the same.
func LookAlike(a, b string) bool { return folded(a) == folded(b) }

// IsReservedUnit says whether a unit's name looks like that of a reserved group. Only characters that look
// like a colon matter, since no unit's name contains a real one; a unit may be called admin.
func IsReservedUnit(name string) bool {
	f := folded(name)
	return strings.HasPrefix(f, "co:") || strings.HasPrefix(f, "admin:")
}
