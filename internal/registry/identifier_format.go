package registry

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"comity"
)

// numberMark is the placeholder for the number in a text whose other parameters are filled in.
const numberMark = "\x01"

// identifierFormat makes identifiers by an assignment's format from a person's name.
type identifierFormat struct {
	assignment *comity.Record
	name       *comity.Record
}

// text returns the format with everything but the number filled in, for the given number of collisions, and
// the minimum width of the number; numbered is false if it has no number.
func (f identifierFormat) text(collisions int) (text string, width int, numbered bool) {
	a := comity.CoIdentifierAssignment
	format := f.assignment.Text(a.Format)
	if format == "" {
		format = "(#)"
	}
	format = comity.CollisionPart.ReplaceAllStringFunc(format, func(part string) string {
		m := comity.CollisionPart.FindStringSubmatch(part)
		if from, err := strconv.Atoi(m[1]); err != nil || from > collisions {
			return ""
		}
		return m[2]
	})
	width = int(f.assignment.Int(a.MinimumLength))
	text = comity.FormatParameter.ReplaceAllStringFunc(format, func(p string) string {
		m := comity.FormatParameter.FindStringSubmatch(p)
		n, err := strconv.Atoi(m[2])
		if m[1] == "#" {
			numbered = true
			if err == nil {
				width = n
			}
			return numberMark
		}
		value := []rune(f.part(m[1]))
		if err == nil && n < len(value) {
			value = value[:n]
		}
		return string(value)
	})
	return text, min(width, 20), numbered
}

// part returns the part of the name that a letter stands for, in lower case for a small letter, with only the
// characters that the assignment permits.
func (f identifierFormat) part(letter string) string {
	field := map[string]*comity.Field{"G": comity.Name.Given, "M": comity.Name.Middle, "F": comity.Name.Family}[strings.ToUpper(letter)]
	value := permitted(f.name.Text(field), f.assignment.Text(comity.CoIdentifierAssignment.Permitted))
	if letter == strings.ToLower(letter) {
		value = strings.ToLower(value)
	}
	return value
}

// permitted returns the characters of a text that are in a class: AN letters and digits (also the default),
// AD also . - _, AQ also ', AL all. Diacritics are removed first: José becomes Jose.
func permitted(s, class string) string {
	if class == "AL" {
		return s
	}
	more := map[string]string{"AD": ".-_", "AQ": ".-_'"}[class]
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune(more, r) {
			return r
		}
		return -1
	}, norm.NFD.String(s))
}

// withNumber replaces the placeholder by a number with at least so many digits.
func withNumber(text string, width int, number int64) string {
	return strings.ReplaceAll(text, numberMark, fmt.Sprintf("%0*d", width, number))
}

// bounds returns the least and greatest number that an assignment gives out.
func bounds(assignment *comity.Record, width int) (least, greatest int64) {
	a := comity.CoIdentifierAssignment
	least, greatest = 1, 1<<53
	if assignment.Has(a.Minimum) {
		least = assignment.Int(a.Minimum)
	}
	if assignment.Text(a.Algorithm) == comity.AssignRandom && width > 0 && width < 16 {
		greatest = 1
		for range width {
			greatest *= 10
		}
		greatest--
	}
	if assignment.Has(a.Maximum) {
		greatest = assignment.Int(a.Maximum)
	}
	return least, max(least, greatest)
}

func randomNumber(random *rand.Rand, least, greatest int64) int64 {
	return least + random.Int64N(greatest-least+1)
}
