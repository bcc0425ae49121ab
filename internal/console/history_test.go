package console_test

import (
	"fmt"
	"testing"
	"time"

	"comity"
)

func TestHistoryShowsWhatChanged(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		co := w.addCO(t)
		person := w.addPerson(t, co, "Ada", "")
		at := fmt.Sprintf("/console/co/%d/", co)
		r.get(at+"cous/new", 200)
		r.submit(values{"Name": "Physics", "Description": "light"}, 200)
		unit := r.at()
		r.get(unit+"edit", 200)
		r.submit(values{"Name": "Optics", "Description": ""}, 200)

		r.get(r.link("history"), 200)
		r.says("History of Optics")
		r.says("Edited unit Optics")
		r.says("NamePhysicsOptics")
		r.says("Descriptionlight–")
		r.says("by " + w.operator.Username)

		r.get(r.link("as it was then"), 200)
		r.says("Nothing here can be changed.")
		r.says("Physics")
		if r.link("Edit") != "" || r.link("Delete") != "" {
			t.Error("a page of what was has buttons")
		}
		r.get(unit+"?at="+time.Now().UTC().Format(time.DateOnly), 200)
		r.says("Optics")
		r.get(unit+"?at=2001-01-01", 404)
		r.says("The record did not exist at that time.")

		r.get(unit+"delete", 200)
		r.submit(nil, 200)
		r.get(at+"history_records/?kind=cous&operation=delete", 200)
		r.says("Deleted unit Optics")
		r.get(r.link("as it was then"), 200)
		r.says("Optics")

		for query, found := range map[string]bool{
			"operation=add": true, "operation=delete": false, "kind=names": true, "kind=cous": false, "actor=test": true, "actor=nobody": false,
			"from=2001-01-01": true, "until=2001-01-01": false, "kind=names&record=999999999": false,
		} {
			r.get(fmt.Sprintf("%shistory_records/?copersonid=%d&%s", at, person, query), 200)
			r.says("History of Ada")
			if r.link("as it was then") != "" != found {
				t.Errorf("narrowed by %s, something is found: %v, want %v:\n%s", query, !found, found, r.page.text)
			}
		}
	})
}

// TestHistoryLeadsToWhatWas: whatever was changed, by generic or custom pages, can be seen
// as it was then, and so can what was deleted.
func TestHistoryLeadsToWhatWas(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		co := w.addCO(t)
		at := fmt.Sprintf("/console/co/%d/", co)
		ids := map[string]int64{"co_people": w.addPerson(t, co, "Ada", "")}
		ids["cous"] = w.add(t, comity.Cou.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.Cou.CoId, co)
			rec.SetText(comity.Cou.Name, "Physics")
		})
		ids["co_groups"] = w.add(t, comity.CoGroup.Resource, func(rec *comity.Record) {
			rec.SetInt(comity.CoGroup.CoId, co)
			rec.SetText(comity.CoGroup.Name, "Readers")
			rec.SetText(comity.CoGroup.Status, comity.Active)
		})
		for kind, id := range ids {
			history := fmt.Sprintf("%shistory_records/?kind=%s&record=%d", at, kind, id)
			record := fmt.Sprintf("%s%s/%d/", at, kind, id)
			r.get(history, 200)
			r.get(r.link("as it was then"), 200)
			r.says("Nothing here can be changed.")
			r.get(record+"?at=yesterday", 400)
			r.says("yesterday")

			r.get(record+"delete", 200)
			r.submit(nil, 200)
			r.get(history+"&operation=delete", 200)
			r.get(r.link("as it was then"), 200)
			r.says("Nothing here can be changed.")
		}
	})
}

func TestHistoryIsPaged(t *testing.T) {
	everywhere(t, func(t *testing.T, w *world) {
		r := signedIn(t, w.serve(t, nil).URL, w.operator)
		co := w.addCO(t)
		for i := range 60 {
			w.add(t, comity.CoDepartment.Resource, func(rec *comity.Record) {
				rec.SetInt(comity.CoDepartment.CoId, co)
				rec.SetText(comity.CoDepartment.Name, fmt.Sprintf("Library %d", i))
			})
		}
		history := fmt.Sprintf("/console/co/%d/history_records/?kind=co_departments", co)
		r.get(history, 200)
		if r.link("Library 59") == "" || r.link("Library 9") != "" || r.link("Newest") != "" {
			t.Errorf("the first page is not of the newest:\n%s", r.page.text)
		}
		more, err := r.page.url.Parse(r.link("Earlier"))
		if err != nil {
			t.Fatal(err)
		}
		r.get(more.String(), 200)
		if r.link("Library 9") == "" || r.link("Library 59") != "" || r.link("Earlier") != "" {
			t.Errorf("the second page is not of the rest:\n%s", r.page.text)
		}
	})
}
