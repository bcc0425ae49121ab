package console_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"comity/internal/signin"
)

// browser reads the console as a browser without JavaScript does.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client
	// page is the present page.
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

func newBrowser(t *testing.T, base string) *browser {
	t.Helper()
	return &browser{t: t, base: base, client: newHTTPClient(t)}
}

// signedIn returns a browser whose user has signed in by key.
func signedIn(t *testing.T, base string, login signin.Login) *browser {
	t.Helper()
	b := newBrowser(t, base)
	b.get("/console/sign-in", 200)
	b.submit(map[string]string{"username": login.Username, "key": login.Key}, 200)
	return b
}

// get goes to a path, whose page has that status after all that it leads on to.
func (b *browser) get(path string, want int) {
	b.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.base + path
	}
	response, err := b.client.Get(path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.read("GET "+path, response, want)
}

func (b *browser) read(what string, response *http.Response, want int) {
	b.t.Helper()
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	b.page = page{status: response.StatusCode, url: response.Request.URL, header: response.Header, root: root, text: textOf(root)}
	if b.page.status != want {
		b.t.Fatalf("%s is answered %d, want %d:\n%s", what, b.page.status, want, b.page.text)
	}
}

// submit fills in the main form of the page and sends it as a browser would: what is not named stays
// as it stands there.
func (b *browser) submit(fill map[string]string, want int) {
	b.t.Helper()
	var form *html.Node
	each(find(b.page.root, "main"), func(n *html.Node) {
		if n.Data == "form" && attr(n, "method") == "post" {
			form = n
		}
	})
	if form == nil {
		b.t.Fatalf("there is no form on %s:\n%s", b.page.url, b.page.text)
	}
	values := valuesOf(form)
	for name, value := range fill {
		if !hasControl(form, name) {
			b.t.Fatalf("the form of %s does not ask for %s", b.page.url, name)
		}
		values.Set(name, value)
	}
	to, err := b.page.url.Parse(attr(form, "action"))
	if err != nil {
		b.t.Fatal(err)
	}
	b.post(to.String(), values, want)
}

// press sends the form that has a button of that text, or of that label.
func (b *browser) press(button string, want int) {
	b.t.Helper()
	var form, pressed *html.Node
	each(find(b.page.root, "main"), func(f *html.Node) {
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
		b.t.Fatalf("there is no button %q on %s:\n%s", button, b.page.url, b.page.text)
	}
	values := valuesOf(form)
	if name := attr(pressed, "name"); name != "" {
		values.Set(name, attr(pressed, "value"))
	}
	to, err := b.page.url.Parse(attr(form, "action"))
	if err != nil {
		b.t.Fatal(err)
	}
	b.post(to.String(), values, want)
}

// post sends a form as this origin's page would.
func (b *browser) post(to string, values url.Values, want int) {
	b.t.Helper()
	response, err := b.request(to, values)
	if err != nil {
		b.t.Fatal(err)
	}
	b.read("POST "+to+" "+values.Encode(), response, want)
}

// request sends a form as this origin's page would.
func (b *browser) request(to string, values url.Values) (*http.Response, error) {
	if strings.HasPrefix(to, "/") {
		to = b.base + to
	}
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, to, strings.NewReader(values.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", b.base)
	return b.client.Do(request)
}

// says fails the test unless the page has the text.
func (b *browser) says(text string) {
	b.t.Helper()
	if !strings.Contains(b.page.text, text) {
		b.t.Fatalf("%s does not say %q:\n%s", b.page.url, text, b.page.text)
	}
}

// at is the path of the page.
func (b *browser) at() string { return b.page.url.Path }

// link is where the link of that text leads, "" where there is none.
func (b *browser) link(text string) string {
	to := ""
	each(b.page.root, func(n *html.Node) {
		if n.Data == "a" && strings.TrimSpace(textOf(n)) == text {
			to = attr(n, "href")
		}
	})
	return to
}

// fault is what the page says beside the control of that name.
func (b *browser) fault(name string) string {
	text := ""
	each(b.page.root, func(n *html.Node) {
		if attr(n, "name") != name {
			return
		}
		for _, id := range strings.Fields(attr(n, "aria-describedby")) {
			if strings.HasPrefix(id, "fault-") {
				each(b.page.root, func(m *html.Node) {
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
