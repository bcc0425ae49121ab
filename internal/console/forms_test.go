package console_test

import (
	"fmt"
	"testing"

	"comity"
)

func TestFaultsStandBesideTheirFields(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		co := fx.addCO(t)
		units := fmt.Sprintf("/console/co/%d/cous/", co)

		b.get(units+"new", 200)
		b.submit(values{"Name": "Phy:sics", "Description": "kept"}, 422)
		if got := b.fault("Name"); got != `The name may not contain ":".` {
			t.Errorf("beside the name stands %q", got)
		}
		b.submit(values{"Name": "Physics"}, 200)
		b.says("kept")
		b.get(units+"new", 200)
		b.submit(values{"Name": "Physics"}, 422)
		if got := b.fault("Name"); got != "Name in use." {
			t.Errorf("beside a name that is taken stands %q", got)
		}
		b.submit(values{"Name": ""}, 422)
		if got := b.fault("Name"); got != "Name is required." {
			t.Errorf("beside a name that is missing stands %q", got)
		}
		b.get(fmt.Sprintf("/console/co/%d/co_groups/new", co), 200)
		b.submit(values{"Name": "CO:members:chosen"}, 422)
		if got := b.fault("Name"); got != "Name reserved." {
			t.Errorf("beside a name that is reserved stands %q", got)
		}
	})
}

func TestStaleEditIsReported(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		base := fx.serve(t, nil).URL
		slow, fast := signedIn(t, base, fx.operator), signedIn(t, base, fx.operator)
		co := fx.addCO(t)
		unit := fx.add(t, comity.Cou.Resource, func(rec *comity.Record) {
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
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		base := fx.serve(t, nil).URL
		mine, other := fx.addCO(t), fx.addCO(t)
		login, err := fx.signin.AddUser(t.Context(), mine, "admin", true, "")
		if err != nil {
			t.Fatal(err)
		}
		person := fx.addPerson(t, other, "Bob", "")
		b := signedIn(t, base, login)
		if want := fmt.Sprintf("/console/co/%d/", mine); b.at() != want {
			t.Errorf("a CO's administrator is at %s, want %s", b.at(), want)
		}
		b.get(fmt.Sprintf("/console/co/%d/", other), 404)
		b.get(fmt.Sprintf("/console/co/%d/co_people/%d/", other, person), 404)
		b.get(fmt.Sprintf("/console/co/%d/co_people/%d/", mine, person), 404)
		b.get("/console/cos/new", 403)
	})
}
