package view_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
)

// describedIn returns the lines of the history with what changed in them.
func describedIn(page view.HistoryPage) (lines []string) {
	for _, h := range page.Entries {
		var changes []string
		for _, c := range h.Difference {
			changes = append(changes, fmt.Sprintf("%s: %s > %s", c.Field.Name, c.Before, c.After))
		}
		line := h.Operation + " " + h.Resource.Singular
		if len(changes) > 0 {
			line += ": " + strings.Join(changes, ", ")
		}
		lines = append(lines, line)
	}
	return lines
}

func TestHistory(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		n := comity.Name
		grace := fx.NewPerson(t)
		name := fx.Insert(t, n.Resource, registrytest.Values{n.Person: grace, n.Given: "Grace", n.Type: "official", n.PrimaryName: true})
		fx.Wait(48 * time.Hour)
		fx.Change(t, n.Resource, name, registrytest.Values{n.Person: grace, n.Given: "Grace", n.Family: "Hopper", n.Type: "official", n.PrimaryName: true})
		emmy := fx.NewPerson(t)
		fx.Wait(48 * time.Hour)
		group := fx.NewGroup(t, "readers")
		member := fx.Join(t, grace, group)
		fx.Remove(t, comity.CoGroupMember.Resource, member)
		h := comity.HistoryRecord
		fx.Insert(t, h.Resource, registrytest.Values{h.CoPersonId: grace, h.Action: "CALL", h.Comment: "Called"})

		owner := fmt.Sprint("CoPersonId ", grace)
		added := "add Name: Given:  > Grace, Type:  > official, PrimaryName:  > true, Person:  > " + owner
		edited := "edit Name: Family:  > Hopper"
		joined := fmt.Sprintf("add CoGroupMember: CoGroupId:  > %d, Member:  > true, Owner:  > false, Person:  > %s", group, owner)
		left := fmt.Sprintf("delete CoGroupMember: CoGroupId: %d > , Member: true > , Owner: false > , Person: %s > ", group, owner)
		for _, tt := range []struct {
			name   string
			filter view.HistoryFilter
			want   []string
		}{
			{"a record's", view.HistoryFilter{Resource: n.Resource, RecordId: name}, []string{edited, added}},
			{"a resource's", view.HistoryFilter{Resource: n.Resource}, []string{edited, added}},
			{"a group's", view.HistoryFilter{CoGroupId: group, Resource: comity.CoGroupMember.Resource}, []string{left, joined}},
			{"deletes", view.HistoryFilter{Operation: comity.OpDelete}, []string{left}},
			{"notes", view.HistoryFilter{Operation: comity.OpNote, CoPersonId: grace}, []string{"note HistoryRecord"}},
			{"somebody's", view.HistoryFilter{Actor: "nobody"}, nil},
			{"the tester's", view.HistoryFilter{Actor: "tester", Resource: n.Resource}, []string{edited, added}},
			{"from a time", view.HistoryFilter{Resource: n.Resource, From: registrytest.Began().Add(time.Hour)}, []string{edited}},
			{"until a time", view.HistoryFilter{Resource: n.Resource, Until: registrytest.Began().Add(time.Hour)}, []string{added}},
			{"between times", view.HistoryFilter{Resource: n.Resource, From: registrytest.Began().Add(time.Hour), Until: registrytest.Began().Add(2 * time.Hour)}, nil},
		} {
			t.Run(tt.name, func(t *testing.T) {
				tt.filter.CoId = fx.CoId
				page, err := fx.History(t.Context(), registrytest.Tester(), tt.filter, 0, 10)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, describedIn(page)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}

		t.Run("a page at a time", func(t *testing.T) {
			whole, err := fx.History(t.Context(), registrytest.Tester(), view.HistoryFilter{CoId: fx.CoId}, 0, 500)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for before := int64(0); ; {
				page, err := fx.History(t.Context(), registrytest.Tester(), view.HistoryFilter{CoId: fx.CoId}, before, 4)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, describedIn(page)...)
				if before = page.Next; before == 0 {
					break
				}
			}
			if diff := cmp.Diff(describedIn(whole), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
		t.Run("whom it is about, in words", func(t *testing.T) {
			page, err := fx.History(t.Context(), registrytest.Tester(), view.HistoryFilter{CoId: fx.CoId, Resource: n.Resource}, 0, 1)
			if err != nil {
				t.Fatal(err)
			}
			first := page.Entries[0]
			if got := first.Whom.Text(n.Family); got != "Hopper" {
				t.Errorf("it is about %s", got)
			}
			if want, got := fmt.Sprintf(`Name %d edited: Family set to "Hopper"`, name), first.Record.Text(h.Comment); got != want {
				t.Errorf("it says %s, want %s", got, want)
			}
		})
		t.Run("as a member sees it", func(t *testing.T) {
			page, err := fx.History(t.Context(), authz.Caller{Username: "e", CoId: fx.CoId, PersonId: emmy}, view.HistoryFilter{CoId: fx.CoId}, 0, 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range page.Entries {
				if about := h.Record.Int(comity.HistoryRecord.CoPersonId); about != emmy {
					t.Errorf("%s of person %d is shown", h.Record.Text(comity.HistoryRecord.Comment), about)
				}
			}
			if len(page.Entries) == 0 {
				t.Error("nothing is shown")
			}
		})
	})
}
