package console

import (
	"strings"

	"comity"
)

// a is a name with its article.
func a(name string) string {
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

// addName is what the form of a new record is called, in COmanage's words where it has its own.
func addName(r *comity.Resource) string {
	if r.AddText != "" {
		return r.AddText
	}
	return "Add " + a(r.One)
}

// addButton is what the button that leads to that form says.
func addButton(r *comity.Resource) string {
	if r.AddText != "" {
		return r.AddText
	}
	return "Add " + r.One
}

// usual is what the form of a new record begins with in a field.
func usual(f *comity.Field) comity.Cell {
	if f.Usual.HasValue() {
		return f.Usual
	}
	if f.Kind == comity.Code && f.Required && f.Name == "Status" && f.Default.IsAbsent() && f.Takes(comity.Active) {
		return comity.TextCell(comity.Active)
	}
	return comity.EmptyCell()
}

// plainText is a text without Markdown's marks of code.
func plainText(markdown string) string { return strings.ReplaceAll(markdown, "`", "") }

// sentence makes one of the API's phrases readable: "Name In Use" is "Name in use."
func sentence(phrase string) string {
	words := strings.Fields(phrase)
	for i, w := range words {
		if i > 0 && strings.ToUpper(w) != w && comity.Readable(w) == strings.ToLower(w) {
			words[i] = strings.ToLower(w)
		} else if i > 0 || comity.Readable(w) != strings.ToLower(w) {
			words[i] = comity.Readable(w)
		}
	}
	return comity.Capitalize(strings.Join(words, " ")) + "."
}
