package view_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
)

// formatMatches formats the lines, each with the given names of the people that it matches.
func formatMatches(all []view.LineMatch) (lines []string) {
	for _, one := range all {
		lines = append(lines, one.Line+": "+strings.Join(givenNames(view.PeoplePage{People: one.People}), " "))
	}
	return lines
}

func TestRecognise(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		grace := fx.NewNamed(t, "Grace", "Hopper", "ghopper", "Grace.Hopper@example.org")
		fx.NewNamed(t, "Kurt", "Gödel", "kgodel")
		fx.NewNamed(t, "Anna Maria", "Smith")
		fx.NewNamed(t, "Anna", "Maria Smith")
		fx.NewNamed(t, "Emmy", "Noether", "Kurt Gödel")
		gone := fx.NewNamed(t, "Gone", "Away", "gaway")
		fx.Remove(t, comity.CoPerson.Resource, gone)
		lines := []string{
			"GHOPPER", " grace.hopper@EXAMPLE.org ", "", "Grace  Hopper", "Hopper, Grace", "grace", "ghop", "kurt gödel",
			"Anna Maria Smith", "gaway", "Gone Away", "x\x00\xff", "grace.hopper@example.org, ghopper",
		}
		for _, tt := range []struct {
			name   string
			caller authz.Caller
			want   []string
		}{
			{"an administrator", registrytest.Tester(), []string{
				"GHOPPER: Grace", "grace.hopper@EXAMPLE.org: Grace", "Grace Hopper: Grace", "Hopper, Grace: Grace", "grace: ", "ghop: ",
				"kurt gödel: Emmy", "Anna Maria Smith: Anna Maria Anna", "gaway: ", "Gone Away: ", "x: ", "grace.hopper@example.org, ghopper: ",
			}},
			{"a member, of themselves", authz.Caller{Username: "g", CoId: fx.CoId, PersonId: grace}, []string{
				"GHOPPER: Grace", "grace.hopper@EXAMPLE.org: Grace", "Grace Hopper: Grace", "Hopper, Grace: Grace", "grace: ", "ghop: ",
				"kurt gödel: ", "Anna Maria Smith: ", "gaway: ", "Gone Away: ", "x: ", "grace.hopper@example.org, ghopper: ",
			}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				all, err := fx.MatchPeople(t.Context(), tt.caller, fx.CoId, lines)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, formatMatches(all)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
		t.Run("a thousand lines and no more", func(t *testing.T) {
			many := make([]string, comity.MaxBulk)
			for i := range many {
				many[i] = fmt.Sprintf("One Two Three Four Five Six Seven %d", i)
			}
			many[7] = "ghopper"
			all, err := fx.MatchPeople(t.Context(), registrytest.Tester(), fx.CoId, many)
			if err != nil || len(all) != len(many) || len(all[7].People) != 1 {
				t.Fatalf("%d lines, error %v", len(all), err)
			}
			if _, err := fx.MatchPeople(t.Context(), registrytest.Tester(), fx.CoId, slices.Concat(many, []string{"one more"})); registrytest.Phrase(err) != comity.PhraseBadRequest {
				t.Errorf("of a line too many: %v", err)
			}
		})
		t.Run("who is in a group already", func(t *testing.T) {
			group, outer := fx.NewGroup(t, "readers"), fx.NewGroup(t, "all readers")
			fx.Nest(t, group, outer)
			fx.Join(t, grace, group)
			for id, want := range map[int64]bool{group: true, outer: false} {
				there, err := fx.InGroup(t.Context(), registrytest.Tester(), id, []int64{grace, gone})
				if err != nil || there[grace] != want || there[gone] {
					t.Errorf("%v, error %v", there, err)
				}
			}
		})
	})
}

func TestGroups(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		readers := fx.NewGroup(t, "Readers 100%")
		fx.NewGroup(t, "readers_b")
		grace := fx.NewNamed(t, "Grace", "Hopper")
		fx.Join(t, grace, readers)
		yes, no := true, false
		for _, tt := range []struct {
			filter view.GroupFilter
			caller authz.Caller
			want   []string
		}{
			{view.GroupFilter{Auto: &no, Text: "read"}, registrytest.Tester(), []string{"Readers 100%", "readers_b"}},
			{view.GroupFilter{Text: "100%"}, registrytest.Tester(), []string{"Readers 100%"}},
			{view.GroupFilter{Text: "S_"}, registrytest.Tester(), []string{"readers_b"}},
			{view.GroupFilter{Auto: &yes, Text: "active"}, registrytest.Tester(), []string{"CO:members:active"}},
			{view.GroupFilter{Status: comity.Suspended}, registrytest.Tester(), nil},
			{view.GroupFilter{Auto: &no}, authz.Caller{Username: "g", CoId: fx.CoId, PersonId: grace}, []string{"Readers 100%"}},
		} {
			page, err := fx.Groups(t.Context(), tt.caller, fx.CoId, tt.filter, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, g := range page.Groups {
				names = append(names, g.Text(comity.CoGroup.Name))
			}
			if diff := cmp.Diff(tt.want, names); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", tt.filter, diff)
			}
		}
	})
}
