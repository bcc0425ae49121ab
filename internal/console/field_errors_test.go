package console_test

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"comity"
)

// nowhere is an id that no record has.
const nowhere = "999999999999"

// invalidValues are wrong values of a field, by what is wrong with them.
func invalidValues(f *comity.Field) values {
	wrong := values{}
	if f.Required && f.Kind != comity.Boolean && f.Default.IsAbsent() {
		wrong["missing"] = ""
	}
	switch f.Kind {
	case comity.Text:
		if f.Max > 0 {
			wrong["too long"] = strings.Repeat("x", f.Max+1)
		}
		if f.TypeOf != "" {
			wrong["no such type"] = "no-such-type"
		}
	case comity.Integer:
		wrong["no number"] = "many"
		wrong["too large"] = "99999999999999999999"
	case comity.Time, comity.Date:
		wrong["no time"] = "yesterday"
	case comity.Code:
		wrong["no such code"] = "Nonsense"
	case comity.Reference:
		wrong["no number"] = "it"
		wrong["no such record"] = nowhere
	case comity.Owner:
		wrong["no such record"] = f.Owners[0].Word + ":" + nowhere
	case comity.Secret:
		wrong["too long"] = strings.Repeat("x", 10_000)
	case comity.Boolean:
	}
	return wrong
}

// TestWrongInputIsShownBesideItsField sends the form of every resource with something wrong in every
// field: each fault is shown beside its control, and the rest stays as it was written.
func TestWrongInputIsShownBesideItsField(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		s := &permissionFixture{T: t, fixture: fx, base: fx.serve(t, nil).URL, co: fx.addCO(t)}
		b := signedIn(t, s.base, fx.operator)
		ids := s.furnish(b)
		for _, sp := range examples {
			forms := map[string]values{s.at(sp.resource) + "new": s.placed(sp, ids)}
			if sp.edit != nil {
				forms[s.at(sp.resource)+ids[sp.keep]+"/edit"] = fill(t, ids, sp.edit)
			}
			for form, sent := range forms {
				b.get(form, 200)
				main := postForm(b.page.root)
				for _, f := range sp.resource.Fields {
					if control := named(main, f.Name); control == nil || attr(control, "type") == "hidden" {
						continue
					}
					for what, value := range invalidValues(f) {
						b.mistakes(form, valuesOf(main), sent, f, value, fmt.Sprintf("%s of %s, %s", path.Base(form), sp.resource.Singular+"."+f.Name, what))
					}
				}
			}
		}
	})
}

// mistakes sends a form with one wrong value.
func (b *browser) mistakes(form string, stands url.Values, fill values, f *comity.Field, wrong, what string) {
	b.t.Helper()
	send := maps.Clone(stands)
	for name, value := range fill {
		send.Set(name, value)
	}
	send.Set(f.Name, wrong)
	if f.Kind == comity.Owner {
		send.Del(f.Name + ".Id")
	}
	response, err := b.request(form, send)
	if err != nil {
		b.t.Fatal(err)
	}
	b.read("POST "+form, response, response.StatusCode)
	if b.page.status != 422 {
		b.t.Errorf("%s: %d, want 422: %.300s", what, b.page.status, b.page.text)
		return
	}
	if b.fault(f.Name) == "" {
		b.t.Errorf("%s: nothing is said beside it: %.600s", what, textOf(find(b.page.root, "main")))
	}
	kept := valuesOf(postForm(b.page.root))
	for name, values := range send {
		if control := named(postForm(b.page.root), name); name == f.Name || name == "revision" || control == nil || attr(control, "type") == "password" {
			continue
		}
		if values[0] != "" && kept.Get(name) != values[0] && !strings.HasSuffix(name, ".Id") && f.Kind != comity.Owner {
			b.t.Errorf("%s: %s was %q and is %q", what, name, values[0], kept.Get(name))
		}
	}
}

// postForm is the main form of a page, nil where there is none.
func postForm(root *html.Node) (form *html.Node) {
	each(find(root, "main"), func(n *html.Node) {
		if n.Data == "form" && attr(n, "method") == "post" {
			form = n
		}
	})
	return form
}

// named is the control of a form by that name, nil where there is none.
func named(form *html.Node, name string) (control *html.Node) {
	each(form, func(n *html.Node) {
		if attr(n, "name") == name && control == nil {
			control = n
		}
	})
	return control
}

// byRole is the first element with a role.
func byRole(root *html.Node, role string) (found *html.Node) {
	each(root, func(n *html.Node) {
		if attr(n, "role") == role && found == nil {
			found = n
		}
	})
	return found
}
