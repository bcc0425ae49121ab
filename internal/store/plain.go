package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/unicode/norm"
)

// Plain is a text as people are searched by it: of compatible characters (full-width letters, ligatures) the
// usual ones, without accents, and folded. The function comity_plain of both databases says the same:
// SQLite's is this one, and PostgreSQL's is in migration 00027.
func Plain(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	s = runes.Remove(runes.In(accents)).String(norm.NFKD.String(s))
	return norm.NFC.String(plainLetters.Replace(cases.Fold().String(s)))
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// accents are the marks that letters are combined with: the blocks of combining diacritical marks. Those
// of single scripts, which make other letters or are their vowels, stay.
var accents = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x0300, Hi: 0x036f, Stride: 1},
	{Lo: 0x1ab0, Hi: 0x1aff, Stride: 1},
	{Lo: 0x1dc0, Hi: 0x1dff, Stride: 1},
	{Lo: 0x20d0, Hi: 0x20ff, Stride: 1},
	{Lo: 0xfe20, Hi: 0xfe2f, Stride: 1},
}}

// plainLetters are letters that are more than another with a mark, and are typed as that one.
var plainLetters = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ħ", "h", "ŧ", "t", "ı", "i")
