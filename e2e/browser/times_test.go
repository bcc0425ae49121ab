package browser_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"comity"
)

// in is somebody whose computer is in a time zone.
func in(zone string) look {
	return look{"in " + zone, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone})
		return err
	})}
}

// keys types into the field with a label, key by key, in place of what is there.
func (b *tab) keys(label, text string) {
	b.t.Helper()
	there := ask[bool](b, fmt.Sprintf(`((label) => {
		const found = [...document.querySelectorAll("main label")].find((l) => l.firstChild.textContent.trim() === label);
		const field = found && document.getElementById(found.htmlFor);
		if (field) { field.focus(); if (field.select) field.select(); }
		return Boolean(field);
	})(%q)`, label))
	if !there {
		b.t.Fatalf("there is no field %s on:\n%s", label, b.text())
	}
	b.do("type into "+label, chromedp.KeyEvent(text))
}

// TestADateIsTyped types times as a person does: a date without a time ends a role that day, half a date
// is refused and stays, and the page and its form are in the zone of the browser.
func TestADateIsTyped(t *testing.T) {
	t.Parallel()
	r := serve(t)
	co := r.add(t, comity.Co.Resource, func(rec *comity.Record) {
		rec.SetText(comity.Co.Name, "Fair")
		rec.SetText(comity.Co.Status, comity.Active)
	})
	home := fmt.Sprintf("/console/co/%d/", co)
	b := r.open(t, in("Europe/Berlin"))
	b.signIn(r)
	b.visit(home + "co_people/add")
	b.keys("Given name", "Ada")
	b.fill("Affiliation", "staff")
	b.keys("Valid through", "2031-06")
	b.press("Add")
	b.says("The person is not added yet")
	if got := b.fieldError("Valid through"); !strings.Contains(got, "2031-06") {
		t.Errorf("beside half a date stands %q", got)
	}
	b.accessible()
	b.keys("Valid through", "2031-06-30")
	b.press("Add")
	b.says("2031-06-30 23:59:59 CEST")
	person := b.at()
	b.press("Edit staff")
	b.says("Time zone: Europe/Berlin")
	b.keys("Valid through", "2031-12-")
	b.press("Save")
	b.says("Not saved yet")
	b.keys("Valid through", "2031-12-31 18:00")
	b.press("Save")
	b.says("2031-12-31 18:00:00 CET")
	b.press("Edit staff")
	b.press("Save")
	b.says("2031-12-31 18:00:00 CET")
	b.visit(person + "?at=2031-06")
	b.says("cannot be read as a time")
	b.accessible()

	group := r.add(t, comity.CoGroup.Resource, func(rec *comity.Record) {
		rec.SetInt(comity.CoGroup.CoId, co)
		rec.SetText(comity.CoGroup.Name, "Readers")
		rec.SetText(comity.CoGroup.Status, comity.Active)
	})
	page := fmt.Sprintf(home+"co_groups/%d/", group)
	b.visit(page)
	b.press("Add one person")
	b.fill("Person", "Ada")
	b.keys("Valid through", "2020-01-01")
	b.press("Add")
	b.visit(page)
	b.says("Expired")
	b.says("0 members")
	b.accessible()
	b.visit(page + "members-at?date=2032-01-01")
	b.says("Expired")
	b.accessible()
	b.visit(home + "history_records/?from=2031-06")
	b.says("cannot be read as a time")
	b.accessible()
}
