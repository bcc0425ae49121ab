package registry_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry"
)

// meant formats the lines, each with the given names of the people that it matches.
func meant(all []registry.Recognised) (lines []string) {
	for _, one := range all {
		lines = append(lines, one.Line+": "+strings.Join(givenNames(registry.PeoplePage{People: one.People}), " "))
	}
	return lines
}

func TestRecognise(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		grace := w.named(t, "Grace", "Hopper", "ghopper", "Grace.Hopper@example.org")
		w.named(t, "Kurt", "Gödel", "kgodel")
		w.named(t, "Anna Maria", "Smith")
		w.named(t, "Anna", "Maria Smith")
		w.named(t, "Emmy", "Noether", "Kurt Gödel")
		gone := w.named(t, "Gone", "Away", "gaway")
		w.remove(t, comity.CoPerson.Resource, gone)
		lines := []string{
			"GHOPPER", " grace.hopper@EXAMPLE.org ", "", "Grace  Hopper", "Hopper, Grace", "grace", "ghop", "kurt gödel",
			"Anna Maria Smith", "gaway", "Gone Away", "x\x00\xff", "grace.hopper@example.org, ghopper",
		}
		for _, tt := range []struct {
			name   string
			caller authz.Caller
			want   []string
		}{
			{"an administrator", tester, []string{
				"GHOPPER: Grace", "grace.hopper@EXAMPLE.org: Grace", "Grace Hopper: Grace", "Hopper, Grace: Grace", "grace: ", "ghop: ",
				"kurt gödel: Emmy", "Anna Maria Smith: Anna Maria Anna", "gaway: ", "Gone Away: ", "x: ", "grace.hopper@example.org, ghopper: ",
			}},
			{"a member, of themselves", authz.Caller{Username: "g", CoId: w.co, PersonId: grace}, []string{
				"GHOPPER: Grace", "grace.hopper@EXAMPLE.org: Grace", "Grace Hopper: Grace", "Hopper, Grace: Grace", "grace: ", "ghop: ",
				"kurt gödel: ", "Anna Maria Smith: ", "gaway: ", "Gone Away: ", "x: ", "grace.hopper@example.org, ghopper: ",
			}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				all, err := w.Recognise(t.Context(), tt.caller, w.co, lines)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, meant(all)); diff != "" {
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
			all, err := w.Recognise(t.Context(), tester, w.co, many)
			if err != nil || len(all) != len(many) || len(all[7].People) != 1 {
				t.Fatalf("%d lines, error %v", len(all), err)
			}
			if _, err := w.Recognise(t.Context(), tester, w.co, slices.Concat(many, []string{"one more"})); phrase(err) != comity.PhraseBadRequest {
				t.Errorf("of a line too many: %v", err)
			}
		})
		t.Run("who is in a group already", func(t *testing.T) {
			group, outer := w.group(t, "readers"), w.group(t, "all readers")
			w.nest(t, group, outer)
			w.join(t, grace, group)
			for id, want := range map[int64]bool{group: true, outer: false} {
				there, err := w.InGroup(t.Context(), tester, id, []int64{grace, gone})
				if err != nil || there[grace] != want || there[gone] {
					t.Errorf("%v, error %v", there, err)
				}
			}
		})
	})
}

func TestGroups(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		readers := w.group(t, "Readers 100%")
		w.group(t, "readers_b")
		grace := w.named(t, "Grace", "Hopper")
		w.join(t, grace, readers)
		yes, no := true, false
		for _, tt := range []struct {
			filter registry.GroupFilter
			caller authz.Caller
			want   []string
		}{
			{registry.GroupFilter{Auto: &no, Text: "read"}, tester, []string{"Readers 100%", "readers_b"}},
			{registry.GroupFilter{Text: "100%"}, tester, []string{"Readers 100%"}},
			{registry.GroupFilter{Text: "S_"}, tester, []string{"readers_b"}},
			{registry.GroupFilter{Auto: &yes, Text: "active"}, tester, []string{"CO:members:active"}},
			{registry.GroupFilter{Status: comity.Suspended}, tester, nil},
			{registry.GroupFilter{Auto: &no}, authz.Caller{Username: "g", CoId: w.co, PersonId: grace}, []string{"Readers 100%"}},
		} {
			page, err := w.Groups(t.Context(), tt.caller, w.co, tt.filter, 0, 10)
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
