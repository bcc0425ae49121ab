package e2e_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/client"
)

func TestClientGivesBackWhatItWrote(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		r := serve(t, database)
		c := r.platform()
		co := addCO(t, c, "Telescope")
		person := addPerson(t, c, co, "ghopper")
		group := add(t, c, fields{comity.CoGroup.CoId: co, comity.CoGroup.Name: "readers", comity.CoGroup.Status: comity.Active})
		of := owner{comity.OwnerCO, person}
		for _, values := range []fields{
			{ // a text that is empty, and letters beyond ASCII
				comity.Name.Given: "Grâce \"🔭\" & Co", comity.Name.Family: "", comity.Name.Type: "alternate",
				comity.Name.PrimaryName: true, comity.Name.Person: of,
			},
			{ // numbers, times, references
				comity.CoPersonRole.Affiliation: "staff", comity.CoPersonRole.Status: comity.Active, comity.CoPersonRole.Ordr: 7,
				comity.CoPersonRole.SponsorCoPersonId: person, comity.CoPersonRole.Person: of,
				comity.CoPersonRole.ValidFrom:    time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC),
				comity.CoPersonRole.ValidThrough: time.Date(2999, 12, 31, 23, 59, 59, 0, time.UTC),
			},
			{ // an owner that is given back by its own name
				comity.Identifier.Identifier: "readers", comity.Identifier.Type: "name", comity.Identifier.Login: false,
				comity.Identifier.Status: comity.Active, comity.Identifier.Person: owner{comity.OwnerGroup, group},
			},
			{ // a date
				comity.OrgIdentity.CoId: co, comity.OrgIdentity.DateOfBirth: "1906-12-09", comity.OrgIdentity.Status: "SY",
			},
		} {
			wrote := record(values)
			added, err := c.Add(t.Context(), wrote)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.View(t.Context(), wrote.Resource, added.Id)
			if err != nil {
				t.Fatal(err)
			}
			if !got.Same(wrote) {
				t.Errorf("%s: got %v, wrote %v", wrote.Resource.Singular, got, wrote)
			}
			if got.Id != added.Id || got.Revision != 0 || got.Actor != r.user || got.Created.IsZero() || !got.Modified.Equal(got.Created) {
				t.Errorf("%s: its bookkeeping is %+v", wrote.Resource.Singular, got)
			}
			if f := wrote.Resource.CoId(); f != nil && got.CoId != co {
				t.Errorf("%s: it belongs to CO %d", wrote.Resource.Singular, got.CoId)
			}
			if err := c.Edit(t.Context(), got); err != nil {
				t.Errorf("%s: what was viewed cannot be written: %v", wrote.Resource.Singular, err)
			}
		}
	})
}

func TestClientReadsIdsThatAreTexts(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	f := comity.ApiUser
	added, err := r.platform().Add(t.Context(), record(fields{
		f.CoId: comity.PlatformCO, f.Username: "texts", f.StringIds: true, f.Status: comity.Active,
	}))
	if err != nil || added.Generated == "" {
		t.Fatalf("%+v, %v; want a key", added, err)
	}
	c := r.as("co_1.texts", added.Generated)
	co := addCO(t, c, "Telescope")
	person := addPerson(t, c, co, "ghopper")
	identifiers := all(t, c, comity.Identifier.Resource, "copersonid", person)
	if len(identifiers) != 1 || identifiers[0].OwnedBy(comity.OwnerCO) != person {
		t.Errorf("the person's identifiers are %v", identifiers)
	}
}

func TestClientKnowsWhoItCallsAs(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	c := r.platform()
	co := addCO(t, c, "Telescope")
	person, unit := addPerson(t, c, co, "ghopper"), add(t, c, fields{comity.Cou.CoId: co, comity.Cou.Name: "Optics"})
	for _, group := range all(t, c, comity.CoGroup.Resource, "coid", co) {
		if group.Int(comity.CoGroup.CouId) == unit && group.Text(comity.CoGroup.GroupType) == comity.GroupAdmins {
			m := comity.CoGroupMember
			add(t, c, fields{m.CoGroupId: group.Id, m.Person: owner{comity.OwnerCO, person}, m.Member: true})
		}
	}
	f := comity.ApiUser
	for _, texts := range []bool{false, true} {
		name := fmt.Sprintf("texts-%t", texts)
		added, err := c.Add(t.Context(), record(fields{
			f.CoId: co, f.Username: name, f.CoPersonId: person, f.RateLimit: 600, f.StringIds: texts, f.Status: comity.Active,
		}))
		if err != nil {
			t.Fatal(err)
		}
		want := client.Caller{Username: fmt.Sprintf("co_%d.%s", co, name), CoId: co, AdministersCous: []int64{unit}, CoPersonId: person, RateLimit: 600}
		got, err := r.as(want.Username, added.Generated).Caller(t.Context())
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("error %v (-want +got):\n%s", err, diff)
		}
	}
	if got, err := c.Caller(t.Context()); err != nil || got.Username != r.user || !got.AdministersPlatform || !got.AdministersCo || got.AdministersCous != nil {
		t.Errorf("the platform's user: %+v, error %v", got, err)
	}
	if got, err := r.as(r.user, "wrong").Caller(t.Context()); comity.CodeOf(err) != comity.Unauthorised {
		t.Errorf("a wrong key: %+v, error %v", got, err)
	}
}

func TestClientClearsAFieldThatIsNamedWithoutAValue(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	c := r.platform()
	f := comity.CoPerson
	person := add(t, c, fields{f.CoId: addCO(t, c, "Telescope"), f.Status: comity.Active, f.Timezone: "Europe/Paris", f.DateOfBirth: "1906-12-09"})
	edit(t, c, person, fields{f.Timezone: nil})
	got, err := c.View(t.Context(), f.Resource, person)
	if err != nil || got.Has(f.Timezone) || !got.Has(f.DateOfBirth) || got.Revision != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestClientSaysWhatTheRegistryRefused(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	c := r.platform()
	co := addCO(t, c, "Telescope")
	person := comity.CoPerson.Resource
	list := func(c *client.Client, query string) error {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.All(t.Context(), person, values)
		return err
	}
	adds := func(values fields) error {
		_, err := c.Add(t.Context(), record(values))
		return err
	}
	_, view := c.View(t.Context(), person, 99)
	faulty := adds(fields{comity.CoPerson.CoId: co, comity.CoPerson.Status: "Asleep", comity.CoPerson.DateOfBirth: "today"})
	for _, tt := range []struct {
		name   string
		err    error
		code   comity.ErrorCode
		phrase comity.Phrase
	}{
		{"faulty fields", faulty, comity.Invalid, "Invalid Fields"},
		{"no such record", view, comity.NotFound, "CoPerson Unknown"},
		{"a rule", adds(fields{comity.Co.Name: "Telescope", comity.Co.Status: comity.Active}), comity.Refused, "Name In Use"},
		{"a wrong key", list(r.as(r.user, "wrong"), ""), comity.Unauthorised, "Unauthorized"},
		{"an unreadable query", list(c, "coid="), comity.Malformed, "Bad Request"},
		{"an unknown search key", list(c, "shoesize=38"), comity.Unprocessable, "Unprocessable Entity"},
		{
			"a body that is too large", adds(fields{comity.Cou.CoId: co, comity.Cou.Name: strings.Repeat("x", 2<<20)}),
			comity.TooLarge, "Request Entity Too Large",
		},
	} {
		if e := refusalOf(t, tt.err); e.Code != tt.code || e.Phrase != tt.phrase {
			t.Errorf("%s: code %d, %q; want code %d, %q", tt.name, e.Code, e.Phrase, tt.code, tt.phrase)
		}
	}
	fieldErrors := map[string]string{}
	for _, f := range refusalOf(t, faulty).Fields {
		fieldErrors[f.Field] = f.Sentence
	}
	if named := slices.Sorted(maps.Keys(fieldErrors)); !slices.Equal(named, []string{"date_of_birth", "status"}) {
		t.Errorf("the field errors are %v", fieldErrors)
	}
}

func TestClientReconciles(t *testing.T) {
	t.Parallel()
	r := serve(t, sqliteFile(t))
	c := r.platform()
	co := addCO(t, c, "Telescope")
	group := add(t, c, fields{comity.CoGroup.CoId: co, comity.CoGroup.Name: "readers", comity.CoGroup.Status: comity.Active})
	if err := errors.Join(c.ReconcileCO(t.Context(), co), c.ReconcileGroup(t.Context(), group)); err != nil {
		t.Error(err)
	}
	if err := c.ReconcileCO(t.Context(), 99); comity.CodeOf(err) != comity.Refused {
		t.Errorf("a CO that is not there: %v", err)
	}
	if err := c.ReconcileGroup(t.Context(), 99); comity.CodeOf(err) != comity.NotFound {
		t.Errorf("a group that is not there: %v", err)
	}
}

func TestClientDistinguishesNoAnswerFromARefusal(t *testing.T) {
	t.Parallel()
	nobody := client.New("http://127.0.0.1:1/registry/", "co_1.operator", "key", client.WithHTTPClient(&http.Client{Timeout: patience}))
	_, err := nobody.View(t.Context(), comity.Co.Resource, 1)
	if refusal := (*comity.Error)(nil); err == nil || errors.As(err, &refusal) {
		t.Errorf("%v, want an error that is no answer", err)
	}
}
