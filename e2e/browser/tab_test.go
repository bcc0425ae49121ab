package browser_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
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
		b.do("look "+l.name, l.action)
	}
	return b
}

// look is a setting of the browser window.
type look struct {
	name   string
	action chromedp.Action[chromedp.Void]
}

var (
	light = look{"light", scheme("light")}
	dark  = look{"dark", scheme("dark")}
	phone = look{"phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile)}
	// noScript has no JavaScript.
	noScript = look{"no script", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})}
)

func scheme(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
		})
		return err
	})
}

func (b *tab) do(what string, action chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, action); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// ask is the value of an expression on the page.
func ask[T any](b *tab, expression string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, options...))
	if err != nil {
		b.t.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

// wait waits until an expression is true on the page, whatever page that is by then.
func (b *tab) wait(expression string) bool {
	for deadline := time.Now().Add(patience / 5); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		// While a page goes there is none to ask.
		if so, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression)); err == nil && so {
			return true
		}
	}
	return false
}

// visit goes to a path or an address.
func (b *tab) visit(to string) {
	b.t.Helper()
	if strings.HasPrefix(to, "/") {
		to = b.url + to
	}
	b.do("go to "+to, chromedp.Navigate(to))
}

// press clicks on the link or button with a text, and waits for the page that it leads to, or for what
// comes into this page instead.
func (b *tab) press(text string) {
	b.t.Helper()
	before := ask[float64](b, `(() => {
		window.came = false;
		document.addEventListener("htmx:afterSettle", () => { window.came = true; }, { once: true });
		return performance.timeOrigin;
	})()`)
	b.click(fmt.Sprintf(`//*[self::a or self::button][normalize-space()=%[1]q or strong[normalize-space()=%[1]q]]`, text))
	if !b.wait(fmt.Sprintf(`(performance.timeOrigin !== %v || window.came) && document.readyState === "complete"`, before)) {
		b.t.Fatalf("%q leads nowhere from\n%s", text, b.text())
	}
}

// unfold clicks on what opens something on the same page.
func (b *tab) unfold(text string) {
	b.t.Helper()
	b.click(fmt.Sprintf(`//summary[normalize-space()=%q]`, text))
}

func (b *tab) click(path string) {
	b.t.Helper()
	if !b.wait(fmt.Sprintf(`document.evaluate(%q, document, null, XPathResult.BOOLEAN_TYPE).booleanValue`, path)) {
		b.t.Fatalf("there is no %s on %s:\n%s", path, b.at(), b.text())
	}
	b.do("click on "+path, chromedp.Click(path))
}

// fill puts a value into the field with a label: a text, a choice's text, or for a checkbox true or false.
func (b *tab) fill(label, value string) {
	b.t.Helper()
	done := ask[string](b, fmt.Sprintf(`((label, value) => {
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
	})(%q, %q)`, label, value))
	if done != "" {
		b.t.Fatalf("%s, on:\n%s", done, b.text())
	}
}

// text returns the text that the page shows.
func (b *tab) text() string {
	b.t.Helper()
	return ask[string](b, `document.body.innerText`)
}

// says fails the test unless the page shows the text, at once or soon.
func (b *tab) says(text string) {
	b.t.Helper()
	if !b.wait(fmt.Sprintf(`document.body.innerText.includes(%q)`, text)) {
		b.t.Fatalf("%s does not say %q:\n%s", b.at(), text, b.text())
	}
}

// at is the page's path.
func (b *tab) at() string {
	b.t.Helper()
	return ask[string](b, `location.pathname`)
}

// fieldError returns the error text beside the field with a label, by its accessible description.
func (b *tab) fieldError(label string) string {
	b.t.Helper()
	return ask[string](b, fmt.Sprintf(`((label) => {
		const found = [...document.querySelectorAll("main label")].find((l) => l.firstChild.textContent.trim() === label);
		const ids = document.getElementById(found.htmlFor).getAttribute("aria-describedby") || "";
		return ids.split(" ").filter((id) => id.startsWith("fault-")).map((id) => document.getElementById(id).innerText.trim()).join(" ");
	})(%q)`, label))
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
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}
