package console_test

import (
	"fmt"
	"testing"
	"time"

	"comity"
)

func TestHistoryShowsWhatChanged(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		co := fx.addCO(t)
		person := fx.addPerson(t, co, "Ada", "")
		at := fmt.Sprintf("/console/co/%d/", co)
		b.get(at+"cous/new", 200)
		b.submit(values{"Name": "Physics", "Description": "light"}, 200)
		unit := b.at()
		b.get(unit+"edit", 200)
		b.submit(values{"Name": "Optics", "Description": ""}, 200)

		b.get(b.link("history"), 200)
		b.says("History of Optics")
		b.says("Edited unit Optics")
		b.says("NamePhysicsOptics")
		b.says("Descriptionlight–")
		b.says("by " + fx.operator.Username)

		b.get(b.link("as it was then"), 200)
		b.says("Nothing here can be changed.")
		b.says("Physics")
		if b.link("Edit") != "" || b.link("Delete") != "" {
			t.Error("a page of what was has buttons")
		}
		b.get(unit+"?at="+time.Now().UTC().Format(time.DateOnly), 200)
		b.says("Optics")
		b.get(unit+"?at=2001-01-01", 404)
		b.says("The record did not exist at that time.")

		b.get(unit+"delete", 200)
		b.submit(nil, 200)
		b.get(at+"history_records/?kind=cous&operation=delete", 200)
		b.says("Deleted unit Optics")
		b.get(b.link("as it was then"), 200)
		b.says("Optics")

		for query, found := range map[string]bool{
			"operation=add": true, "operation=delete": false, "kind=names": true, "kind=cous": false, "actor=test": true, "actor=nobody": false,
			"from=2001-01-01": true, "until=2001-01-01": false, "kind=names&record=999999999": false,
		} {
			b.get(fmt.Sprintf("%shistory_records/?copersonid=%d&%s", at, person, query), 200)
			b.says("History of Ada")
			if b.link("as it was then") != "" != found {
				t.Errorf("narrowed by %s, something is found: %v, want %v:\n%s", query, !found, found, b.page.text)
			}
		}
	})
}

// TestHistoryLeadsToWhatWas: whatever was changed, by generic or custom pages, can be seen
// as it was then, and so can what was deleted.
func TestHistoryLeadsToWhatWas(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		co := fx.addCO(t)
		at := fmt.Sprintf("/console/co/%d/", co)
		ids := map[string]int64{"co_people": fx.addPerson(t, co, "Ada", "")}
		ids["cous"] = fx.add(t, comity.Cou.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.Cou.CoId, co)
			rec.SetText(comity.Cou.Name, "Physics")
		})
		ids["co_groups"] = fx.add(t, comity.CoGroup.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.CoGroup.CoId, co)
			rec.SetText(comity.CoGroup.Name, "Readers")
			rec.SetText(comity.CoGroup.Status, comity.Active)
		})
		for kind, id := range ids {
			history := fmt.Sprintf("%shistory_records/?kind=%s&record=%d", at, kind, id)
			record := fmt.Sprintf("%s%s/%d/", at, kind, id)
			b.get(history, 200)
			b.get(b.link("as it was then"), 200)
			b.says("Nothing here can be changed.")
			b.get(record+"?at=yesterday", 400)
			b.says("yesterday")

			b.get(record+"delete", 200)
			b.submit(nil, 200)
			b.get(history+"&operation=delete", 200)
			b.get(b.link("as it was then"), 200)
			b.says("Nothing here can be changed.")
		}
	})
}

func TestHistoryIsPaged(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, fx *fixture) {
		b := signedIn(t, fx.serve(t, nil).URL, fx.operator)
		co := fx.addCO(t)
		for i := range 60 {
			fx.add(t, comity.CoDepartment.Resource, func(rec *comity.Record) {
				rec.SetInt(comity.CoDepartment.CoId, co)
				rec.SetText(comity.CoDepartment.Name, fmt.Sprintf("Library %d", i))
			})
		}
		history := fmt.Sprintf("/console/co/%d/history_records/?kind=co_departments", co)
		b.get(history, 200)
		if b.link("Library 59") == "" || b.link("Library 9") != "" || b.link("Newest") != "" {
			t.Errorf("the first page is not of the newest:\n%s", b.page.text)
		}
		more, err := b.page.url.Parse(b.link("Earlier"))
		if err != nil {
			t.Fatal(err)
		}
		b.get(more.String(), 200)
		if b.link("Library 9") == "" || b.link("Library 59") != "" || b.link("Earlier") != "" {
			t.Errorf("the second page is not of the rest:\n%s", b.page.text)
		}
	})
}
