package comity_test

import (
	"strings"
	"testing"

	"comity"
)

// A Format has the documented parts and no others; text outside brackets is free.
func TestIdentifierFormatParts(t *testing.T) {
	for _, format := range []string{
		"", "x", "(G)", "(g:1).(M:2)(f)@example.org", "(#)", "(#:4)", "(f)[1:(#)]", "(f)[1:.(m:1)][2:x(#:3)]", "a)b]",
	} {
		if sentence := comity.CoIdentifierAssignment.Format.Refuses(format); sentence != "" {
			t.Errorf("%q: %s", format, sentence)
		}
	}
	for format, unknown := range map[string]string{
		"(X)":          "(X)",
		"(g).(N:3)":    "(N:3)",
		"(I/uid)":      "(I/uid)",
		"(GF)":         "(GF)",
		"(G:)":         "(G:)",
		"()":           "()",
		"(f":           "(f",
		"(f)[=1:(#)]":  "[=1: ]",
		"(f)[1:x(X)y]": "(X)",
		"(f)[x]":       "[x]",
		"(f)[1:x":      "[1:x",
		"([1:G])":      "( G )",
	} {
		if sentence := comity.CoIdentifierAssignment.Format.Refuses(format); !strings.Contains(sentence, `remove "`+unknown+`"`) {
			t.Errorf("%q: %q does not name %q", format, sentence, unknown)
		}
	}
}

// The numbers of an assignment begin where they do not end already.
func TestIdentifierNumbers(t *testing.T) {
	a := comity.CoIdentifierAssignment
	for _, tt := range []struct {
		least, greatest int64 // 0 is none
		want            string
	}{
		{0, 0, ""},
		{8, 0, ""},
		{0, 7, ""},
		{7, 7, ""},
		{8, 7, "The maximum 7 is less than the minimum, 8: raise it, or lower the minimum"},
	} {
		rec := comity.NewRecord(a.Resource)
		for f, n := range map[*comity.Field]int64{a.Minimum: tt.least, a.Maximum: tt.greatest} {
			if n != 0 {
				rec.SetInt(f, n)
			}
		}
		got := ""
		for _, fieldError := range a.Check(rec) {
			got += fieldError.Sentence
		}
		if got != tt.want {
			t.Errorf("from %d to %d: %q, want %q", tt.least, tt.greatest, got, tt.want)
		}
	}
}
