package console_test

import (
	"fmt"
	"testing"

	"comity"
)

func TestFaultsStandBesideTheirFields(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		co := w.addCO(t)
		units := fmt.Sprintf("/console/co/%d/cous/", co)

		r.get(units+"new", 200)
		r.submit(values{"Name": "Phy:sics", "Description": "kept"}, 422)
		if got := r.fault("Name"); got != `The name may not contain ":".` {
			t.Errorf("beside the name stands %q", got)
		}
		r.submit(values{"Name": "Physics"}, 200)
		r.says("kept")
		r.get(units+"new", 200)
		r.submit(values{"Name": "Physics"}, 422)
		if got := r.fault("Name"); got != "Name in use." {
			t.Errorf("beside a name that is taken stands %q", got)
		}
		r.submit(values{"Name": ""}, 422)
		if got := r.fault("Name"); got != "Name is required." {
			t.Errorf("beside a name that is missing stands %q", got)
		}
	})
}

func TestStaleEditIsReported(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		base := w.serve(t, nil).URL
		slow, fast := signedIn(t, base, w.operator), signedIn(t, base, w.operator)
		co := w.addCO(t)
		unit := w.add(t, comity.Cou.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.Cou.CoId, co)
			rec.SetText(comity.Cou.Name, "Physics")
		})
		edit := fmt.Sprintf("/console/co/%d/cous/%d/edit", co, unit)
		slow.get(edit, 200)
		fast.get(edit, 200)
		fast.submit(values{"Description": "fast"}, 200)
		slow.submit(values{"Description": "slow"}, 422)
		slow.says("has saved this record since you opened it")
		slow.submit(nil, 200)
		slow.says("slow")
		slow.get(fmt.Sprintf("/console/co/%d/cous/%d/?revision=1", co, unit), 200)
		slow.says("fast")
	})
}

func TestOthersRecordsAreNotThere(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		base := w.serve(t, nil).URL
		mine, other := w.addCO(t), w.addCO(t)
		login, err := w.signin.AddUser(t.Context(), mine, "admin", true, "")
		if err != nil {
			t.Fatal(err)
		}
		person := w.addPerson(t, other, "Bob", "")
		r := signedIn(t, base, login)
		if want := fmt.Sprintf("/console/co/%d/", mine); r.at() != want {
			t.Errorf("a CO's administrator is at %s, want %s", r.at(), want)
		}
		r.get(fmt.Sprintf("/console/co/%d/", other), 404)
		r.get(fmt.Sprintf("/console/co/%d/co_people/%d/", other, person), 404)
		r.get(fmt.Sprintf("/console/co/%d/co_people/%d/", mine, person), 404)
		r.get("/console/cos/new", 403)
	})
}
