package openapi_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"comity"
)

// TestPages checks every page: the whole resource is on it, it is well-formed, loads nothing from elsewhere,
// runs no scripts, and has no dead links.
func TestPages(t *testing.T) {
	h := handler(t, root)
	index := checkPage(t, h, "docs/")
	for _, r := range comity.All() {
		if !strings.Contains(index, `<a href="`+r.Plural+`">`+r.Plural+`</a>`) {
			t.Errorf("%s is not in the index", r.Plural)
		}
		page := checkPage(t, h, "docs/"+r.Plural)
		want := []string{
			"<h1>" + r.Plural + "</h1>", `id="list` + r.Plural + `"`, `id="view` + r.Singular + `"`, `id="add` + r.Singular + `"`,
			r.Path + ".&lt;format&gt;", "modifiedsince", string(r.UnknownOnView),
		}
		if !r.AppendOnly {
			want = append(want, `id="edit`+r.Singular+`"`, `id="delete`+r.Singular+`"`, string(r.UnknownOnDelete))
		}
		for _, f := range r.Fields {
			want = append(want, "<dt><code>"+f.Name+"</code>")
		}
		for _, u := range r.Uniques {
			want = append(want, "<code>"+string(u.Phrase)+"</code>")
		}
		for _, part := range want {
			if !strings.Contains(page, part) {
				t.Errorf("the page of %s has no %s", r.Plural, part)
			}
		}
	}
}

func checkPage(t *testing.T, h http.Handler, path string) string {
	t.Helper()
	w := ask(h, http.MethodGet, root+path)
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") {
		t.Errorf("%s has the policy %q", path, policy)
	}
	text := w.Body.String()
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	ids := map[string]bool{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return text
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if element, ok := token.(xml.StartElement); ok {
			if err := checkElement(h, element, ids); err != nil {
				t.Errorf("%s: <%s> %v", path, element.Name.Local, err)
			}
		}
	}
}

// checkElement checks an element's attributes; ids are those of the page so far.
func checkElement(h http.Handler, element xml.StartElement, ids map[string]bool) error {
	tag := element.Name.Local
	if tag == "script" || tag == "style" || tag == "iframe" || tag == "form" {
		return errors.New("is not for these pages")
	}
	for _, a := range element.Attr {
		switch name := a.Name.Local; {
		case name == "style", name == "src", name == "srcset", strings.HasPrefix(name, "on"):
			return fmt.Errorf("has a %s", name)
		case name == "id" && ids[a.Value]:
			return fmt.Errorf("has the id %s of another", a.Value)
		case name == "id":
			ids[a.Value] = true
		case name == "href" && tag != "a" && strings.Contains(a.Value, "//"):
			return fmt.Errorf("loads %s", a.Value)
		case name == "href" && !strings.HasPrefix(a.Value, "#"):
			if err := checkLink(h, a.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkLink(h http.Handler, link string) error {
	target, _, _ := strings.Cut(link, "#")
	path := root + "docs/" + strings.TrimPrefix(target, "./")
	if up, above := strings.CutPrefix(target, "../"); above {
		path = root + up
	}
	if code := ask(h, http.MethodHead, path).Code; code != http.StatusOK {
		return fmt.Errorf("leads to %s, which is answered %d", link, code)
	}
	return nil
}
