package console_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestExample shows what the package is for: an administrator signs in with a browser that needs no JavaScript,
// adds a person by a form, corrects a mistake in it, sees why she is in her groups, undoes an edit, and reads the
// history.
func TestExample(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		co := fx.addCO(t)
		unit := fx.addUnit(t, co, "Physics")
		admin, err := fx.signin.AddUser(t.Context(), co, "admin", true, "")
		if err != nil {
			t.Fatal(err)
		}
		b := signedIn(t, fx.serve(t, nil).URL, admin)
		b.says(admin.Username)

		// A custom form adds a person with a name and a first role. What is wrong is said beside its field.
		people := fmt.Sprintf("/console/co/%d/co_people/", co)
		b.get(people, 200)
		b.get(b.link("Add person"), 200)
		ada := map[string]string{
			"Name.Given": "Ada", "Name.Family": "Lovelace", "EmailAddress.Mail": "ada at example.org",
			"CoPersonRole.CouId": fmt.Sprint(unit), "CoPersonRole.Affiliation": "staff",
		}
		b.submit(ada, 422)
		if got := b.fault("EmailAddress.Mail"); !strings.Contains(got, "email address") {
			t.Errorf("beside the address stands %q", got)
		}
		ada["EmailAddress.Mail"] = "ada@example.org"
		b.submit(ada, 200)

		// Her page shows her records, and why she is in each group.
		b.says("Ada Lovelace")
		b.says("ada@example.org")
		b.says("in because the role in Physics is Active")
		b.get(people+"?q=lovelace", 200)
		b.get(b.link("Ada Lovelace"), 200)

		// A unit has the generic pages that every resource has. An edit can be undone from the page that follows it.
		at := fmt.Sprintf("/console/co/%d/cous/%d/", co, unit)
		b.get(at+"edit", 200)
		b.submit(map[string]string{"Name": "Optics"}, 200)
		b.says("Optics")
		b.undo(t)
		b.get(at, 200)
		b.says("Physics")

		// The history says who changed what.
		b.get(b.link("history"), 200)
		b.says("by " + admin.Username)
	})
}
