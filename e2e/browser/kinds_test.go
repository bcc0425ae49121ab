package browser_test

import (
	"fmt"
	"testing"
)

// looks are the settings in which pages are pictured: light and dark, wide and narrow.
var looks = map[string][]look{
	"light": {light}, "dark": {dark}, "light-phone": {light, phone}, "dark-phone": {dark, phone},
}

// TestAccessible has axe look at each kind of page, light and wide, dark and narrow.
func TestAccessible(t *testing.T) {
	t.Parallel()
	p := newFixture(t)
	for _, name := range []string{"light", "dark-phone"} {
		t.Run(name, func(t *testing.T) {
			b := p.open(t, looks[name]...)
			b.visit("/console/sign-in")
			b.accessible()
			b.signIn(p.registry)
			for _, k := range p.kinds() {
				b.visit(k.path)
				b.accessible()
			}
			b.visit(p.home + "names/new")
			b.press("Add")
			b.says("Not saved yet")
			b.accessible()
		})
	}
}

// TestWithoutJavaScript: every kind of page says as much without it, and leads on by links.
func TestWithoutJavaScript(t *testing.T) {
	t.Parallel()
	p := newFixture(t)
	with, without := p.open(t), p.open(t, noScript)
	with.signIn(p.registry)
	without.signIn(p.registry)
	for _, k := range p.kinds() {
		with.visit(k.path)
		without.visit(k.path)
		// Titles and links differ in nothing but the times, and only scripts know the reader's time zone.
		what := `document.title + " " + [...document.querySelectorAll("main h1, main h2, main a, main button, main label")].map((e) => e.innerText.trim()).join(" | ")`
		if a, b := ask[string](with, what), ask[string](without, what); a != b {
			t.Errorf("%s says with JavaScript\n%s\nand without\n%s", k.name, a, b)
		}
	}
	without.visit(p.home)
	without.press("Search")
	without.fill("A page, a person, a group", "lovelace")
	without.press("Find")
	without.press("Ada Lovelace")
	without.says("Ada Lovelace")
}

// TestPalette goes to a person by keys alone.
func TestPalette(t *testing.T) {
	t.Parallel()
	p := newFixture(t)
	b := p.open(t)
	b.signIn(p.registry)
	b.visit(p.home)
	b.key("/", "")
	if !b.wait(`document.getElementById("palette").open && document.activeElement.id === "palette-text" && document.querySelector("#palette-found [aria-selected=true]") !== null`) {
		t.Fatal("the palette stays shut")
	}
	b.accessible()
	b.shoot("palette")
	b.write("lovel")
	if !b.wait(`document.querySelector("#palette-found [aria-selected=true] .what")?.textContent === "Ada Lovelace"`) {
		t.Fatalf("she is not found:\n%s", b.text())
	}
	b.key("Enter", "")
	if want := fmt.Sprintf("%sco_people/%d/", p.home, p.person); !b.wait(fmt.Sprintf(`location.pathname === %q && document.readyState === "complete"`, want)) {
		t.Fatalf("it leads to %s, want %s", b.at(), want)
	}
	b.key("?", "")
	if !b.wait(`document.getElementById("shortcuts").open`) {
		t.Fatal("there is no help on keys")
	}
	b.accessible()
}

// key presses a key, with the events that the page receives.
func (b *tab) key(key, modifier string) {
	b.t.Helper()
	ask[bool](b, fmt.Sprintf(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {
		key: %q, ctrlKey: %q === "ctrl", bubbles: true, cancelable: true })), true`, key, modifier))
}

// write types a text where the cursor is.
func (b *tab) write(text string) {
	b.t.Helper()
	ask[bool](b, fmt.Sprintf(`document.activeElement.value = %q, document.activeElement.dispatchEvent(new Event("input", { bubbles: true }))`, text))
}
