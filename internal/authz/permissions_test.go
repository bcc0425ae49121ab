package authz_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/authz"
)

// granted is the table of docs/api.md, "Permissions": what a caller who acts for a person may do to a record
// that has a relation to them. V is view, A add, E edit, D delete. Administrators of the CO, who may do
// everything, are not in it.
//
// The columns: every record of the CO; a record about the person; in a unit that they administer; about
// somebody with a role in it, wherever the record is; somebody without a role whom they have added; a group
// that they own, or of one; a group that they are in; offered to them; and, for the owner of a group, somebody
// whom they may add to it. Last are the fields that name what a record is added to: the caller must have the
// same relation to each of those.
const granted = `
                         CO  mine  unit  unit-person  enrolling  owned  joined  offered  addable  to
Cos                      V   -     -     -            -          -      -       -        -
Cous                     -   V     VE    -            -          -      -       -        V        ParentId
CoPeople                 -   V     VAED  -            -          -      -       -        V
CoPersonRoles            -   V     VAED  V            A          -      -       -        V        Person,CouId
OrgIdentities            -   V     -     V            -          -      -       -        -
CoOrgIdentityLinks       -   V     -     V            -          -      -       -        -

Names                    -   V     VAED  V            A          V      -       -        V        Person
EmailAddresses           -   V     VAED  V            A          V      -       -        V        Person
Identifiers              -   V     VAED  V            A          V      V       -        -        Person
Urls                     -   V     VAED  V            A          V      -       -        -        Person
Addresses                -   V     VAED  V            A          V      -       -        -        Person
TelephoneNumbers         -   V     VAED  V            A          V      -       -        -        Person
AdHocAttributes          -   V     VAED  V            A          V      -       -        -        Person
IdentityDocuments        -   V     VAED  V            A          V      -       -        -        Person
CoTAndCAgreements        -   V     VAED  V            A          V      -       -        -        Person
SshKeys                  -   V     V     -            -          -      -       -        -

CoGroups                 -   -     VAED  -            -          V      V       -        -        CouId
CoGroupMembers           -   V     VAED  V            -          VAED   -       -        -        CoGroupId
CoGroupNestings          -   -     VAED  -            -          VAED   -       -        -        TargetCoGroupId,CoGroupId

CoDepartments            V   -     -     -            -          -      -       -        -
Organizations            V   -     -     -            -          -      -       -        -
CoServices               -   -     -     -            -          -      -       V        -
CoExtendedTypes          V   -     -     -            -          -      -       -        -
CoTermsAndConditions     V   -     -     -            -          -      -       -        -
CoNavigationLinks        V   -     -     -            -          -      -       -        -

HistoryRecords           -   V     -     V            -          -      -       -        -

ApiUsers                 -   -     -     -            -          -      -       -        -
CoEmailLists             -   -     -     -            -          -      -       -        -
CoIdentifierAssignments  -   -     -     -            -          -      -       -        -
Servers                  -   -     -     -            -          -      -       -        -
HttpServers              -   -     -     -            -          -      -       -        -
KafkaServers             -   -     -     -            -          -      -       -        -
CoProvisioningTargets    -   -     -     -            -          -      -       -        -
CoApiProvisionerTargets  -   -     -     -            -          -      -       -        -
`

// relations are the columns of granted.
var relations = []authz.Relation{
	authz.InCO, authz.Mine, authz.InUnit, authz.OfUnitPerson, authz.Enrolling, authz.Owned, authz.Joined, authz.Offered, authz.Addable,
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	for line := range strings.Lines(granted) {
		if cells := strings.Fields(line); len(cells) > 0 && cells[0] != "CO" {
			want[cells[0]] = strings.Join(cells[1:], " ")
		}
	}
	// The settings of targets are alike for all plugins.
	for _, r := range comity.TargetSettings() {
		want[r.Plural] = want[comity.CoApiProvisionerTarget.Plural]
	}
	for _, r := range comity.All() {
		p := authz.PermissionFor(r)
		var cells []string
		for _, relation := range relations {
			cells = append(cells, letters(p, relation))
		}
		if len(p.To) > 0 {
			cells = append(cells, strings.Join(fieldNames(p.To), ","))
		}
		if got := strings.Join(cells, " "); got != want[r.Plural] {
			t.Errorf("%s: %s, want %q", r.Plural, got, want[r.Plural])
		}
		delete(want, r.Plural)
	}
	for plural := range want {
		t.Errorf("there are no %s", plural)
	}
}

// letters writes the operations that a relation allows, "-" for none.
func letters(p authz.Permission, relation authz.Relation) string {
	var all string
	for i, allowed := range []authz.Relation{p.View, p.Add, p.Edit, p.Delete} {
		if allowed&relation != 0 {
			all += "VAED"[i : i+1]
		}
	}
	if all == "" {
		return "-"
	}
	return all
}

func fieldNames(fields []*comity.Field) []string {
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	return names
}

// TestGroupOwnersDistinguishPeople has the fields that the owner of a group sees of people whom they may add.
func TestGroupOwnersDistinguishPeople(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"Cous": {"CoId", "Name"}, "CoPeople": {"CoId"}, "CoPersonRoles": {"Person", "CouId"},
		"Names":          {"Person", "Honorific", "Given", "Middle", "Family", "Suffix", "Type", "PrimaryName"},
		"EmailAddresses": {"Person", "Mail", "Type"},
	}
	got := map[string][]string{}
	for _, r := range comity.All() {
		if shown := authz.PermissionFor(r).Distinguishing; shown != nil {
			got[r.Plural] = fieldNames(shown)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestOnlyAdministratorsGiveLogins has the one flag that only administrators of the CO may set.
func TestOnlyAdministratorsGiveLogins(t *testing.T) {
	t.Parallel()
	for _, r := range comity.All() {
		var want *comity.Field
		if r == comity.Identifier.Resource {
			want = comity.Identifier.Login
		}
		if got := authz.PermissionFor(r).Reserved; got != want {
			t.Errorf("%s: the reserved flag is %v, want %v", r.Plural, got, want)
		}
	}
}

// The kinds of caller.
var (
	platform       = authz.Caller{Username: "co_1.operator", CoId: comity.PlatformCO, Platform: true, Admin: true}
	administrator  = authz.Caller{Username: "co_2.admin", CoId: 2, Admin: true}
	unprivileged   = authz.Caller{Username: "co_2.read", CoId: 2}
	person         = authz.Caller{Username: "co_2.me", CoId: 2, PersonId: 7}
	unitAdmin      = authz.Caller{Username: "co_2.optics", CoId: 2, PersonId: 7, Units: []int64{3}}
	groupOwner     = authz.Caller{Username: "co_2.owner", CoId: 2, PersonId: 7, OwnsGroup: true}
	personInAdmins = authz.Caller{Username: "co_2.chief", CoId: 2, PersonId: 7, Admin: true}
)

// TestCallers has what each kind of caller may do to which records: "all", or those with a relation of granted.
func TestCallers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		caller   authz.Caller
		resource *comity.Resource
		// view, add, edit and delete name the relations, "" for no records.
		view, add, edit, delete string
	}{
		{"the platform, COs", platform, comity.Co.Resource, "CO", "CO", "CO", "CO"},
		{"the platform, people", platform, comity.CoPerson.Resource, "CO", "CO", "CO", "CO"},
		{"an administrator, COs", administrator, comity.Co.Resource, "CO", "", "", ""},
		{"an administrator, API users", administrator, comity.ApiUser.Resource, "CO", "CO", "CO", "CO"},
		{"a person in CO:admins, COs", personInAdmins, comity.Co.Resource, "CO", "", "", ""},
		{"a person in CO:admins, people", personInAdmins, comity.CoPerson.Resource, "CO", "CO", "CO", "CO"},
		{"an unprivileged user, COs", unprivileged, comity.Co.Resource, "", "", "", ""},
		{"an unprivileged user, people", unprivileged, comity.CoPerson.Resource, "", "", "", ""},

		{"a person, COs", person, comity.Co.Resource, "CO", "", "", ""},
		{"a person, people", person, comity.CoPerson.Resource, "mine", "", "", ""},
		{"a person, names", person, comity.Name.Resource, "mine owned", "", "", ""},
		{"a person, memberships", person, comity.CoGroupMember.Resource, "mine owned", "owned", "owned", "owned"},
		{"a person, API users", person, comity.ApiUser.Resource, "", "", "", ""},

		{"the administrator of a unit, units", unitAdmin, comity.Cou.Resource, "mine unit", "", "unit", ""},
		{"the administrator of a unit, names", unitAdmin, comity.Name.Resource, "mine unit unit-person owned", "unit enrolling", "unit", "unit"},
		{"the administrator of a unit, SSH keys", unitAdmin, comity.SshKey.Resource, "mine unit", "", "", ""},

		{"the owner of a group, people", groupOwner, comity.CoPerson.Resource, "mine addable", "", "", ""},
		{"the owner of a group, strictly", groupOwner.Strictly(), comity.CoPerson.Resource, "mine", "", "", ""},
		{"the owner of a group, nestings", groupOwner, comity.CoGroupNesting.Resource, "owned", "owned", "owned", "owned"},
	} {
		for op, want := range map[authz.Operation]string{authz.View: tt.view, authz.Add: tt.add, authz.Edit: tt.edit, authz.Delete: tt.delete} {
			if got := named(tt.caller.Through(op, tt.resource)); got != want {
				t.Errorf("%s, operation %d: those of %q, want %q", tt.name, op, got, want)
			}
			if may := tt.caller.May(op, tt.resource); may != (want != "") {
				t.Errorf("%s, operation %d: May is %v", tt.name, op, may)
			}
		}
	}
}

// named returns the names of relations in the columns' order.
func named(through authz.Relation) string {
	columns := strings.Fields(strings.Split(granted, "\n")[1])
	var names []string
	for i, relation := range relations {
		if through&relation != 0 {
			names = append(names, columns[i])
		}
	}
	return strings.Join(names, " ")
}

// TestCallersKnowTheirOwnCO has the COs that a caller may know of anything in.
func TestCallersKnowTheirOwnCO(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		caller authz.Caller
		knows  []int64
	}{
		{"the platform", platform, []int64{1, 2, 3}},
		{"an administrator", administrator, []int64{2}},
		{"an unprivileged user", unprivileged, nil},
		{"a person", person, []int64{2}},
		{"the program", authz.System("clock"), []int64{1, 2, 3}},
	} {
		var got []int64
		for co := range int64(4) {
			if co > 0 && tt.caller.Knows(co) {
				got = append(got, co)
			}
		}
		if !slices.Equal(got, tt.knows) {
			t.Errorf("%s knows the COs %v, want %v", tt.name, got, tt.knows)
		}
		if may := tt.caller.MayAnything(); may != (tt.knows != nil) {
			t.Errorf("%s: MayAnything is %v", tt.name, may)
		}
	}
}

// TestForPerson has the callers that people with rights become by logging in.
func TestForPerson(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		co     int64
		rights comity.PersonRights
		want   authz.Caller
	}{
		{"nobody in particular", 2, comity.PersonRights{Active: true}, authz.Caller{Username: "ada", CoId: 2, PersonId: 7}},
		{"somebody suspended", 2, comity.PersonRights{Units: []int64{3}, OwnsGroup: true}, authz.Caller{Username: "ada", CoId: 2}},
		{
			"the administrator of a unit who owns a group", 2,
			comity.PersonRights{Active: true, Units: []int64{3}, OwnsGroup: true},
			authz.Caller{Username: "ada", CoId: 2, PersonId: 7, Units: []int64{3}, OwnsGroup: true},
		},
		{"an administrator", 2, comity.PersonRights{Active: true, Admin: true}, authz.Caller{Username: "ada", CoId: 2, PersonId: 7, Admin: true}},
		{
			"an administrator of the platform", comity.PlatformCO,
			comity.PersonRights{Active: true, Admin: true},
			authz.Caller{Username: "ada", CoId: comity.PlatformCO, PersonId: 7, Admin: true, Platform: true},
		},
	} {
		if diff := cmp.Diff(tt.want, authz.ForPerson("ada", tt.co, 7, tt.rights)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
