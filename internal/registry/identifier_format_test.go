package registry_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/registry/registrytest"
	"comity/internal/store"
)

// assign runs the CO's assignments for a new person with the name, and returns the identifiers that the
// person then has.
func (fx fixture) assign(t *testing.T, given, middle, family string) (person int64, got []string, err error) {
	t.Helper()
	n, i := comity.Name, comity.Identifier
	person = fx.NewPerson(t)
	v := registrytest.Values{n.Person: person, n.Given: given, n.Type: "official"}
	if middle != "" {
		v[n.Middle] = middle
	}
	if family != "" {
		v[n.Family] = family
	}
	fx.Insert(t, n.Resource, v)
	err = fx.AssignIdentifiers(t.Context(), registrytest.Tester(), registrytest.Values{i.Person: person}.Input(i.Resource))
	for _, rec := range fx.Records(t, i.Resource, store.Equal(comity.OwnerCO.Column, person)) {
		got = append(got, rec.Text(i.Identifier))
	}
	return person, got, err
}

// assignment adds an assignment in a CO of its own.
func (fx fixture) assignment(t *testing.T, v registrytest.Values) int64 {
	t.Helper()
	a := comity.CoIdentifierAssignment
	fx.CoId = fx.Insert(t, comity.Co.Resource, registrytest.Values{comity.Co.Name: t.Name(), comity.Co.Status: comity.Active})
	all := registrytest.Values{a.CoId: fx.CoId, a.Status: comity.Active, a.IdentifierType: "uid", a.Algorithm: comity.AssignSequential}
	for f, value := range v {
		all[f] = value
	}
	return fx.Insert(t, a.Resource, all)
}

func TestIdentifierFormats(t *testing.T) {
	a := comity.CoIdentifierAssignment
	type names [3]string
	grace, jose := names{"Grace", "Brewster", "Hopper"}, names{"José", "", "Núñez-O'Brien"}
	tests := []struct {
		name   string
		v      registrytest.Values
		people []names
		want   []string
	}{
		{"a number alone", registrytest.Values{a.Format: "(#)"}, []names{grace, jose}, []string{"1", "2"}},
		{"no format is a number", nil, []names{grace, jose}, []string{"1", "2"}},
		{"all parts", registrytest.Values{a.Format: "(G).(M).(F)"}, []names{grace}, []string{"Grace.Brewster.Hopper"}},
		{"small letters", registrytest.Values{a.Format: "(g).(m).(f)"}, []names{grace}, []string{"grace.brewster.hopper"}},
		{"lengths", registrytest.Values{a.Format: "(g:1)(m:1)(f:20)"}, []names{grace}, []string{"gbhopper"}},
		{"letters and digits", registrytest.Values{a.Format: "(g)(f)", a.Permitted: "AN"}, []names{jose}, []string{"josenunezobrien"}},
		{"dots and dashes", registrytest.Values{a.Format: "(g).(f)", a.Permitted: "AD"}, []names{jose}, []string{"jose.nunez-obrien"}},
		{"quotes", registrytest.Values{a.Format: "(g).(f)", a.Permitted: "AQ"}, []names{jose}, []string{"jose.nunez-o'brien"}},
		{"all", registrytest.Values{a.Format: "(g).(f)", a.Permitted: "AL"}, []names{jose}, []string{"josé.núñez-o'brien"}},
		{"a name that has no such letters", registrytest.Values{a.Format: "(g)(#)"}, []names{{"玛丽", "", ""}}, []string{"1"}},
		{"a number with a width", registrytest.Values{a.Format: "(f)(#:4)"}, []names{grace, grace}, []string{"hopper0001", "hopper0002"}},
		{"a least length", registrytest.Values{a.Format: "x(#)", a.MinimumLength: 3}, []names{grace}, []string{"x001"}},
		{"a minimum", registrytest.Values{a.Format: "(#)", a.Minimum: 100}, []names{grace, jose}, []string{"100", "101"}},
		{"a number for each name", registrytest.Values{a.Format: "(f)(#)"}, []names{grace, {"A", "", "B"}, grace}, []string{"hopper1", "b1", "hopper2"}},
		{"a collision", registrytest.Values{a.Format: "(f)[1:(#)]"}, []names{grace, grace, grace}, []string{"hopper", "hopper1", "hopper2"}},
		{
			"more with each collision",
			registrytest.Values{a.Format: "(f)[1:.(g:1)][2:.(m:1)]"},
			[]names{grace, grace, grace},
			[]string{"hopper", "hopper.g", "hopper.g.b"},
		},
		{
			"a part that comes late",
			registrytest.Values{a.Format: "(f)[3:x(#)]"},
			[]names{grace, grace},
			[]string{"hopper", "hopperx1"},
		},
	}
	onBoth(t, func(t *testing.T, fx fixture) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				fx.assignment(t, tt.v)
				var got []string
				for _, p := range tt.people {
					_, ids, err := fx.assign(t, p[0], p[1], p[2])
					if err != nil {
						t.Error(err)
					}
					got = append(got, ids...)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("identifiers (-want +got):\n%s", diff)
				}
			})
		}
	})
}

func TestIdentifiersThatRunOut(t *testing.T) {
	a := comity.CoIdentifierAssignment
	onBoth(t, func(t *testing.T, fx fixture) {
		for name, tt := range map[string]struct {
			v    registrytest.Values
			have int
		}{
			"a sequence": {registrytest.Values{a.Format: "(#)", a.Maximum: 3}, 3},
			"a name":     {registrytest.Values{a.Format: "(f)"}, 1},
			"by chance":  {registrytest.Values{a.Format: "(#)", a.Algorithm: comity.AssignRandom, a.Minimum: 7, a.Maximum: 7}, 1},
		} {
			t.Run(name, func(t *testing.T) {
				fx.assignment(t, tt.v)
				for i := range tt.have {
					if _, ids, err := fx.assign(t, "Grace", "", "Hopper"); err != nil || len(ids) != 1 {
						t.Fatalf("person %d: %v, error %v", i, ids, err)
					}
				}
				if _, ids, err := fx.assign(t, "Grace", "", "Hopper"); registrytest.Phrase(err) != "Identifier In Use" || len(ids) > 0 {
					t.Errorf("one too many: %v, error %v", ids, err)
				}
			})
		}
	})
}

func TestAssignmentsThatDoNotApply(t *testing.T) {
	a, i := comity.CoIdentifierAssignment, comity.Identifier
	onBoth(t, func(t *testing.T, fx fixture) {
		fx.assignment(t, registrytest.Values{a.Format: "(f)@example.org", a.IdentifierType: "mail", a.EmailType: "official", a.Ordr: 2})
		group := fx.NewGroup(t, "staff")
		fx.Insert(t, a.Resource, registrytest.Values{
			a.CoId: fx.CoId, a.Status: comity.Suspended, a.IdentifierType: "eppn", a.Algorithm: comity.AssignSequential, a.Ordr: 1,
		})
		fx.Insert(t, a.Resource, registrytest.Values{
			a.CoId: fx.CoId, a.Status: comity.Active, a.IdentifierType: "uid", a.Algorithm: comity.AssignSequential, a.CoGroupId: group, a.Ordr: 3,
		})
		person, got, err := fx.assign(t, "Grace", "", "Hopper")
		if err != nil || !cmp.Equal(got, []string{"hopper@example.org"}) {
			t.Errorf("identifiers %v, error %v", got, err)
		}
		mails := fx.Records(t, comity.EmailAddress.Resource, store.Equal(comity.OwnerCO.Column, person))
		if len(mails) != 1 || mails[0].Text(comity.EmailAddress.Mail) != "hopper@example.org" || mails[0].Bool(comity.EmailAddress.Verified) {
			t.Errorf("email addresses %v", mails)
		}
		fx.Join(t, person, group)
		for range 2 {
			if err := fx.AssignIdentifiers(t.Context(), registrytest.Tester(), registrytest.Values{i.Person: person}.Input(i.Resource)); err != nil {
				t.Fatal(err)
			}
		}
		var all []string
		for _, rec := range fx.Records(t, i.Resource, store.Equal(comity.OwnerCO.Column, person)) {
			all = append(all, fmt.Sprint(rec.Text(i.Type), " ", rec.Text(i.Identifier)))
		}
		if got := strings.Join(all, ", "); got != "mail hopper@example.org, uid 1" {
			t.Errorf("in the group: %s", got)
		}
	})
}

// TestAssignmentOfNoAddress: an assigned email address must be valid.
func TestAssignmentOfNoAddress(t *testing.T) {
	a := comity.CoIdentifierAssignment
	onBoth(t, func(t *testing.T, fx fixture) {
		fx.assignment(t, registrytest.Values{a.Format: "(f)", a.IdentifierType: "mail", a.EmailType: "official"})
		person, got, err := fx.assign(t, "Grace", "", "Hopper")
		if registrytest.Phrase(err) != "Invalid Fields" || len(got) > 0 {
			t.Errorf("identifiers %v, error %v", got, err)
		}
		if mails := fx.Records(t, comity.EmailAddress.Resource, store.Equal(comity.OwnerCO.Column, person)); len(mails) > 0 {
			t.Errorf("email addresses %v", mails)
		}
	})
}
