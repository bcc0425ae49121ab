package comity_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"comity"
)

// Every resource has its own three letters for the history.
func TestShortNames(t *testing.T) {
	seen := map[string]string{}
	shape := regexp.MustCompile(`^[A-Z]{3}$`)
	for _, r := range comity.Stored() {
		if !shape.MatchString(r.Short) {
			t.Errorf("%s is called %q in the history", r.Singular, r.Short)
		}
		if other, taken := seen[r.Short]; taken {
			t.Errorf("%s and %s are both called %s", other, r.Singular, r.Short)
		}
		seen[r.Short] = r.Singular
		for _, op := range []string{comity.OpAdd, comity.OpEdit, comity.OpDelete, comity.OpErase} {
			action := comity.Change{Operation: op, After: comity.NewRecord(r)}.Action()
			if len(action) != comity.HistoryRecord.Action.Max || !strings.HasSuffix(action, r.Short) {
				t.Errorf("to %s a %s is %q", op, r.Singular, action)
			}
		}
	}
}

// fields are values by field, as a request or the history names them.
type fields map[*comity.Field]comity.Cell

func record(r *comity.Resource, values fields) *comity.Record {
	rec := comity.NewRecord(r)
	rec.Id = 12
	for f, c := range values {
		rec.Set(f, c)
	}
	return rec
}

func TestWords(t *testing.T) {
	text, n, role, person := comity.TextCell, comity.Name, comity.CoPersonRole, comity.CoPerson
	grace := fields{
		n.Given: text("Grace"), n.Family: text("Hopper"), n.Type: text("official"),
		n.PrimaryName: comity.BoolCell(false), n.Person: comity.OwnerCell("CO", 7),
	}
	begin := comity.TimeCell(time.Date(2026, 11, 21, 17, 39, 1, 0, time.UTC))
	for _, tt := range []struct {
		name, op      string
		r             *comity.Resource
		before, after fields
		erased, was   bool
		want          string
	}{
		{"an add", comity.OpAdd, n.Resource, nil, grace, false, false, `Name 12 added: Given "Grace", Family "Hopper", Type "official"`},
		{"a delete", comity.OpDelete, n.Resource, nil, grace, false, false, `Name 12 deleted: Given "Grace", Family "Hopper", Type "official"`},
		{
			"an edit", comity.OpEdit, role.Resource,
			fields{role.Status: text("Active"), role.Title: text("Dean"), role.Affiliation: text("staff"), role.Ordr: comity.IntCell(1)},
			fields{role.Status: text("Suspended"), role.Affiliation: text("staff"), role.Ordr: comity.IntCell(2), role.ValidFrom: begin},
			false, false,
			`CoPersonRole 12 edited: Title "Dean" cleared, ValidFrom set to 2026-11-21 17:39:01, Ordr 1 to 2, Status "Active" to "Suspended"`,
		},
		{
			"another owner", comity.OpEdit, n.Resource,
			fields{n.Person: comity.OwnerCell("CO", 7)},
			fields{n.Person: comity.OwnerCell("Org", 8)},
			false, false, `Name 12 edited: CoPersonId 7 to OrgIdentityId 8`,
		},
		{
			"another person", comity.OpEdit, n.Resource,
			fields{n.Person: comity.OwnerCell("CO", 7)},
			fields{n.Person: comity.OwnerCell("CO", 8)},
			false, false, `Name 12 edited: CoPersonId 7 to 8`,
		},
		{
			"what it was with another person", comity.OpEdit, n.Resource,
			fields{n.Person: comity.OwnerCell("CO", 7), n.Given: text("Ada"), n.Family: text("King")},
			fields{n.Person: comity.OwnerCell("CO", 8), n.Given: text("Grace")},
			false, false, `Name 12 edited: Given set to "Grace", Family cleared, CoPersonId 7 to 8`,
		},
		{
			"what hangs on a role", comity.OpAdd, comity.Address.Resource, nil,
			fields{comity.Address.Room: text("2"), comity.Address.Person: comity.OwnerCell("CoRole", 9)},
			false, false, `Address 12 added: Room "2", CoPersonRoleId 9`,
		},
		{
			"numbers and the truth", comity.OpAdd, comity.CoGroupMember.Resource, nil,
			fields{comity.CoGroupMember.CoGroupId: comity.IntCell(5), comity.CoGroupMember.Member: comity.BoolCell(true), comity.CoGroupMember.Owner: comity.BoolCell(false)},
			false, false, `CoGroupMember 12 added: CoGroupId 5, Member true`,
		},
		{
			"a date, and an empty text", comity.OpAdd, person.Resource, nil,
			fields{person.CoId: comity.IntCell(2), person.Status: text("Active"), person.DateOfBirth: text("1906-12-09"), person.Timezone: text("")},
			false, false, `CoPerson 12 added: Status "Active", DateOfBirth 1906-12-09, Timezone ""`,
		},
		{"what stands in several lines", comity.OpAdd, n.Resource, nil, fields{n.Given: text("G\"r\nü")}, false, false, `Name 12 added: Given "G\"r\nü"`},
		{"nothing but the CO", comity.OpAdd, comity.OrgIdentity.Resource, nil, fields{comity.OrgIdentity.CoId: comity.IntCell(2)}, false, false, `OrgIdentity 12 added`},
		{"an edit of nothing", comity.OpEdit, n.Resource, grace, grace, false, false, `Name 12 edited: nothing changed`},
		{
			"an edit of nothing that is kept", comity.OpEdit, comity.HttpServer.Resource,
			fields{},
			fields{},
			false, false,
			`HttpServer 12 edited: nothing changed, but perhaps Password`,
		},
		{"what is erased", comity.OpAdd, n.Resource, nil, fields{n.Person: comity.OwnerCell("CO", 7)}, true, false, `Name 12 added (erased)`},
		{"an edit of what is erased", comity.OpEdit, n.Resource, fields{}, fields{n.Given: text("Ada")}, false, true, `Name 12 edited (what it was is erased): Given "Ada"`},
		{"the erasing", comity.OpErase, person.Resource, nil, fields{}, true, false, `CoPerson 12 erased`},
		{
			"as long as may be", comity.OpAdd, n.Resource, nil,
			fields{n.Given: text(strings.Repeat("é", 233))},
			false, false,
			`Name 12 added: Given "` + strings.Repeat("é", 233) + `"`,
		},
		{
			"longer", comity.OpAdd, n.Resource, nil,
			fields{n.Given: text(strings.Repeat("é", 234))},
			false, false,
			`Name 12 added: Given "` + strings.Repeat("é", 233) + `…`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := comity.Change{Operation: tt.op, After: record(tt.r, tt.after), Erased: tt.erased, ErasedBefore: tt.was}
			if tt.before != nil {
				c.Before = record(tt.r, tt.before)
			}
			if got := c.Words(); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}
