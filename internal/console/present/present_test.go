package present_test

import (
	"fmt"
	"testing"

	"comity"
	"comity/internal/authz"
	"comity/internal/console/present"
)

// A presenter makes paths and links of a CO for a caller; titles of other records are passed in.
func ExamplePresenter() {
	unit := comity.NewRecord(comity.Cou.Resource)
	unit.Id = 3
	unit.SetText(comity.Cou.Name, "Physics")
	role := comity.NewRecord(comity.CoPersonRole.Resource)
	role.SetText(comity.CoPersonRole.Title, "Dean")
	role.SetText(comity.CoPersonRole.Status, comity.Active)
	role.SetInt(comity.CoPersonRole.CouId, 3)

	p := present.Presenter{CO: 7, Caller: authz.System("test")}
	titles := present.Titles{
		Found:  map[*comity.Resource]map[int64]*comity.Record{comity.Cou.Resource: {3: unit}},
		Caller: p.Caller,
	}
	fmt.Println(p.ListPath(comity.Cou.Resource, "parentid", "1"))
	fmt.Println(titles.Of(role))
	for _, f := range p.Fields(role, titles) {
		fmt.Printf("%s: %s (%s)\n", f.Label, f.Value.Text, f.Value.To+f.Value.Tone)
	}
	// Output:
	// /console/co/7/cous/?parentid=1
	// Dean in Physics
	// Unit: Physics (/console/co/7/cous/3/)
	// Title: Dean ()
	// Status: Active (good)
}

// TestUnseenHaveNoLink: a record that was not found is named by its number only if the caller may see all of its kind.
func TestUnseenHaveNoLink(t *testing.T) {
	for _, tt := range []struct {
		caller authz.Caller
		want   string
	}{
		{authz.System("test"), "Unit 3 (deleted)"},
		{authz.Caller{}, "a unit you may not see"},
	} {
		p := present.Presenter{CO: 7, Caller: tt.caller}
		if got := p.Link(comity.Cou.Resource, 3, present.Titles{Caller: tt.caller}); got.Text != tt.want || got.To != "" {
			t.Errorf("the link is %+v, want %q without a path", got, tt.want)
		}
	}
}

func TestSentence(t *testing.T) {
	for phrase, want := range map[comity.Phrase]string{"Name In Use": "Name in use.", "CoPersonRole Exists": "CO person role exists."} {
		if got := present.Sentence(phrase); got != want {
			t.Errorf("%q becomes %q, want %q", phrase, got, want)
		}
	}
}

// TestEmptyColumnsAreLeftOut: a table has the columns in which any record has a value, without its parent.
func TestEmptyColumnsAreLeftOut(t *testing.T) {
	rec := comity.NewRecord(comity.Cou.Resource)
	rec.SetText(comity.Cou.Name, "Physics")
	rec.SetText(comity.Cou.Description, "Light")
	rec.SetInt(comity.Cou.ParentId, 1)
	p := present.Presenter{CO: 7}
	headings, rows := p.Table([]*comity.Record{rec}, comity.Cou.Resource, comity.Cou.Resource, present.Titles{})
	if len(headings) != 1 || headings[0] != comity.Cou.Description.Label || rows[0].Title != "Physics" || rows[0].Values[0].Text != "Light" {
		t.Errorf("the table is %v, %v", headings, rows)
	}
}
