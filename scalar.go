package comity

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ScalarType is the syntax of a value in a request.
type ScalarType uint8

// The syntaxes of a value. XML and form values are always TextScalar.
const (
	NullScalar ScalarType = iota
	TextScalar
	NumberScalar
	BoolScalar
	// OtherScalar is an object, a list or a text that is not valid Unicode, none of which a field accepts.
	OtherScalar
)

// Scalar is a field's value as it is written in a request.
type Scalar struct {
	Type ScalarType
	Text string
}

// TimeLayout is the format of times: UTC, to the second.
const TimeLayout = "2006-01-02 15:04:05"

// DateLayout is the format of dates.
const DateLayout = "2006-01-02"

// Read converts a value from a request into a cell. The sentence says what is wrong with the value, "" for
// a valid one. An owner consists of more than one value and is not read here.
func (f *Field) Read(v Scalar) (cell Cell, sentence string) {
	if v.Type == NullScalar {
		return EmptyCell(), ""
	}
	if v.Type == OtherScalar {
		return Cell{}, f.sentence("must be a single value of valid Unicode: %s", f.expected())
	}
	if v.Type == TextScalar && f.Kind != Secret {
		v.Text = strings.TrimSpace(v.Text)
	}
	if v.Text == "" && (f.Kind != Text || f.TypeOf != "") {
		return EmptyCell(), ""
	}
	switch f.Kind {
	case Text, Secret:
		return f.readText(v)
	case Integer:
		return f.readInteger(v)
	case Boolean:
		return f.readBoolean(v)
	case Time:
		return f.readTime(v)
	case Date:
		if t, err := time.Parse(DateLayout, v.Text); err != nil || t.Year() < 1 || v.Type != TextScalar {
			return Cell{}, f.sentence("must be %s", f.expected())
		}
		return TextCell(v.Text), ""
	case Code:
		for _, w := range f.Words {
			if v.Type == TextScalar && (v.Text == w.Word || v.Text == w.Code) {
				return TextCell(w.Word), ""
			}
		}
		return Cell{}, f.sentence("must be %s, not %q", f.expected(), shortened(v.Text))
	case Reference:
		id, ok := ReadId(v)
		if !ok {
			return Cell{}, f.sentence("must be %s", f.expected())
		}
		return IntCell(id), ""
	case Owner:
	}
	return Cell{}, f.sentence("cannot be set")
}

// MaxId is the largest id that is accepted: the largest integer that every JSON parser reads exactly.
const MaxId = 1 << 53

// ParseId parses an id. It returns 0, an unknown id, for a text that is no number or too large a one.
func ParseId(s string) int64 {
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > MaxId {
		return 0
	}
	return n
}

// ReadId reads an id from a request, 0 for an unknown one. Any text may be an id; of the other values only
// an integer may.
func ReadId(v Scalar) (id int64, ok bool) {
	text := wholeNumber(strings.TrimSpace(v.Text))
	switch v.Type {
	case NullScalar, TextScalar:
		return ParseId(text), true
	case NumberScalar:
		return ParseId(text), strings.Trim(strings.TrimPrefix(text, "-"), "0123456789") == ""
	case BoolScalar, OtherScalar:
	}
	return 0, false
}

// wholeNumber removes the decimals of an integer such as 2.0, as tools with only one type of numbers write
// it. Any other text is returned unchanged.
func wholeNumber(text string) string {
	whole, decimals, found := strings.Cut(text, ".")
	if found && whole != "" && decimals != "" && strings.Trim(decimals, "0") == "" {
		return whole
	}
	return text
}

// shortened returns a text that is cut if it is too long to be quoted in an answer.
func shortened(text string) string {
	const most = 40
	if points := []rune(text); len(points) > most {
		return string(points[:most]) + "…"
	}
	return text
}

// expected returns a description of the values of the field's kind.
func (f *Field) expected() string {
	switch f.Kind {
	case Text, Secret:
		return "a text"
	case Integer:
		return "a whole number"
	case Boolean:
		return "true or false"
	case Time:
		return "a time in UTC written YYYY-MM-DD HH:MM:SS"
	case Date:
		return "a date written YYYY-MM-DD"
	case Code:
		if len(f.Words) == 1 {
			return f.wordList()
		}
		return "one of " + f.wordList()
	case Reference, Owner:
	}
	return "an id"
}

// readText reads a text. It accepts a number as the text in which it is written.
func (f *Field) readText(v Scalar) (Cell, string) {
	if v.Type == BoolScalar {
		return Cell{}, f.sentence("must be %s, not true or false", f.expected())
	}
	s := v.Text
	if f.Kind == Text {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	if n := utf8.RuneCountInString(s); f.Max > 0 && n > f.Max {
		return Cell{}, f.sentence("is %d characters long, at most %d are allowed", n, f.Max)
	}
	if sentence := f.Refuses(s); sentence != "" {
		return Cell{}, sentence
	}
	return TextCell(s), ""
}

// Refuses returns what is wrong with a text as a value of the field, apart from its length; "" for a valid
// one.
func (f *Field) Refuses(s string) string {
	if sentence := f.unreadable(s); sentence != "" || s == "" {
		return sentence
	}
	if f.Required && !visible(s) {
		return f.sentence("must have a character that can be seen")
	}
	for _, check := range f.checks {
		if sentence := check(s); sentence != "" {
			return sentence
		}
	}
	return ""
}

func (f *Field) readInteger(v Scalar) (Cell, string) {
	n, err := strconv.ParseInt(wholeNumber(v.Text), 10, 64)
	if err != nil || v.Type == BoolScalar {
		return Cell{}, f.sentence("must be %s", f.expected())
	}
	if f.HasMin && n < f.Min {
		return Cell{}, f.sentence("must be at least %d", f.Min)
	}
	if f.Most != 0 && n > f.Most {
		return Cell{}, f.sentence("must be at most %d", f.Most)
	}
	return IntCell(n), ""
}

func (f *Field) readBoolean(v Scalar) (Cell, string) {
	switch strings.ToLower(v.Text) {
	case "true", "1":
		return BoolCell(true), ""
	case "false", "0":
		return BoolCell(false), ""
	}
	return Cell{}, f.sentence("must be %s", f.expected())
}

func (f *Field) readTime(v Scalar) (Cell, string) {
	for _, layout := range []string{TimeLayout, time.RFC3339, "2006-01-02T15:04:05"} {
		t, err := time.Parse(layout, v.Text)
		if y := t.UTC().Year(); err != nil || v.Type != TextScalar || y < 1 || y > 9999 {
			continue
		}
		// time.Parse accepts an hour of one digit, which is more likely a typing error.
		if len(v.Text) >= len(TimeLayout) {
			return TimeCell(t), ""
		}
	}
	return Cell{}, f.sentence("must be %s", f.expected())
}

// Missing returns the field error of a required field without a value.
func (f *Field) Missing() FieldError {
	column, words := f.Column, f.words()
	if f.Kind == Owner {
		column = f.Owners[0].Column
		words = strings.ReplaceAll(column, "_", " ")
	}
	return FieldError{column, article(words) + " must be provided"}
}

// Nothing returns the field error of a reference to a record that does not exist in the CO.
func (f *Field) Nothing(id int64) FieldError {
	if id == 0 {
		return FieldError{f.Column, f.sentence("names no %s of this CO", f.target.Noun)}
	}
	return FieldError{f.Column, f.sentence("%d is no %s of this CO", id, f.target.Noun)}
}

// FieldError returns an error of this field, with a sentence that begins with its name.
func (f *Field) FieldError(format string, args ...any) FieldError {
	return FieldError{f.Column, f.sentence(format, args...)}
}

func (f *Field) sentence(format string, args ...any) string {
	return "The " + f.words() + " " + fmt.Sprintf(format, args...)
}

func (f *Field) wordList() string {
	words := make([]string, len(f.Words))
	for i, w := range f.Words {
		words[i] = w.Word
	}
	return strings.Join(words, ", ")
}

func article(words string) string {
	if strings.ContainsRune("aeio", rune(words[0])) {
		return "An " + words
	}
	return "A " + words
}
