package form_test

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"comity"
	"comity/internal/console/form"
	"comity/internal/console/present"
)

// A form has a control for each field that can be entered, and reads the record from what a browser sent.
func ExampleForm() {
	fm := form.New(comity.Cou.Resource, 7, nil, time.UTC)
	controls, err := fm.Controls(source{}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range controls {
		fmt.Println(c.Name, c.Type, c.Required)
	}

	fm.Sent = url.Values{"Name": {"Physics"}}
	in := fm.Input()
	fmt.Println(in.Record.Text(comity.Cou.Name), in.Record.Int(comity.Cou.CoId), in.FieldErrors)

	fm.Sent = url.Values{"Name": {""}}
	controls, err = fm.Controls(source{}, []comity.FieldError{comity.Cou.Name.Missing()})
	fmt.Println(form.Summary(controls, nil), err)
	// Output:
	// Name text true
	// Description text false
	// ParentId select false
	// Physics 7 []
	// [{Name is required. #field-name}] <nil>
}

// source is a CO with one unit, and more groups than a select offers.
type source struct{}

func (source) Records(r *comity.Resource) ([]form.Choice, bool, error) {
	if r == comity.CoGroup.Resource {
		return nil, false, nil
	}
	return []form.Choice{{Value: "3", Label: "Science"}}, true, nil
}

func (source) Types(string) ([]form.Choice, error) {
	return []form.Choice{{Value: "official", Label: "Official"}}, nil
}

func (source) Matches(_ *comity.Field, text, _ string) ([]form.Choice, error) {
	if text == "" {
		return nil, nil
	}
	return []form.Choice{{Value: "9", Label: text + "ers"}}, nil
}

func (source) SearchPath(f *comity.Field) string { return "/pick/" + f.Name }

func (source) Link(r *comity.Resource, id int64) (present.Link, error) {
	return present.Link{Text: fmt.Sprintf("%s %d", r.One, id), To: "/there"}, nil
}

func controlOf(t *testing.T, fm form.Form, f *comity.Field) form.Control {
	t.Helper()
	controls, err := fm.Controls(source{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(controls, func(c form.Control) bool { return c.Name == f.Name })
	if i < 0 {
		t.Fatalf("there is no control for %s among %v", f.Name, controls)
	}
	return controls[i]
}

func TestParentIsShownAndNotAskedFor(t *testing.T) {
	fm := form.New(comity.CoGroupMember.Resource, 7, url.Values{"cogroupid": {"3"}}, time.UTC)
	c := controlOf(t, fm, comity.CoGroupMember.CoGroupId)
	if c.Type != "fixed" || c.Value != "3" || c.To != "/there" || c.Choices[0].Label != "group 3" {
		t.Errorf("the group is %+v", c)
	}
	if r, id := fm.Parent(); r != comity.CoGroup.Resource || id != 3 {
		t.Errorf("the parent is %v %d", r, id)
	}
}

func TestManyRecordsAreSearchedFor(t *testing.T) {
	fm := form.New(comity.CoEmailList.Resource, 7, nil, time.UTC)
	f := comity.CoEmailList.MembersCoGroupId
	fm.Sent = url.Values{f.Name + form.SearchSuffix: {"Read"}}
	if !fm.Searching() {
		t.Error("a form with a search text and nothing chosen does not search")
	}
	c := controlOf(t, fm, f)
	if c.Type != "pick" || c.SearchAt != "/pick/"+f.Name || len(c.Choices) != 1 || c.Choices[0].Label != "Readers" {
		t.Errorf("the picker is %+v", c)
	}
	fm.Sent.Set(f.Name, "9")
	if fm.Searching() {
		t.Error("a form with a choice still searches")
	}
}

// TestChosenStaysChosen: a record that the caller may not see is a choice if it is chosen already.
func TestChosenStaysChosen(t *testing.T) {
	rec := comity.NewRecord(comity.Cou.Resource)
	rec.SetInt(comity.Cou.ParentId, 4)
	c := controlOf(t, form.Edit(rec, time.UTC), comity.Cou.ParentId)
	if len(c.Choices) != 2 || !c.Choices[1].Selected || c.Choices[1].Value != "4" {
		t.Errorf("the choices are %+v, want the chosen unit beside the others", c.Choices)
	}
}

func TestOwnerIsReadFromEitherControl(t *testing.T) {
	f := comity.Name.Person
	for _, sent := range []url.Values{
		{f.Name: {"CO:5"}},
		{f.Name: {"CO"}, f.Name + ".Id": {"5"}},
		{f.Name: {"CO"}, f.Name + form.PickSuffix: {"CO:5"}},
	} {
		if cell, fault := form.ReadField(f, sent, time.UTC); fault != "" || cell.Text() != "CO" || cell.Int() != 5 {
			t.Errorf("%v is read as %v (%s)", sent, cell, fault)
		}
	}
	if _, fault := form.ReadField(f, url.Values{f.Name: {"CO"}, f.Name + ".Id": {"five"}}, time.UTC); fault == "" {
		t.Error("an id that is no number has no error")
	}
}

func TestErrorsAreAboutFields(t *testing.T) {
	refused := &comity.Error{Code: comity.Refused, Phrase: "Parent Would Create Cycle"}
	faults, text, err := form.SplitError(comity.Cou.Resource, refused)
	if err != nil || text != "" || len(faults) != 1 || faults[0].Field != comity.Cou.ParentId.Column {
		t.Errorf("%v, %q, %v; want an error of the parent", faults, text, err)
	}
	refused.Phrase = comity.PhraseHasRole
	faults, text, err = form.SplitError(comity.Cou.Resource, refused)
	if err != nil || text == "" || len(faults) != 0 {
		t.Errorf("%v, %q, %v; want a text about the whole unit", faults, text, err)
	}
	other := comity.Forbid()
	if _, _, err := form.SplitError(comity.Cou.Resource, other); !errors.Is(err, other) {
		t.Errorf("the error is %v, want it as it was", err)
	}
}

func TestMomentsAreReadAsWritten(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	// The clocks show half past two twice on that day.
	for _, at := range []time.Time{time.Date(2031, 10, 26, 0, 30, 0, 0, time.UTC), time.Date(2031, 10, 26, 1, 30, 0, 0, time.UTC)} {
		text := form.WriteMoment(at, berlin)
		if got, fault := form.ReadMoment(text, berlin, false); fault != "" || !got.Equal(at) {
			t.Errorf("%s is read as %s (%s), want %s", text, got, fault, at)
		}
	}
	if got, _ := form.ReadMoment("2031-12-31", time.UTC, true); got.Day() != 31 || got.Hour() != 23 {
		t.Errorf("the end of a day is %s", got)
	}
	if _, fault := form.ReadMoment("noon", time.UTC, false); fault == "" {
		t.Error("a text that is no time has no error")
	}
}
