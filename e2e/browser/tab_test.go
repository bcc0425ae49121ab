package browser_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// tab is a window of a browser that nobody else's cookies are in.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
}

// open opens a window at the console. What a look says is done to it first.
func (r *registry) open(t *testing.T, looks ...look) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, patience)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, url: r.url}
	for _, l := range looks {
		b.run("look", l.action)
	}
	return b
}

// look is how somebody looks at the console.
type look struct {
	name   string
	action chromedp.Action
}

var (
	light = look{"light", emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}})}
	dark  = look{"dark", emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}})}
	phone = look{"phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile)}
	// noScript has no JavaScript.
	noScript = look{"no script", emulation.SetScriptExecutionDisabled(true)}
)

func (b *tab) run(what string, actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// visit goes to a path or an address.
func (b *tab) visit(to string) {
	b.t.Helper()
	if strings.HasPrefix(to, "/") {
		to = b.url + to
	}
	b.run("go to "+to, chromedp.Navigate(to))
}

// press clicks on the link, button or summary with a text.
func (b *tab) press(text string) {
	b.t.Helper()
	before := b.id()
	b.run("press "+text, chromedp.Click(fmt.Sprintf(`//*[self::a or self::button or self::summary][normalize-space()=%q]`, text), chromedp.BySearch))
	b.settle(before)
}

// open clicks on what opens something on the same page.
func (b *tab) unfold(text string) {
	b.t.Helper()
	b.run("unfold "+text, chromedp.Click(fmt.Sprintf(`//summary[normalize-space()=%q]`, text), chromedp.BySearch))
}

// id tells this page from the next.
func (b *tab) id() float64 {
	b.t.Helper()
	var id float64
	b.run("tell pages apart", chromedp.Evaluate(`performance.timeOrigin`, &id))
	return id
}

// settle waits until another page than before is there.
func (b *tab) settle(before float64) {
	b.t.Helper()
	b.run("wait for the next page", chromedp.PollFunction(
		`(before) => performance.timeOrigin !== before && document.readyState === "complete"`, nil, chromedp.WithPollingArgs(before),
		chromedp.WithPollingInterval(20e6)))
}

// fill puts a value into the field with a label: a text, a choice's text, or for a checkbox true or false.
func (b *tab) fill(label, value string) {
	b.t.Helper()
	var done string
	b.run("fill in "+label, chromedp.Evaluate(fmt.Sprintf(`((label, value) => {
		const text = (l) => [...l.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data).join("").trim();
		const found = [...document.querySelectorAll("main label")].find((l) => text(l) === label);
		const field = found && document.getElementById(found.htmlFor);
		if (!field) return "there is no field " + label;
		if (field.type === "checkbox") field.checked = value === "true";
		else if (field.tagName === "SELECT") {
			const choice = [...field.options].find((o) => o.text.trim() === value);
			if (!choice) return label + " has no choice " + value;
			field.value = choice.value;
		} else field.value = value;
		field.dispatchEvent(new Event("input", { bubbles: true }));
		field.dispatchEvent(new Event("change", { bubbles: true }));
		return "";
	})(%q, %q)`, label, value), &done))
	if done != "" {
		b.t.Fatalf("%s, on:\n%s", done, b.text())
	}
}

// text is what the page shows.
func (b *tab) text() string {
	b.t.Helper()
	var text string
	b.run("read the page", chromedp.Evaluate(`document.body.innerText`, &text))
	return text
}

// says fails the test unless the page shows the text, at once or soon.
func (b *tab) says(text string) {
	b.t.Helper()
	err := chromedp.Run(b.ctx, chromedp.PollFunction(`(text) => document.body.innerText.includes(text)`, nil,
		chromedp.WithPollingArgs(text), chromedp.WithPollingTimeout(patience/6), chromedp.WithPollingInterval(20e6)))
	if err != nil {
		b.t.Fatalf("the page does not say %q: %v\n%s", text, err, b.text())
	}
}

// at is the page's path.
func (b *tab) at() string {
	b.t.Helper()
	var path string
	b.run("read the address", chromedp.Evaluate(`location.pathname`, &path))
	return path
}

// fault is what stands beside the field with a label, by what describes it to those who do not see.
func (b *tab) fault(label string) string {
	b.t.Helper()
	var text string
	b.run("read what is wrong with "+label, chromedp.Evaluate(fmt.Sprintf(`((label) => {
		const found = [...document.querySelectorAll("label")].find((l) => l.firstChild.textContent.trim() === label);
		const ids = document.getElementById(found.htmlFor).getAttribute("aria-describedby") || "";
		return ids.split(" ").filter((id) => id.startsWith("fault-")).map((id) => document.getElementById(id).innerText.trim()).join(" ");
	})(%q)`, label), &text))
	return text
}

// signIn signs the operator in by key.
func (b *tab) signIn(r *registry) {
	b.t.Helper()
	b.visit("/console/sign-in")
	b.fill("API user", r.user)
	b.fill("Key", r.key)
	b.press("Sign in")
	b.says("Choose a CO")
}

// shoot keeps a picture of the page where COMITY_SCREENSHOTS names a folder.
func (b *tab) shoot(name string) {
	b.t.Helper()
	folder := os.Getenv("COMITY_SCREENSHOTS")
	if folder == "" {
		return
	}
	var png []byte
	b.run("take a picture", chromedp.FullScreenshot(&png, 100))
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}
