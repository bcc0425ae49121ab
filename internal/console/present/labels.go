package present

import (
	"strings"

	"comity"
)

// WithArticle returns the name of a resource with its indefinite article.
func WithArticle(name string) string {
	switch {
	case strings.HasPrefix(name, "terms"), strings.HasPrefix(name, "history"):
		return name
	case strings.HasPrefix(name, "unit"), strings.HasPrefix(name, "U"), !strings.ContainsRune("aeiouAEIOHS", rune(name[0])):
		return "a " + name
	case strings.HasPrefix(name, "H") || strings.HasPrefix(name, "S"):
		return "an " + name
	case strings.ContainsRune("hs", rune(name[0])):
		return "a " + name
	}
	return "an " + name
}

// AddTitle returns the title of the form to add a record, in COmanage's words where it has its own.
func AddTitle(r *comity.Resource) string {
	if r.AddText != "" {
		return r.AddText
	}
	return "Add " + WithArticle(r.One)
}

// AddButton returns the text of the button that leads to that form.
func AddButton(r *comity.Resource) string {
	if r.AddText != "" {
		return r.AddText
	}
	return "Add " + r.One
}

// Sentence returns a phrase of the API as a sentence: "Name In Use" becomes "Name in use."
func Sentence(phrase comity.Phrase) string {
	words := strings.Fields(string(phrase))
	for i, w := range words {
		if i > 0 && strings.ToUpper(w) != w && comity.Readable(w) == strings.ToLower(w) {
			words[i] = strings.ToLower(w)
		} else if i > 0 || comity.Readable(w) != strings.ToLower(w) {
			words[i] = comity.Readable(w)
		}
	}
	return comity.Capitalize(strings.Join(words, " ")) + "."
}
