package connector_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/connector"
	"comity/internal/connector/connectortest"
)

// readers is a group with an owner and some members.
func readers(members ...string) comity.Snapshot {
	f := comity.CoGroup
	g := connectortest.Row(f.Resource, 7, 1, connectortest.Texts{f.Name: "readers", f.Description: "Who may read & write", f.Status: comity.Active, f.GroupType: comity.GroupStandard})
	g.SetBool(f.Open, true)
	g.SetInt(f.CouId, 4)
	return comity.Snapshot{Subject: comity.GroupSubject(7), Group: g, Members: members, Owners: []string{"ghopper"}}
}

// withGroups returns a destination that receives groups.
func withGroups(mode, url string) comity.Destination {
	d := connectortest.HTTPDestination(mode, url)
	d.IncludeGroups = true
	return d
}

func TestGroupMessage(t *testing.T) {
	const head = `{"meta":{"version":"1.0.0","objectType":"group"},"group":{"meta":{"id":"7",` +
		`"created":"2026-11-21T17:39:01Z","lastModified":"2026-11-21T17:39:01Z"}`
	whole := readers("ghopper", "g&h")
	empty := readers()
	empty.Group, empty.Owners = connectortest.Row(comity.CoGroup.Resource, 7, 1, connectortest.Texts{comity.CoGroup.Name: "readers", comity.CoGroup.Status: comity.Active}), nil
	for _, tt := range []struct {
		name           string
		snapshot       comity.Snapshot
		withAttributes bool
		want           string
	}{
		{
			"whole", whole, true, head + `,"name":"readers","description":"Who may read & write","status":"active","open":true,` +
				`"groupType":"standard","couId":4,"members":["ghopper","g&h"],"owners":["ghopper"]}}`,
		},
		{"empty", empty, true, head + `,"name":"readers","status":"active","members":[]}}`},
		{"without attributes", whole, false, head + `}}`},
	} {
		d := withGroups(comity.ProtocolPOST, "http://h")
		d.Settings.SetBool(comity.CoApiProvisionerTarget.IncludeAttributes, tt.withAttributes)
		got := connectortest.Messages(t, newHTTP(t, connector.Options{}), d, tt.snapshot)
		if diff := cmp.Diff(tt.want, string(got[0].Body)); diff != "" || len(got) != 1 {
			t.Errorf("%s: %d messages (-want +got):\n%s", tt.name, len(got), diff)
		}
	}
}

// A group's URL cannot be that of a person, whatever the person's identifier is.
func TestGroupMessages(t *testing.T) {
	gone := comity.Snapshot{Subject: comity.GroupSubject(7), Gone: true}
	var many []string
	for i := range connector.PageSize + 1 {
		many = append(many, fmt.Sprintf("p%04d", i))
	}
	off, unset := connectortest.HTTPDestination(comity.ProtocolPUT, "http://h/p"), withGroups(comity.ProtocolPUT, "http://h/p")
	unset.Settings = nil
	put, post := withGroups(comity.ProtocolPUT, "http://h/p"), withGroups(comity.ProtocolPOST, "http://h/p")
	for _, tt := range []struct {
		name        string
		to          comity.Destination
		snapshot    comity.Snapshot
		sentAs      comity.ProvisionedAs
		want        []string
		identifiers string
		failure     error
	}{
		{"put", put, readers("ghopper"), comity.ProvisionedAs{}, []string{"PUT http://h/p/groups/7"}, "7", nil},
		{"post", post, readers("ghopper"), comity.ProvisionedAs{}, []string{"POST http://h/p/ 7"}, "7", nil},
		{"pages", put, readers(many...), comity.ProvisionedAs{}, []string{"PUT http://h/p/groups/7", "PUT http://h/p/groups/7-2"}, "7 7-2", nil},
		{
			"fewer pages", put, readers(many...),
			comity.ProvisionedAs{Identifier: "7", Obsolete: []string{"7-2", "7-3"}},
			[]string{"PUT http://h/p/groups/7", "PUT http://h/p/groups/7-2", "DELETE http://h/p/groups/7-3"},
			"7 7-2", nil,
		},
		{
			"gone", post, gone,
			comity.ProvisionedAs{Identifier: "7", Obsolete: []string{"7-2"}},
			[]string{"POST http://h/p/ 7 deleted", "POST http://h/p/ 7-2 deleted"},
			"", nil,
		},
		{"gone and never sent", put, gone, comity.ProvisionedAs{}, nil, "", nil},
		{"not asked for", off, readers("ghopper"), comity.ProvisionedAs{Identifier: "7"}, nil, "", nil},
		{"no settings", unset, gone, comity.ProvisionedAs{}, nil, "", comity.ErrNotConfigured},
	} {
		msgs, identifiers, err := connectortest.Plan(newHTTP(t, connector.Options{}), tt.to, tt.snapshot, tt.sentAs)
		var got []string
		for _, m := range msgs {
			line := m.Method + " " + m.URL
			if m.Method == "POST" {
				line += " " + m.Identifier
				if m.Delete {
					line += " deleted"
				}
			}
			got = append(got, line)
			if m.Subject != comity.GroupSubject(7) || strings.Contains(string(m.Kept), "p0001") {
				t.Errorf("%s: message of %v, of which %s is kept", tt.name, m.Subject, m.Kept)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || strings.Join(identifiers, " ") != tt.identifiers || !errors.Is(err, tt.failure) {
			t.Errorf("%s: %q, %v (-want +got):\n%s", tt.name, identifiers, err, diff)
		}
	}
}
