package console_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"comity/internal/signin"

	"golang.org/x/net/html"
)

// reader reads the console as a browser without JavaScript does.
type reader struct {
	t      *testing.T
	base   string
	client *http.Client
	// page is where the reader is.
	page page
}

// page is an answer that was read.
type page struct {
	status int
	url    *url.URL
	header http.Header
	text   string
	root   *html.Node
}

func newJar(t *testing.T) http.CookieJar {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return jar
}

func newReader(t *testing.T, base string) *reader {
	t.Helper()
	return &reader{t: t, base: base, client: newHTTPClient(t)}
}

// signedIn is a reader who has signed in by key.
func signedIn(t *testing.T, base string, login signin.Login) *reader {
	t.Helper()
	r := newReader(t, base)
	r.get("/console/sign-in", 200)
	r.submit(map[string]string{"username": login.Username, "key": login.Key}, 200)
	return r
}

// get goes to a path, whose page has that status after all that it leads on to.
func (r *reader) get(path string, want int) {
	r.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = r.base + path
	}
	response, err := r.client.Get(path)
	if err != nil {
		r.t.Fatal(err)
	}
	r.read("GET "+path, response, want)
}

func (r *reader) read(what string, response *http.Response, want int) {
	r.t.Helper()
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		r.t.Fatal(err)
	}
	r.page = page{status: response.StatusCode, url: response.Request.URL, header: response.Header, root: root, text: textOf(root)}
	if r.page.status != want {
		r.t.Fatalf("%s is answered %d, want %d:\n%s", what, r.page.status, want, r.page.text)
	}
}

// submit fills in the main form of the page and sends it as a browser would: what is not named stays
// as it stands there.
func (r *reader) submit(fill map[string]string, want int) {
	r.t.Helper()
	var form *html.Node
	each(find(r.page.root, "main"), func(n *html.Node) {
		if n.Data == "form" && attr(n, "method") == "post" {
			form = n
		}
	})
	if form == nil {
		r.t.Fatalf("there is no form on %s:\n%s", r.page.url, r.page.text)
	}
	values := valuesOf(form)
	for name, value := range fill {
		if !hasControl(form, name) {
			r.t.Fatalf("the form of %s does not ask for %s", r.page.url, name)
		}
		values.Set(name, value)
	}
	to, err := r.page.url.Parse(attr(form, "action"))
	if err != nil {
		r.t.Fatal(err)
	}
	r.post(to.String(), values, want)
}

// press sends the form that has a button of that text, or of that label.
func (r *reader) press(button string, want int) {
	r.t.Helper()
	var form, pressed *html.Node
	each(find(r.page.root, "main"), func(f *html.Node) {
		if f.Data != "form" {
			return
		}
		each(f, func(n *html.Node) {
			if n.Data == "button" && (textOf(n) == button || attr(n, "aria-label") == button) {
				form, pressed = f, n
			}
		})
	})
	if form == nil {
		r.t.Fatalf("there is no button %q on %s:\n%s", button, r.page.url, r.page.text)
	}
	values := valuesOf(form)
	if name := attr(pressed, "name"); name != "" {
		values.Set(name, attr(pressed, "value"))
	}
	to, err := r.page.url.Parse(attr(form, "action"))
	if err != nil {
		r.t.Fatal(err)
	}
	r.post(to.String(), values, want)
}

// post sends a form as this origin's page would.
func (r *reader) post(to string, values url.Values, want int) {
	r.t.Helper()
	response, err := r.request(to, values)
	if err != nil {
		r.t.Fatal(err)
	}
	r.read("POST "+to+" "+values.Encode(), response, want)
}

// request sends a form as this origin's page would.
func (r *reader) request(to string, values url.Values) (*http.Response, error) {
	if strings.HasPrefix(to, "/") {
		to = r.base + to
	}
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, to, strings.NewReader(values.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", r.base)
	return r.client.Do(request)
}

// says fails the test unless the page has the text.
func (r *reader) says(text string) {
	r.t.Helper()
	if !strings.Contains(r.page.text, text) {
		r.t.Fatalf("%s does not say %q:\n%s", r.page.url, text, r.page.text)
	}
}

// at is the path of the page.
func (r *reader) at() string { return r.page.url.Path }

// link is where the link of that text leads, "" where there is none.
func (r *reader) link(text string) string {
	to := ""
	each(r.page.root, func(n *html.Node) {
		if n.Data == "a" && strings.TrimSpace(textOf(n)) == text {
			to = attr(n, "href")
		}
	})
	return to
}

// fault is what the page says beside the control of that name.
func (r *reader) fault(name string) string {
	text := ""
	each(r.page.root, func(n *html.Node) {
		if attr(n, "name") != name {
			return
		}
		for _, id := range strings.Fields(attr(n, "aria-describedby")) {
			if strings.HasPrefix(id, "fault-") {
				each(r.page.root, func(m *html.Node) {
					if attr(m, "id") == id {
						text = strings.TrimSpace(textOf(m))
					}
				})
			}
		}
	})
	return text
}

func each(n *html.Node, do func(*html.Node)) {
	if n == nil {
		return
	}
	for c := range n.Descendants() {
		if c.Type == html.ElementNode {
			do(c)
		}
	}
}

func find(n *html.Node, element string) *html.Node {
	var found *html.Node
	each(n, func(m *html.Node) {
		if m.Data == element && found == nil {
			found = m
		}
	})
	return found
}

func byID(n *html.Node, id string) *html.Node {
	var found *html.Node
	each(n, func(m *html.Node) {
		if attr(m, "id") == id {
			found = m
		}
	})
	return found
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func hasControl(form *html.Node, name string) bool {
	there := false
	each(form, func(n *html.Node) { there = there || attr(n, "name") == name })
	return there
}

// valuesOf are the values that a form would be sent with.
func valuesOf(form *html.Node) url.Values {
	values := url.Values{}
	each(form, func(n *html.Node) {
		name := attr(n, "name")
		if name == "" {
			return
		}
		switch n.Data {
		case "input":
			if attr(n, "type") != "checkbox" && attr(n, "type") != "radio" || has(n, "checked") {
				values.Set(name, attr(n, "value"))
			}
		case "textarea":
			if n.FirstChild != nil {
				values.Set(name, n.FirstChild.Data)
			}
		case "select":
			each(n, func(o *html.Node) {
				if has(o, "selected") {
					values.Set(name, attr(o, "value"))
				}
			})
		}
	})
	return values
}
