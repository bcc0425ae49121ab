package comity

import (
	"slices"
	"strings"
	"unicode"
)

func (f *Field) label(text string) *Field { f.Label = text; return f }

func (f *Field) doc(sentences string) *Field { f.Doc = sentences; return f }

func (f *Field) example(text string) *Field { f.Example = text; return f }

func (f *Field) format(name string) *Field { f.Format = name; return f }

func (f *Field) pattern(regexp string) *Field { f.Pattern = regexp; return f }

func (f *Field) usually(c Cell) *Field { f.Usual = c; return f }

func (r *Resource) named(one, many string) *Resource { r.One, r.Many = one, many; return r }

func (r *Resource) addedAs(text string) *Resource { r.AddText = text; return r }

func (r *Resource) purpose(sentence string) *Resource { r.Purpose = sentence; return r }

func (r *Resource) doc(sentences string) *Resource { r.Doc = sentences; return r }

// option returns a value of a Code field with its name for people.
func option(code, label string) Word { return Word{Word: code, Code: code, Label: label} }

func (w Word) does(sentences string) Word { w.Doc = sentences; return w }

// setLabels sets missing labels to the wire names in words.
func (r *Resource) setLabels() {
	if r.One == "" {
		r.One, r.Many = Readable(strings.TrimPrefix(r.Singular, "Co")), Readable(strings.TrimPrefix(r.Plural, "Co"))
	}
	for _, f := range r.Fields {
		if f.Label == "" {
			f.Label = f.defaultLabel()
		}
		f.Words = slices.Clone(f.Words)
		for i, w := range f.Words {
			if w.Label == "" {
				f.Words[i].Label = wordLabel(w.Word)
			}
		}
	}
}

// defaultLabel returns the wire name in words: CoPersonId is "Person".
func (f *Field) defaultLabel() string {
	switch {
	case f.Kind == Owner:
		return "Belongs to"
	case f.Name == "Ordr":
		return "Order"
	}
	name := f.Name
	if f.Kind == Reference {
		name = strings.TrimSuffix(name, "Id")
		for _, known := range []struct{ suffix, word string }{
			{"CoPerson", "Person"}, {"CoGroup", "Group"}, {"Cou", "Unit"}, {"CoPersonRole", "Role"},
		} {
			if cut, ok := strings.CutSuffix(name, known.suffix); ok {
				name = cut + known.word
				if cut != "" && known.word == "Person" {
					name = cut
				}
				break
			}
		}
	}
	if cut, ok := strings.CutPrefix(name, "Co"); ok && cut != "" && unicode.IsUpper(rune(cut[0])) {
		name = cut
	}
	return Capitalize(Readable(name))
}

// Takes says whether a word is a value of a Code field.
func (f *Field) Takes(word string) bool {
	return slices.ContainsFunc(f.Words, func(w Word) bool { return w.Word == word })
}

// WordLabel returns the label of a value of a Code field, also of one that is no longer permitted.
func (f *Field) WordLabel(value string) string {
	for _, w := range f.Words {
		if w.Word == value {
			return w.Label
		}
	}
	return wordLabel(value)
}

// WordDoc returns what a value of a Code field does, "" where its label says it all.
func (f *Field) WordDoc(value string) string {
	for _, w := range f.Words {
		if w.Word == value {
			return w.Doc
		}
	}
	return ""
}

// wordLabel returns a value that is a word in readable form: GracePeriod is "Grace period".
func wordLabel(value string) string {
	if strings.ContainsAny(value, "._-") || strings.ToUpper(value) == value || strings.ToLower(value) == value {
		return value
	}
	return Capitalize(Readable(value))
}

// Readable returns a name of the API in words: EmailAddress is "email address", SamlScope "SAML scope".
func Readable(name string) string {
	var words []string
	start := 0
	for i, r := range name {
		if i > start && unicode.IsUpper(r) && (!unicode.IsUpper(rune(name[i-1])) || i+1 < len(name) && unicode.IsLower(rune(name[i+1]))) {
			words = append(words, name[start:i])
			start = i
		}
	}
	words = append(words, name[start:])
	for i, w := range words {
		switch strings.ToLower(w) {
		case "url", "saml", "ip", "api", "uri", "co", "id", "ssh":
			words[i] = strings.ToUpper(w)
		default:
			words[i] = strings.ToLower(w)
		}
	}
	return strings.Join(words, " ")
}

// Capitalize returns a text with its first letter in upper case.
func Capitalize(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}
