package registry_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"comity"
	"comity/internal/authz"
	"comity/internal/registry"
)

// describedIn returns the lines of the history with what changed in them.
func describedIn(page registry.HistoryPage) (lines []string) {
	for _, h := range page.Happenings {
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
	onBoth(t, func(t *testing.T, w *world) {
		n := comity.Name
		grace := w.person(t)
		name := w.add(t, n.Resource, values{n.Person: grace, n.Given: "Grace", n.Type: "official", n.PrimaryName: true})
		w.wait(48 * time.Hour)
		w.edit(t, n.Resource, name, values{n.Person: grace, n.Given: "Grace", n.Family: "Hopper", n.Type: "official", n.PrimaryName: true})
		emmy := w.person(t)
		w.wait(48 * time.Hour)
		group := w.group(t, "readers")
		member := w.join(t, grace, group)
		w.remove(t, comity.CoGroupMember.Resource, member)
		h := comity.HistoryRecord
		w.add(t, h.Resource, values{h.CoPersonId: grace, h.Action: "CALL", h.Comment: "Called"})

		owner := fmt.Sprint("CoPersonId ", grace)
		added := "add Name: Given:  > Grace, Type:  > official, PrimaryName:  > true, Person:  > " + owner
		edited := "edit Name: Family:  > Hopper"
		joined := fmt.Sprintf("add CoGroupMember: CoGroupId:  > %d, Member:  > true, Owner:  > false, Person:  > %s", group, owner)
		left := fmt.Sprintf("delete CoGroupMember: CoGroupId: %d > , Member: true > , Owner: false > , Person: %s > ", group, owner)
		for _, tt := range []struct {
			name   string
			filter registry.HistoryFilter
			want   []string
		}{
			{"a record's", registry.HistoryFilter{Resource: n.Resource, RecordId: name}, []string{edited, added}},
			{"a resource's", registry.HistoryFilter{Resource: n.Resource}, []string{edited, added}},
			{"a group's", registry.HistoryFilter{CoGroupId: group, Resource: comity.CoGroupMember.Resource}, []string{left, joined}},
			{"deletes", registry.HistoryFilter{Operation: comity.OpDelete}, []string{left}},
			{"notes", registry.HistoryFilter{Operation: comity.OpNote, CoPersonId: grace}, []string{"note HistoryRecord"}},
			{"somebody's", registry.HistoryFilter{Actor: "nobody"}, nil},
			{"the tester's", registry.HistoryFilter{Actor: "tester", Resource: n.Resource}, []string{edited, added}},
			{"from a time", registry.HistoryFilter{Resource: n.Resource, From: began.Add(time.Hour)}, []string{edited}},
			{"until a time", registry.HistoryFilter{Resource: n.Resource, Until: began.Add(time.Hour)}, []string{added}},
			{"between times", registry.HistoryFilter{Resource: n.Resource, From: began.Add(time.Hour), Until: began.Add(2 * time.Hour)}, nil},
		} {
			t.Run(tt.name, func(t *testing.T) {
				tt.filter.CoId = w.co
				page, err := w.History(t.Context(), tester, tt.filter, 0, 10)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, describedIn(page)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}

		t.Run("a page at a time", func(t *testing.T) {
			whole, err := w.History(t.Context(), tester, registry.HistoryFilter{CoId: w.co}, 0, 500)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for before := int64(0); ; {
				page, err := w.History(t.Context(), tester, registry.HistoryFilter{CoId: w.co}, before, 4)
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
			page, err := w.History(t.Context(), tester, registry.HistoryFilter{CoId: w.co, Resource: n.Resource}, 0, 1)
			if err != nil {
				t.Fatal(err)
			}
			first := page.Happenings[0]
			if got := first.Whom.Text(n.Family); got != "Hopper" {
				t.Errorf("it is about %s", got)
			}
			if want, got := fmt.Sprintf(`Name %d edited: Family set to "Hopper"`, name), first.Record.Text(h.Comment); got != want {
				t.Errorf("it says %s, want %s", got, want)
			}
		})
		t.Run("as a member sees it", func(t *testing.T) {
			page, err := w.History(t.Context(), authz.Caller{Username: "e", CoId: w.co, PersonId: emmy}, registry.HistoryFilter{CoId: w.co}, 0, 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range page.Happenings {
				if about := h.Record.Int(comity.HistoryRecord.CoPersonId); about != emmy {
					t.Errorf("%s of person %d is shown", h.Record.Text(comity.HistoryRecord.Comment), about)
				}
			}
			if len(page.Happenings) == 0 {
				t.Error("nothing is shown")
			}
		})
	})
}
