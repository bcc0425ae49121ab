package groups_test

import (
	"testing"

	"comity"
	"comity/internal/store/db"
	"comity/internal/store/groups"
	"comity/internal/store/storetest"
)

// Automatic memberships follow from the statuses of people. SyncAutomatic compares those that there should be
// with those that there are, and writes the difference.
func TestExample(t *testing.T) {
	t.Parallel()
	rule := groups.AutomaticRule{
		Never: comity.Deleted, Active: []string{comity.Active},
		AllGroup: comity.GroupMembers, ActiveGroup: comity.GroupActive,
	}
	for kind, s := range storetest.Databases(t) {
		t.Run(kind, func(t *testing.T) {
			ctx, p, g := t.Context(), comity.CoPerson, comity.CoGroup
			co := storetest.Add(t, s, comity.Co.Resource)
			everybody := storetest.Add(t, s, g.Resource, g.CoId, co, g.GroupType, comity.GroupMembers, g.Auto, true)
			active := storetest.Add(t, s, g.Resource, g.CoId, co, g.GroupType, comity.GroupActive, g.Auto, true)
			ada := storetest.Add(t, s, p.Resource, p.CoId, co, p.Status, comity.Active)
			bob := storetest.Add(t, s, p.Resource, p.CoId, co, p.Status, comity.Suspended)

			err := s.Write(ctx, func(tx *db.Tx) error {
				_, err := groups.SyncAutomatic(ctx, tx, groups.Scope{CoId: co.Id}, rule, "ada")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}

			err = s.Read(ctx, func(tx *db.Tx) error {
				memberships, err := groups.MembershipsNow(ctx, tx, []int64{ada.Id, bob.Id}, comity.Active, tx.Now())
				in := map[[2]int64]bool{}
				for _, m := range memberships {
					in[[2]int64{m.CoPersonId, m.CoGroupId}] = true
				}
				if len(in) != 3 || !in[[2]int64{ada.Id, everybody.Id}] || !in[[2]int64{ada.Id, active.Id}] || !in[[2]int64{bob.Id, everybody.Id}] {
					t.Errorf("memberships %+v", memberships)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
