package registry_test

import (
	"strconv"
	"testing"
	"time"

	"comity"
	"comity/internal/registry"
	"comity/internal/store"
)

func TestRecordsAsTheyWere(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		g := comity.CoGroup
		person, group := w.person(t), w.group(t, "first")
		w.wait(time.Hour)
		member := w.join(t, person, group)
		w.edit(t, g.Resource, group, values{g.CoId: w.co, g.Name: "second", g.Status: comity.Active})
		w.wait(time.Hour)
		w.remove(t, comity.CoGroupMember.Resource, member)
		w.remove(t, g.Resource, group)
		for past, want := range map[registry.Past]string{
			{Revision: 0}: "first",
			{Revision: 1}: "second",
			{Revision: 2}: "second",
			{Revision: 3}: "",
			{Revision: -1, Time: began.Add(-time.Hour)}:                "",
			{Revision: -1, Time: began.Add(time.Minute)}:               "first",
			{Revision: -1, Time: began.Add(time.Hour + time.Minute)}:   "second",
			{Revision: -1, Time: began.Add(2*time.Hour - 1000)}:        "second",
			{Revision: -1, Time: began.Add(2*time.Hour + time.Minute)}: "",
		} {
			rec, err := w.ViewPast(t.Context(), tester, g.Resource, group, past)
			if want == "" {
				if err == nil {
					t.Errorf("%+v: %s", past, rec.Text(g.Name))
				}
				continue
			}
			if err != nil || rec.Text(g.Name) != want {
				t.Errorf("%+v: error %v, want %s", past, err, want)
			}
		}
		for at, want := range map[time.Time]int{began.Add(time.Minute): 0, began.Add(time.Hour + time.Minute): 1, began.Add(2*time.Hour - 1000): 1} {
			if l, err := w.MembersAt(t.Context(), tester, inGroup(group), at); err != nil || len(l.Records) != want {
				t.Errorf("members at %v: %+v, error %v, want %d", at, l, err, want)
			}
		}
		for since, want := range map[time.Time]int{began: 1, began.Add(2 * time.Hour): 1, began.Add(3 * time.Hour): 0} {
			err := w.store.Read(t.Context(), func(tx *store.Tx) error {
				gone, err := tx.ListDeleted(t.Context(), g.Resource, since, 0, 10, map[string]int64{"co_id": w.co})
				if len(gone) != want || want > 0 && (!gone[0].Deleted || gone[0].Text(g.Name) != "second") {
					t.Errorf("deleted since %v: %v", since, gone)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// inGroup returns the query for the memberships of a group.
func inGroup(id int64) map[string][]string {
	return map[string][]string{"cogroupid": {strconv.FormatInt(id, 10)}}
}
