package console_test

import (
	"fmt"
	"net/url"
	"testing"

	"comity"
)

func TestUndo(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		base := w.serve(t, nil).URL
		r, other := signedIn(t, base, w.operator), signedIn(t, base, w.operator)
		co := w.addCO(t)
		departments := fmt.Sprintf("/console/co/%d/co_departments/", co)
		add := func(name string) string {
			r.get(departments+"new", 200)
			r.submit(values{"Name": name, "Description": "light"}, 200)
			return r.at()
		}
		edit := func(r *reader, at, description string) {
			r.get(at+"edit", 200)
			r.submit(values{"Description": description}, 200)
		}

		t.Run("an edit", func(t *testing.T) {
			at := add("Physics")
			edit(r, at, "dark")
			r.says("dark")
			r.undo(t)
			r.says("Undone: the former values are restored.")
			r.says("light")
		})
		t.Run("an edit that cleared a field", func(t *testing.T) {
			at := add("Chemistry")
			edit(r, at, "")
			r.undo(t)
			r.get(at, 200)
			r.says("light")
		})
		t.Run("not an edit that changed nothing", func(t *testing.T) {
			at := add("Geology")
			edit(r, at, "light")
			r.says("Department saved.")
			if r.offersUndo() {
				t.Error("there is nothing to undo")
			}
		})
		t.Run("not what somebody has changed since", func(t *testing.T) {
			at := add("Biology")
			edit(r, at, "dark")
			edit(other, at, "grey")
			r.undo(t)
			r.says("This cannot be undone: somebody has changed the record since.")
			r.says("grey")
		})
		t.Run("a delete, once", func(t *testing.T) {
			at := add("History")
			r.get(at+"delete", 200)
			r.submit(nil, 200)
			r.says("History deleted.")
			form, to := r.undoForm(t)
			r.post(to, form, 200)
			r.says("Undone: the record was added again")
			again := r.at()
			r.says("light")
			r.post(to, form, 200)
			if r.at() != again {
				t.Errorf("undone twice, it is at %s and %s", again, r.at())
			}
		})
		t.Run("not a delete that took others with it", func(t *testing.T) {
			person := w.addPerson(t, co, "Ada", "")
			at := fmt.Sprintf("/console/co/%d/co_people/%d/", co, person)
			r.get(at+"delete", 200)
			r.says("This cannot be undone.")
			r.says("1 name")
			r.submit(nil, 200)
			if r.offersUndo() {
				t.Error("a person is taken back without their name")
			}
		})
		t.Run("not what holds a secret", func(t *testing.T) {
			server := w.add(t, comity.Server.Resource, func(rec *comity.Record) {
				rec.SetInt(comity.Server.CoId, co)
				rec.SetText(comity.Server.Description, "Directory")
				rec.SetText(comity.Server.ServerType, comity.ServerHTTP)
				rec.SetText(comity.Server.Status, comity.Active)
			})
			r.get(fmt.Sprintf("/console/co/%d/http_servers/new", co), 200)
			r.submit(values{"ServerId": fmt.Sprint(server), "Serverurl": "https://example.org/", "AuthType": "BA", "Username": "me", "Password": "secret"}, 200)
			at := r.at()
			r.get(at+"edit", 200)
			r.submit(values{"Password": "other"}, 200)
			if r.offersUndo() {
				t.Error("nobody knows the password that it was")
			}
			r.get(at+"edit", 200)
			r.submit(values{"Username": "you"}, 200)
			if !r.offersUndo() {
				t.Error("the password stays as it is, so the name could be undone")
			}
			r.get(at+"delete", 200)
			r.submit(nil, 200)
			if r.offersUndo() {
				t.Error("nobody knows the password that was deleted")
			}
		})
		t.Run("not by those who may not", func(t *testing.T) {
			at := add("Law")
			edit(r, at, "dark")
			form, to := r.undoForm(t)
			person := w.addPerson(t, co, "Bob", "")
			s := &scene{T: t, world: w, co: co}
			bob := signedIn(t, base, s.addUser("bob", person))
			bob.get(at, 200)
			bob.post(to, form, 403)
			r.get(at, 200)
			r.says("dark")
		})
	})
}

// undoForm is what the button to undo would send, and where.
func (r *reader) undoForm(t *testing.T) (form url.Values, to string) {
	t.Helper()
	status := byRole(r.page.root, "status")
	f := find(status, "form")
	if f == nil {
		t.Fatalf("%s does not offer to undo:\n%s", r.page.url, r.page.text)
	}
	return valuesOf(f), attr(f, "action")
}

func (r *reader) undo(t *testing.T) {
	t.Helper()
	form, to := r.undoForm(t)
	r.post(to, form, 200)
}

func (r *reader) offersUndo() bool {
	status := byRole(r.page.root, "status")
	return status != nil && find(status, "form") != nil
}
