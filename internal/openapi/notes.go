package openapi

import (
	"fmt"
	"strings"

	"comity"
)

// notes are the sentences that tell a reader about a field: those that its table says, after what
// it is for.
func notes(f *comity.Field) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if f.Doc != "" {
		say("%s", f.Doc)
	}
	if words := labelled(f); len(words) > 0 {
		say("%s.", strings.Join(words, ", "))
	}
	if f.Kind == comity.Reference {
		say("The Id of a %s.", f.Target)
	}
	if f.Kind == comity.Owner {
		say("What it hangs on.")
	}
	if f.TypeOf != "" {
		say("A type of the CO (`%s` in `co_extended_types`); a CO starts with %s.", f.TypeOf, list(f.Types))
	}
	if len(f.OnAdd) > 0 {
		say("On add one of %s.", list(f.OnAdd))
	}
	if f.Unspoofable {
		say("It holds no marks of direction, and neither begins nor ends with what cannot be seen.")
	}
	if len(f.Schemes) > 0 {
		say("Its scheme is one of %s.", list(f.Schemes))
	}
	if f.HasMin {
		say("At least %d.", f.Min)
	}
	if f.Most != 0 {
		say("At most %d.", f.Most)
	}
	if f.Sequential {
		say("The next number where add names none.")
	}
	if !f.Default.IsAbsent() && !f.ReadOnly {
		say("`%v` where add names nothing.", defaultOf(f))
	}
	return append(out, changes(f)...)
}

// labelled are the codes of a field that are no words, each with what it stands for.
func labelled(f *comity.Field) (words []string) {
	for _, w := range f.Words {
		if w.Code == w.Word && !strings.EqualFold(w.Label, w.Word) {
			words = append(words, "`"+w.Word+"` "+w.Label)
		}
	}
	return words
}

// changes are the sentences that say who writes a field, and when.
func changes(f *comity.Field) []string {
	switch {
	case f.Minted:
		return []string{"Made by the server on add and shown once, in its answer."}
	case f.Kind == comity.Secret:
		return []string{"Write-only: it is never shown."}
	case f.ReadOnly:
		return []string{"Read-only."}
	case f.Fixed:
		return []string{"Never changes after add: another value is refused."}
	case f.Kept:
		return []string{"Never changes after add: another value is ignored."}
	}
	return nil
}

// defaultOf is the value that add stores where it names none, as JSON has it; nil for none.
func defaultOf(f *comity.Field) any {
	if f.Default.IsAbsent() {
		return nil
	}
	switch f.Kind {
	case comity.Boolean:
		return f.Default.Bool()
	case comity.Integer, comity.Reference:
		return f.Default.Int()
	case comity.Text, comity.Code, comity.Date, comity.Secret:
		return f.Default.Text()
	case comity.Time, comity.Owner:
	}
	return nil
}

// list writes words of the API as a list in a sentence.
func list(words []string) string { return "`" + strings.Join(words, "`, `") + "`" }
