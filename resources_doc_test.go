package comity_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
)

const resourcesPage = "docs/resources.md"

var update = flag.Bool("update", false, "rewrite "+resourcesPage)

// TestResourcesDoc compares the page with the tables. The text above the first resource is written by hand.
func TestResourcesDoc(t *testing.T) {
	page, err := os.ReadFile(resourcesPage)
	want, _, _ := strings.Cut(string(page), "\n## ")
	for _, r := range comity.All() {
		want += section(r)
	}
	if *update && err == nil {
		page, err = []byte(want), os.WriteFile(resourcesPage, []byte(want), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(page)); diff != "" {
		t.Errorf("the tables say otherwise than %s; go test . -run ResourcesDoc -update (-tables +page):\n%s", resourcesPage, diff)
	}
}

// section returns the page's section about one resource.
func section(r *comity.Resource) string {
	s := fmt.Sprintf("\n## %s\n\n`%s` · one: `%s`", r.Plural, r.Path, r.Singular)
	if r != comity.Co.Resource {
		s += " · lists by " + code(r.ListKeys()...)
	}
	s += map[bool]string{true: " · *meta*"}[r.Versioned]
	if r.Short != "" {
		s += " · in the history " + code(r.Short)
	}
	s += "\n\n" + r.Doc + "\n\n| field | called | type | required | default | what it is, and rules |\n|---|---|---|---|---|---|\n"
	for _, f := range r.Fields {
		required := map[bool]string{true: "yes"}[f.Required]
		is := strings.TrimSpace(f.Doc + " " + strings.Join(rulesOf(f), "; "))
		s += fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", f.Name, f.Label, typeOf(f), required, defaultOf(f), is)
	}
	for _, u := range r.Uniques {
		names := each(u.Fields, func(f *comity.Field) string { return f.Name })
		within := map[bool]string{true: " in a CO"}[u.PerCO]
		if u.NotOwned != "" {
			within += " (but for " + code(u.NotOwned) + ")"
		}
		s += fmt.Sprintf("\nThe same %s twice%s: 403 %s.\n", strings.Join(names, " and "), within, u.Phrase)
	}
	return s + deleting(r)
}

func code(words ...string) string { return "`" + strings.Join(words, "`, `") + "`" }

func each[T any](items []T, say func(T) string) []string {
	said := make([]string, len(items))
	for i, item := range items {
		said[i] = say(item)
	}
	return said
}

func typeOf(f *comity.Field) string {
	switch target := f.Refers(); {
	case target != nil:
		return fmt.Sprintf("id of [%s](#%s)", target.Plural, strings.ToLower(target.Plural))
	case f.Max > 0:
		return fmt.Sprintf("%s (%d)", f.Kind, f.Max)
	}
	return f.Kind.String()
}

func defaultOf(f *comity.Field) string {
	switch c := f.Default; {
	case f.Sequential:
		return "the next number"
	case c.IsAbsent():
		return ""
	case f.Kind == comity.Boolean:
		return fmt.Sprint(c.Bool())
	case c.Text() != "":
		return code(c.Text())
	}
	return fmt.Sprint(f.Default.Int())
}

func rulesOf(f *comity.Field) (rules []string) {
	add := func(holds bool, format string, args ...any) {
		if holds {
			rules = append(rules, fmt.Sprintf(format, args...))
		}
	}
	words := each(f.Words, func(w comity.Word) string {
		label := ""
		if w.Code == w.Word && !strings.EqualFold(w.Label, w.Word) {
			label = " " + w.Label
		}
		return code(slices.Compact([]string{w.Word, w.Code})...) + label
	})
	owners := each(f.Owners, func(o comity.OwnerType) string { return code(o.Word) + " (" + o.Name + ")" })
	// A check is described by the sentence with which it refuses a text that every check refuses.
	_, refusal := f.Read(comity.Scalar{Type: comity.TextScalar, Text: "?:("})
	check, _, _ := strings.Cut(strings.TrimPrefix(refusal, "The "+strings.ReplaceAll(f.Column, "_", " ")+" "), ": ")
	add(len(words) > 0, "%s", strings.Join(words, " · "))
	add(len(owners) > 0, "Type is %s", strings.Join(owners, ", "))
	add(len(f.Types) > 0, "one of %s", code(f.Types...))
	add(len(f.OnAdd) > 0, "on add one of %s", code(f.OnAdd...))
	add(f.Kind == comity.Text && check != "", "%s", check)
	add(f.Unspoofable, "no marks of direction, and nothing invisible at its ends")
	add(len(f.Schemes) > 0, "its scheme is one of %s", code(f.Schemes...))
	add(f.HasMin, "must be at least %d", f.Min)
	add(f.Most != 0, "must be at most %d", f.Most)
	add(f.Markup && !f.ReadOnly, "may hold `<` and `>`")
	add(f.Generated, "made by the server, shown once, in the answer to add")
	add(f.ReadOnly, "read-only")
	add(f.Immutable, "never changes")
	add(f.WriteOnce, "never changes: another value is ignored")
	return rules
}

func deleting(r *comity.Resource) (sentences string) {
	taken, cleared := []string{}, []string{}
	for _, link := range comity.LinksTo(r) {
		if other := link.Field.Resource(); link.Takes {
			taken = append(taken, other.Plural)
		} else {
			cleared = append(cleared, other.Plural+"."+link.Field.Name)
		}
	}
	if len(taken) > 0 {
		sentences = "\nDeleting one deletes its " + strings.Join(slices.Compact(taken), ", ") + ".\n"
	}
	if len(cleared) > 0 {
		sentences += "\nDeleting one clears, where it is named, " + strings.Join(cleared, ", ") + ".\n"
	}
	return sentences
}
