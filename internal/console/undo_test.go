package console_test

import (
	"fmt"
	"net/url"
	"testing"

	"comity"
)

func TestUndo(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		base := fx.serve(t, nil).URL
		b, other := signedIn(t, base, fx.operator), signedIn(t, base, fx.operator)
		co := fx.addCO(t)
		departments := fmt.Sprintf("/console/co/%d/co_departments/", co)
		add := func(name string) string {
			b.get(departments+"new", 200)
			b.submit(values{"Name": name, "Description": "light"}, 200)
			return b.at()
		}
		edit := func(b *browser, at, description string) {
			b.get(at+"edit", 200)
			b.submit(values{"Description": description}, 200)
		}

		t.Run("an edit", func(t *testing.T) {
			at := add("Physics")
			edit(b, at, "dark")
			b.says("dark")
			b.undo(t)
			b.says("Undone: the former values are restored.")
			b.says("light")
		})
		t.Run("an edit that cleared a field", func(t *testing.T) {
			at := add("Chemistry")
			edit(b, at, "")
			b.undo(t)
			b.get(at, 200)
			b.says("light")
		})
		t.Run("not an edit that changed nothing", func(t *testing.T) {
			at := add("Geology")
			edit(b, at, "light")
			b.says("Department saved.")
			if b.offersUndo() {
				t.Error("there is nothing to undo")
			}
		})
		t.Run("not what somebody has changed since", func(t *testing.T) {
			at := add("Biology")
			edit(b, at, "dark")
			edit(other, at, "grey")
			b.undo(t)
			b.says("This cannot be undone: somebody has changed the record since.")
			b.says("grey")
		})
		t.Run("a delete, once", func(t *testing.T) {
			at := add("History")
			b.get(at+"delete", 200)
			b.submit(nil, 200)
			b.says("History deleted.")
			form, to := b.undoForm(t)
			b.post(to, form, 200)
			b.says("Undone: the record was added again")
			again := b.at()
			b.says("light")
			b.post(to, form, 200)
			if b.at() != again {
				t.Errorf("undone twice, it is at %s and %s", again, b.at())
			}
		})
		t.Run("not a delete that took others with it", func(t *testing.T) {
			person := fx.addPerson(t, co, "Ada", "")
			at := fmt.Sprintf("/console/co/%d/co_people/%d/", co, person)
			b.get(at+"delete", 200)
			b.says("This cannot be undone.")
			b.says("1 name")
			b.submit(nil, 200)
			if b.offersUndo() {
				t.Error("a person is taken back without their name")
			}
		})
		t.Run("not what holds a secret", func(t *testing.T) {
			server := fx.add(t, comity.Server.Resource, func(rec *comity.Record) {
				rec.SetInt(comity.Server.CoId, co)
				rec.SetText(comity.Server.Description, "Directory")
				rec.SetText(comity.Server.ServerType, comity.ServerHTTP)
				rec.SetText(comity.Server.Status, comity.Active)
			})
			b.get(fmt.Sprintf("/console/co/%d/http_servers/new", co), 200)
			b.submit(values{"ServerId": fmt.Sprint(server), "Serverurl": "https://example.org/", "AuthType": "BA", "Username": "me", "Password": "secret"}, 200)
			at := b.at()
			b.get(at+"edit", 200)
			b.submit(values{"Password": "other"}, 200)
			if b.offersUndo() {
				t.Error("nobody knows the password that it was")
			}
			b.get(at+"edit", 200)
			b.submit(values{"Username": "you"}, 200)
			if !b.offersUndo() {
				t.Error("the password stays as it is, so the name could be undone")
			}
			b.get(at+"delete", 200)
			b.submit(nil, 200)
			if b.offersUndo() {
				t.Error("nobody knows the password that was deleted")
			}
		})
		t.Run("not by those who may not", func(t *testing.T) {
			at := add("Law")
			edit(b, at, "dark")
			form, to := b.undoForm(t)
			person := fx.addPerson(t, co, "Bob", "")
			s := &permissionFixture{T: t, fixture: fx, co: co}
			bob := signedIn(t, base, s.addUser("bob", person))
			bob.get(at, 200)
			bob.post(to, form, 403)
			b.get(at, 200)
			b.says("dark")
		})
	})
}

// undoForm is what the button to undo would send, and where.
func (b *browser) undoForm(t *testing.T) (form url.Values, to string) {
	t.Helper()
	status := byRole(b.page.root, "status")
	f := find(status, "form")
	if f == nil {
		t.Fatalf("%s does not offer to undo:\n%s", b.page.url, b.page.text)
	}
	return valuesOf(f), attr(f, "action")
}

func (b *browser) undo(t *testing.T) {
	t.Helper()
	form, to := b.undoForm(t)
	b.post(to, form, 200)
}

func (b *browser) offersUndo() bool {
	status := byRole(b.page.root, "status")
	return status != nil && find(status, "form") != nil
}
