package view_test

import (
	"testing"
	"time"

	"comity"
	"comity/internal/registry/registrytest"
	"comity/internal/registry/view"
	"comity/internal/store/db"
	"comity/internal/store/history"
)

func TestRecordsAsTheyWere(t *testing.T) {
	registrytest.OnBoth(t, func(t *testing.T, fx *registrytest.Fixture) {
		g := comity.CoGroup
		person, group := fx.NewPerson(t), fx.NewGroup(t, "first")
		fx.Wait(time.Hour)
		member := fx.Join(t, person, group)
		fx.Change(t, g.Resource, group, registrytest.Values{g.CoId: fx.CoId, g.Name: "second", g.Status: comity.Active})
		fx.Wait(time.Hour)
		fx.Remove(t, comity.CoGroupMember.Resource, member)
		fx.Remove(t, g.Resource, group)
		for past, want := range map[view.AsOf]string{
			{Revision: 0}: "first",
			{Revision: 1}: "second",
			{Revision: 2}: "second",
			{Revision: 3}: "",
			{Revision: -1, Time: registrytest.Began().Add(-time.Hour)}:                "",
			{Revision: -1, Time: registrytest.Began().Add(time.Minute)}:               "first",
			{Revision: -1, Time: registrytest.Began().Add(time.Hour + time.Minute)}:   "second",
			{Revision: -1, Time: registrytest.Began().Add(2*time.Hour - 1000)}:        "second",
			{Revision: -1, Time: registrytest.Began().Add(2*time.Hour + time.Minute)}: "",
		} {
			rec, err := fx.RecordAsOf(t.Context(), registrytest.Tester(), g.Resource, group, past)
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
		for at, want := range map[time.Time]int{registrytest.Began().Add(time.Minute): 0, registrytest.Began().Add(time.Hour + time.Minute): 1, registrytest.Began().Add(2*time.Hour - 1000): 1} {
			query := view.ListQuery{Resource: comity.CoGroupMember.Resource, At: at}
			if l, err := fx.List(t.Context(), registrytest.Tester(), query.Of(g.Resource, group)); err != nil || len(l.Records) != want {
				t.Errorf("members at %v: %+v, error %v, want %d", at, l, err, want)
			}
		}
		for since, want := range map[time.Time]int{registrytest.Began(): 1, registrytest.Began().Add(2 * time.Hour): 1, registrytest.Began().Add(3 * time.Hour): 0} {
			err := fx.Store.Read(t.Context(), func(tx *db.Tx) error {
				gone, err := history.ListDeleted(t.Context(), tx, g.Resource, since, 0, 10, map[string]int64{"co_id": fx.CoId})
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
