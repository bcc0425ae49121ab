// Package templates has the HTML templates of the console's pages.
//
// A page is a file of pages, which defines the template "content". layout.html surrounds it, and each file of parts
// defines templates that all pages share. Templates call methods and read fields of their data by name.
package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"time"

	"comity"
)

//go:embed layout.html pages parts
var files embed.FS

// Set is all pages, by the names of their files.
type Set map[string]*template.Template

// Read parses all templates.
func Read() (Set, error) {
	shared, err := template.New("layout.html").Funcs(functions()).ParseFS(files, "layout.html", "parts/*.html")
	if err != nil {
		return nil, err
	}
	pages, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	all := Set{}
	for _, p := range pages {
		t, err := shared.Clone()
		if err == nil {
			t, err = t.ParseFS(files, p)
		}
		if err != nil {
			return nil, err
		}
		all[path.Base(p)] = t
	}
	return all, nil
}

// Layout is the name of the template that surrounds the content of each page.
const Layout = "layout.html"

// Execute returns the output of a template of a page, with its times in a time zone.
func (s Set) Execute(page, name string, data any, zone *time.Location) ([]byte, error) {
	b, err := s.execute(page, name, data)
	return inZone(b, zone), err
}

// Fragment returns the output of a template of a page, to be inserted into a page.
func (s Set) Fragment(page, name string, data any) (template.HTML, error) {
	b, err := s.execute(page, name, data)
	return template.HTML(b), err //nolint:gosec // a template wrote it, and escaped its data
}

func (s Set) execute(page, name string, data any) ([]byte, error) {
	t := s[page]
	if t == nil {
		return nil, fmt.Errorf("there is no template %s", page)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("write %s of the page %s: %w", name, page, err)
	}
	return b.Bytes(), nil
}

// functions returns the functions that templates can call.
func functions() template.FuncMap {
	return template.FuncMap{
		"utc":     func(t time.Time) string { return t.UTC().Format(comity.TimeLayout) },
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"dict":    dict,
		"whole":   whole,
		"counted": counted,
	}
}

// dict returns a map of pairs of a key and a value, for parts that need more than one value.
func dict(pairs ...any) (map[string]any, error) {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: the key %v is no string", pairs[i])
		}
		m[key] = pairs[i+1]
	}
	return m, nil
}

// MaxCounted is the largest number that was counted; one more stands for all larger numbers.
const MaxCounted = 2000

// counted returns a number that was counted up to MaxCounted.
func counted(n int64) string {
	if n > MaxCounted {
		return "over " + whole(MaxCounted)
	}
	return whole(n)
}

// whole returns a number with commas between its thousands.
func whole(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// emptyTime matches a time in a page as the part "time" writes it.
var emptyTime = regexp.MustCompile(`(<time datetime="([^"]*)"[^>]*>)(</time>)`)

// inZone fills in the times of a page. Templates do not know the reader's time zone.
func inZone(page []byte, zone *time.Location) []byte {
	return emptyTime.ReplaceAllFunc(page, func(element []byte) []byte {
		parts := emptyTime.FindSubmatch(element)
		t, err := time.Parse(time.RFC3339, string(parts[2]))
		if err != nil {
			return element
		}
		return fmt.Appendf(nil, "%s%s%s", parts[1], t.In(zone).Format(comity.TimeLayout+" MST"), parts[3])
	})
}
