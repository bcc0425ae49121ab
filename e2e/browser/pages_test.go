package browser_test

import (
	"fmt"
	"strings"
	"testing"

	"comity"
)

// TestRecords adds, edits and deletes a record by the generic pages, with JavaScript and without.
func TestRecords(t *testing.T) {
	t.Parallel()
	r := serve(t)
	for name, looks := range map[string][]look{"with JavaScript": nil, "without": {noScript}} {
		t.Run(name, func(t *testing.T) {
			b := r.open(t, looks...)
			b.signIn(r)
			b.press("Add a CO")
			b.fill("Name", "Fair "+name)
			b.fill("Status", "Active")
			b.press("Add")
			b.says("CO added.")
			b.press("Units")
			b.says("There are no units yet.")
			b.press("Add unit")
			b.fill("Name", "Phy:sics")
			b.press("Add")
			b.says("Not saved yet")
			if got := b.fieldError("Name"); got != `The name may not contain ":".` {
				t.Errorf("beside the name stands %q", got)
			}
			b.fill("Name", "Physics")
			b.press("Add")
			b.says("Unit added.")
			b.press("Edit")
			b.fill("Description", "Light and matter")
			b.press("Save")
			b.says("Light and matter")
			b.press("Delete")
			b.says("Delete Physics?")
			b.press("Delete")
			b.says("Physics deleted.")
		})
	}
}

// TestListNarrowsAsYouType: with JavaScript the list follows what is typed, without a button.
func TestListNarrowsAsYouType(t *testing.T) {
	t.Parallel()
	r := serve(t)
	b := r.open(t)
	b.signIn(r)
	b.visit("/console/co/1/co_people/add")
	b.fill("Given name", "Ada")
	b.press("Add")
	b.visit("/console/co/1/co_people/")
	b.says("Ada")
	b.fill("Name, address or identifier", "grace")
	b.says("Nobody matches.")
	b.fill("Name, address or identifier", "ad")
	if !b.wait(`document.querySelector("#list th a")?.textContent === "Ada"`) {
		t.Fatalf("the list stays\n%s", b.text())
	}
}

// TestAdministratorOfACO sees the CO and not the platform.
func TestAdministratorOfACO(t *testing.T) {
	t.Parallel()
	r := serve(t)
	co := comity.NewRecord(comity.Co.Resource)
	co.SetText(comity.Co.Name, "Fair")
	co.SetText(comity.Co.Status, comity.Active)
	added, err := r.api().Add(t.Context(), co)
	if err != nil {
		t.Fatal(err)
	}
	login := strings.Fields(printed(t, r.command("api-user", "add", "--co", fmt.Sprint(added.Id), "--name", "admin", "--privileged")))
	b := r.open(t)
	b.visit("/console/sign-in")
	b.fill("API user", login[0])
	b.fill("Key", login[1])
	b.press("Sign in")
	if want := fmt.Sprintf("/console/co/%d/", added.Id); b.at() != want {
		t.Errorf("an administrator of one CO is at %s, want %s", b.at(), want)
	}
	b.press("API users")
	b.says("co_2.admin")
	b.visit("/console/cos/new")
	b.says("You may not do this")
}
