package db

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/unicode/norm"
)

// Normalize normalizes a text for the search of people: compatible characters (full-width letters, ligatures) are
// replaced by the usual ones, accents are removed, and case is folded. The SQL function comity_plain has the
// same results: SQLite's calls this function, PostgreSQL's is in the schema (00033_schema.sql).
func Normalize(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	s = runes.Remove(runes.In(accents)).String(norm.NFKD.String(s))
	return norm.NFC.String(plainLetters.Replace(cases.Fold().String(s)))
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// accents are the characters of the blocks of combining diacritical marks. Combining marks of single scripts,
// which form other letters or vowels, are not among them.
var accents = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x0300, Hi: 0x036f, Stride: 1},
	{Lo: 0x1ab0, Hi: 0x1aff, Stride: 1},
	{Lo: 0x1dc0, Hi: 0x1dff, Stride: 1},
	{Lo: 0x20d0, Hi: 0x20ff, Stride: 1},
	{Lo: 0xfe20, Hi: 0xfe2f, Stride: 1},
}}

// plainLetters replaces letters that do not decompose into a letter and a mark but are often typed as that
// letter.
var plainLetters = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ħ", "h", "ŧ", "t", "ı", "i")

// Fold returns a text for comparison without regard to case: Unicode case folding over composed characters.
func Fold(s string) string { return norm.NFC.String(cases.Fold().String(norm.NFC.String(s))) }
