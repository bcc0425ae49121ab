package wire

import (
	"encoding/json"
	"iter"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"comity"
)

// The functions here walk JSON that json.Valid has accepted, as raw text: encoding/json itself ignores the
// case of keys and replaces invalid Unicode, where a client must get an error.

// members yields the keys and the raw values of the object that text begins with. A key that is not valid
// Unicode is skipped, no field has such a name.
func members(text []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for i := skipSpace(text, 1); text[i] != '}'; i = skipSpace(text, i) {
			if text[i] == ',' {
				i = skipSpace(text, i+1)
			}
			keyEnd := skipValue(text, i)
			key, ok := unquote(text[i:keyEnd])
			i = skipSpace(text, keyEnd) // the colon
			i = skipSpace(text, i+1)    // the value
			valueEnd := skipValue(text, i)
			if ok && !yield(key, text[i:valueEnd]) {
				return
			}
			i = valueEnd
		}
	}
}

// elements yields the raw values of the list that text begins with.
func elements(text []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := skipSpace(text, 1); text[i] != ']'; i = skipSpace(text, i) {
			if text[i] == ',' {
				i = skipSpace(text, i+1)
			}
			end := skipValue(text, i)
			if !yield(text[i:end]) {
				return
			}
			i = end
		}
	}
}

// scalar returns a raw value as fields read it.
func scalar(raw []byte) comity.Scalar {
	switch raw[0] {
	case 'n':
		return comity.Scalar{Type: comity.NullScalar}
	case 't', 'f':
		return comity.Scalar{Type: comity.BoolScalar, Text: string(raw)}
	case '"':
		if s, ok := unquote(raw); ok {
			return comity.Scalar{Type: comity.TextScalar, Text: s}
		}
		return comity.Scalar{Type: comity.OtherScalar}
	case '{', '[':
		return comity.Scalar{Type: comity.OtherScalar}
	}
	return comity.Scalar{Type: comity.NumberScalar, Text: string(raw)}
}

// unquote returns the text of a raw string, false if it is not valid Unicode.
func unquote(raw []byte) (string, bool) {
	inner := raw[1 : len(raw)-1]
	if !utf8.Valid(inner) {
		return "", false
	}
	escaped := false
	for i := 0; i < len(inner); i++ {
		if inner[i] != '\\' {
			continue
		}
		escaped = true
		i++
		if inner[i] != 'u' {
			continue
		}
		r := hexRune(inner[i+1:])
		i += 4
		if !utf16.IsSurrogate(r) {
			continue
		}
		if rest := inner[i+1:]; len(rest) < 6 || rest[0] != '\\' || rest[1] != 'u' ||
			utf16.DecodeRune(r, hexRune(rest[2:])) == utf8.RuneError {
			return "", false
		}
		i += 6
	}
	if !escaped {
		return string(inner), true
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

// hexRune reads the four digits that text begins with.
func hexRune(text []byte) rune {
	n, err := strconv.ParseUint(string(text[:4]), 16, 16)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}

func skipSpace(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r') {
		i++
	}
	return i
}

// skipValue returns the end of the value that begins at i.
func skipValue(text []byte, i int) int {
	switch text[i] {
	case '"':
		return skipString(text, i)
	case '{', '[':
		for depth := 0; ; {
			switch text[i] {
			case '"':
				i = skipString(text, i)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			i++
			if depth == 0 {
				return i
			}
		}
	}
	for i < len(text) && text[i] != ',' && text[i] != '}' && text[i] != ']' && skipSpace(text, i) == i {
		i++
	}
	return i
}

// skipString returns the end of the string that begins at i.
func skipString(text []byte, i int) int {
	for i++; text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// AppendQuotingNumbers appends a JSON text with every number written as a string, for clients that expect
// numbers as older servers wrote them.
func AppendQuotingNumbers(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '"':
			end := skipString(text, i)
			dst = append(dst, text[i:end]...)
			i = end
		case c == '-' || c >= '0' && c <= '9':
			end := i
			for end < len(text) && strings.IndexByte("+-.0123456789Ee", text[end]) >= 0 {
				end++
			}
			dst = append(append(append(dst, '"'), text[i:end]...), '"')
			i = end
		default:
			dst = append(dst, c)
			i++
		}
	}
	return dst
}

// nesting returns the nesting depth of a text.
func nesting(text []byte) int {
	depth, deepest := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = skipString(text, i) - 1
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	return deepest
}
